//! Plain files: certificate, chain and key where some server wants them, and a command that makes it read them.

mod form;
mod observe;
mod owner;
#[cfg(test)]
mod tests;
mod write;

use async_trait::async_trait;
use certwright_contract::ports::{Command, Ports};
use certwright_contract::{Applying, Planned, Target, Wanted};
use certwright_core::binding::{Binding, BindingChange};
use certwright_core::endpoint::Endpoint;
use certwright_core::failure::Failure;
use certwright_core::form::Field;
use certwright_core::key::KeyType;
use certwright_core::refusal::Refusal;
use form::Settings;
use observe::Found;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::Path;
use write::{Write, not_written, take_back, write};

/// Files of one's choice.
pub(crate) struct Files;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub(crate) enum Act {
    /// Write one file of the version.
    Write(Write),
    /// Run the reload command.
    Run {
        command: Vec<String>,
        /// Says to the engine: apply this again once everything was taken back.
        settles: bool,
    },
}

#[async_trait]
impl Target for Files {
    type Found = Found;
    type Act = Act;
    type Settings = Settings;

    const NAME: &'static str = "files";
    const TITLE: &'static str = "Files with a reload command";
    const FIELDS: &'static [Field] = form::FIELDS;
    const KEY: KeyType = KeyType::EcdsaP256;

    fn settings(&self, values: &Map<String, Value>, place: &str) -> Result<Settings, Vec<Refusal>> {
        form::read(values, place)
    }

    fn lock(&self, settings: &Settings) -> String {
        let paths: Vec<_> = settings.parts.iter().map(|(_, path, _)| path.as_str()).collect();
        paths.join(" ")
    }

    async fn observe(&self, settings: &Settings, ports: &Ports) -> Result<Found, Failure> {
        observe::observe(settings, ports).await
    }

    fn plan(&self, settings: &Settings, found: &Found, wanted: &Wanted) -> Result<Planned<Act>, Failure> {
        let mut after: Vec<_> = settings
            .parts
            .iter()
            .map(|(file, path, mode)| {
                let place = found.places.get(path);
                Act::Write(Write {
                    file: (*file).to_owned(),
                    path: place.map_or_else(|| path.clone(), |place| place.real.clone()),
                    owner: settings.owner.clone(),
                    mode: *mode,
                    expects: place.and_then(|place| place.digest.clone()),
                })
            })
            .collect();
        let settle: Vec<_> = (!settings.reload.is_empty())
            .then(|| Act::Run { command: settings.reload.clone(), settles: true })
            .into_iter()
            .collect();
        after.extend(settle.clone());
        let mut bindings = Vec::new();
        let mut warnings = Vec::new();
        match (found.verify, wanted.identifiers.first()) {
            (Some(address), Some(first)) => bindings.push(Binding {
                site: format!("{} (files)", first.unicode()),
                // Every name: a server may show some of them another certificate.
                endpoints: wanted.identifiers.iter().map(|name| Endpoint { address, host: name.host() }).collect(),
                change: BindingChange::Keep,
            }),
            _ => warnings.push(
                "whether the files are served is not verified: the setting `verify` names no place to look at".to_owned(),
            ),
        }
        Ok(Planned { before: Vec::new(), switch_link: false, after, settle, bindings, warnings })
    }

    fn describe(&self, act: &Act) -> (String, Vec<String>) {
        match act {
            Act::Write(Write { file, path, owner, mode, expects }) => {
                let verb = if expects.is_some() { "replace" } else { "write" };
                let whose = if owner.is_empty() { String::new() } else { format!(", owner {owner}") };
                (format!("{verb} {path}"), vec![format!("with the version's {file}, mode {mode:04o}{whose}")])
            }
            Act::Run { command, .. } => (format!("run `{}`", command.join(" ")), Vec::new()),
        }
    }

    async fn apply(&self, act: &Act, applying: &Applying<'_>) -> Result<(), Failure> {
        match act {
            Act::Write(act) => {
                let from = applying.version_directory.join(&act.file);
                let (own, copies) = (act.clone(), applying.copies.clone());
                tokio::task::spawn_blocking(move || write(&own, &from, &copies))
                    .await
                    .map_err(|error| not_written(&act.path, &error.to_string()))?
            }
            Act::Run { command, .. } => run(command, applying.ports).await,
        }
    }

    async fn undo(&self, act: &Act, applying: &Applying<'_>) -> Result<(), Failure> {
        let Act::Write(act) = act else {
            // The engine runs the command again once every file is back.
            return Ok(());
        };
        let ours = applying.version_directory.join(&act.file);
        let (path, copies) = (act.path.clone(), applying.copies.clone());
        tokio::task::spawn_blocking(move || take_back(Path::new(&path), &ours, &copies))
            .await
            .map_err(|error| not_written(&act.path, &error.to_string()))?
    }
}

async fn run(command: &[String], ports: &Ports) -> Result<(), Failure> {
    let arguments: Vec<_> = command.iter().skip(1).map(String::as_str).collect();
    let command = Command::new(command.first().cloned().unwrap_or_default(), &arguments);
    let failed = |answer: String| {
        Failure::retry(
            "reload-failed",
            format!("run `{}`", command.words()),
            answer,
            "run the command by hand as the user that Certwright runs as, and mend what it complains of, or correct the setting `reload`",
        )
    };
    let finished = ports.process.run(&command).await.map_err(failed)?;
    if finished.succeeded() {
        return Ok(());
    }
    let code = finished.code.map_or_else(|| "a signal".to_owned(), |code| format!("exit code {code}"));
    let said: String =
        format!("{} {}", finished.stderr.trim(), finished.stdout.trim()).trim().chars().take(2000).collect();
    Err(failed(format!("it ended with {code}: {said}")))
}
