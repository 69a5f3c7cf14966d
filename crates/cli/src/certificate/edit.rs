//! `cert edit`: reads, changes what was named, and writes only if nobody else was faster.

use super::Which;
use super::choices::Choices;
use super::key::{KeyChoice, chosen};
use crate::deployments::DeploymentOptions;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::lists::{ascii, take};
use crate::moment;
use crate::renewal::{self, Renewal};
use crate::session::Session;
use crate::window;
use certwright_api::certificates::{Certificate, Challenge};
use certwright_api::edits::CertificateChanges;
use clap::Args;

/// A change of a certificate.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Example:\n  certwright cert edit shop --add-name www.shop.example.com --set nginx.policy=update-only"
)]
pub struct Edit {
    #[command(flatten)]
    which: Which,
    /// All host names, wildcard names or IP addresses, in place of those that are there; repeat it for several
    #[arg(long = "names", value_name = "NAME", conflicts_with_all = ["add_names", "remove_names"])]
    names: Vec<String>,
    /// One name more; repeat it for several
    #[arg(long = "add-name", value_name = "NAME")]
    add_names: Vec<String>,
    /// One name less; repeat it for several
    #[arg(long = "remove-name", value_name = "NAME")]
    remove_names: Vec<String>,
    /// What to call it
    #[arg(long = "name", value_name = "TEXT")]
    new_name: Option<String>,
    /// Free text
    #[arg(long, value_name = "TEXT")]
    notes: Option<String>,
    /// One tag more; repeat it for several
    #[arg(long = "add-tag", value_name = "TAG")]
    add_tags: Vec<String>,
    /// One tag less; repeat it for several
    #[arg(long = "remove-tag", value_name = "TAG")]
    remove_tags: Vec<String>,
    /// Who issues it
    #[arg(long, value_name = "ID")]
    ca: Option<String>,
    /// By which account; auto takes the authority's only or newest one
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// The authority's profile; auto takes its default
    #[arg(long)]
    profile: Option<String>,
    /// Its key
    #[arg(long, value_name = "TYPE")]
    key: Option<KeyChoice>,
    /// Answer challenges by files below this root folder of the site
    #[arg(long, value_name = "DIRECTORY", conflicts_with = "http")]
    webroot: Option<String>,
    /// Answer challenges by whatever answers port 80, or by our own listener
    #[arg(long)]
    http: bool,
    /// When it is renewed: 60% (of its lifetime), before:30d (it expires), after:45d (of the last renewal) or auto
    #[arg(long, value_name = "WHEN", value_parser = renewal::read)]
    renew: Option<Renewal>,
    /// The maintenance window it keeps to: a name, none (at any time) or default (that of its tags)
    #[arg(long, value_name = "NAME")]
    window: Option<String>,
    #[command(flatten)]
    choices: Choices,
    #[command(flatten)]
    deployments: DeploymentOptions,
    /// Order nothing any more
    #[arg(long, conflicts_with = "resume")]
    pause: bool,
    /// Order again when it is due
    #[arg(long)]
    resume: bool,
}

impl Edit {
    fn changes(&self, now: &Certificate) -> Result<CertificateChanges, Fault> {
        self.choices.changes(CertificateChanges {
            name: self.new_name.clone(),
            notes: self.notes.clone(),
            tags: self.tags(now)?,
            paused: (self.pause || self.resume).then_some(self.pause),
            identifiers: self.identifiers(now)?,
            authority: self.ca.clone(),
            account: self.account.clone().map(chosen),
            profile: self.profile.clone().map(chosen),
            key_type: self.key.map(KeyChoice::key_type),
            challenge: match &self.webroot {
                Some(root) => Some(Challenge::Http01Webroot { root: root.clone() }),
                None => self.http.then_some(Challenge::Http01),
            },
            renewal: self.renew.map(|renew| renew.0),
            window: self.window.as_deref().map(window::choice),
            deployments: self.deployments.drafts(&now.deployments)?,
            ..CertificateChanges::default()
        })
    }

    fn identifiers(&self, now: &Certificate) -> Result<Option<Vec<String>>, Fault> {
        if !self.names.is_empty() {
            return Ok(Some(self.names.clone()));
        }
        if self.add_names.is_empty() && self.remove_names.is_empty() {
            return Ok(None);
        }
        let mut names = now.identifiers.clone();
        for typed in &self.remove_names {
            let name = ascii(typed);
            take(&mut names, &name, &format!("{} has no name {typed}", now.name))?;
        }
        for typed in &self.add_names {
            if !names.contains(&ascii(typed)) {
                names.push(typed.clone());
            }
        }
        Ok(Some(names))
    }

    fn tags(&self, now: &Certificate) -> Result<Option<Vec<String>>, Fault> {
        if self.add_tags.is_empty() && self.remove_tags.is_empty() {
            return Ok(None);
        }
        let mut tags = now.tags.clone();
        for tag in &self.remove_tags {
            take(&mut tags, tag, &format!("{} has no tag {tag}", now.name))?;
        }
        tags.extend(self.add_tags.iter().cloned());
        Ok(Some(tags))
    }

    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let before = session.client.certificate(&self.which.name).await?;
        let changes = self.changes(&before)?;
        if changes == CertificateChanges::default() {
            return Err(Fault::nothing_to_change("cert edit"));
        }
        let after = session.client.update_certificate(&before.id, before.revision, &changes).await?;
        let now = session.now();
        session.output.answer(
            || serde_json::to_string_pretty(&after),
            |_| {
                let next = match after.next_at {
                    Some(at) => format!("; next moment {}", moment::minute(at, now)),
                    None => String::new(),
                };
                format!("Changed {} (revision {}){next}.\n", after.name, after.revision)
            },
        )?;
        Ok(Exit::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use clap::{Parser, error::ErrorKind};
    use serde_json::{Value, json};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        edit: Edit,
    }

    fn changes(line: &str) -> Result<Value, Fault> {
        let words = ["edit", "shop"].into_iter().chain(line.split_whitespace());
        let edit = Line::try_parse_from(words).unwrap().edit;
        edit.changes(&samples::certificate()).map(|changes| serde_json::to_value(changes).unwrap())
    }

    #[test]
    fn only_what_is_named_changes() {
        for (line, expected) in [
            ("", json!({})),
            ("--name x --pause", json!({ "name": "x", "paused": true })),
            ("--resume --http", json!({ "paused": false, "challenge": { "type": "http-01" } })),
            (
                "--account auto --profile short --key auto",
                json!({ "account": null, "profile": "short", "key_type": null }),
            ),
            ("--names a.example --names b.example", json!({ "identifiers": ["a.example", "b.example"] })),
            (
                "--remove-name bücher.example --add-name www.example.com --add-name SHOP.example.com",
                json!({ "identifiers": ["shop.example.com", "www.example.com"] }),
            ),
            ("--add-tag new --remove-tag web", json!({ "tags": ["new"] })),
            ("--deploy none", json!({ "deployments": [] })),
            ("--webroot /srv/www", json!({ "challenge": { "type": "http-01-webroot", "root": "/srv/www" } })),
        ] {
            assert_eq!(changes(line).unwrap(), expected, "{line}");
        }
    }

    #[test]
    fn what_is_not_there_cannot_be_removed() {
        let fault = changes("--remove-name mail.example.com").unwrap_err();
        assert_eq!(
            fault.words(crate::look::Look::default()),
            "error: shop has no name mail.example.com\n  What to do: it has: shop.example.com, xn--bcher-kva.example\n"
        );
        let both =
            Line::try_parse_from(["edit", "shop", "--pause", "--resume"]).err().map(|error| error.kind());
        assert_eq!(both, Some(ErrorKind::ArgumentConflict));
    }
}
