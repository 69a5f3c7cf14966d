//! What every target promises, asked of every target in the list; and an outside to ask it in.

use crate::deploy::{TARGETS, target};
use async_trait::async_trait;
use certwright_contract::files::Copies;
use certwright_contract::ports::{
    CertificateSlot, ChallengeBoard, Command, Finished, Handshake, HttpLook, HttpProbe, Ports, Process,
    Resolver, Sockets,
};
use certwright_contract::{Applying, Wanted};
use certwright_core::endpoint::Endpoint;
use certwright_core::form::FieldKind;
use serde_json::{Map, Value, json};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// This machine's programs, and nothing else.
struct Outside;

/// Ports that run programs and know `localhost`.
pub(crate) fn outside() -> Ports {
    let outside = Arc::new(Outside);
    Ports {
        process: outside.clone(),
        handshake: outside.clone(),
        http: outside.clone(),
        resolver: outside.clone(),
        sockets: outside.clone(),
        board: outside.clone(),
        slot: outside,
    }
}

pub(crate) fn applying<'a>(ports: &'a Ports, version: &'a Path, copies: &'a Copies) -> Applying<'a> {
    Applying { ports, version_directory: version, copies }
}

#[async_trait]
impl Process for Outside {
    async fn run(&self, command: &Command) -> Result<Finished, String> {
        let output = tokio::process::Command::new(&command.program)
            .args(&command.arguments)
            .output()
            .await
            .map_err(|error| error.to_string())?;
        Ok(Finished {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

#[async_trait]
impl CertificateSlot for Outside {
    fn addresses(&self) -> Vec<SocketAddr> {
        vec![([127, 0, 0, 1], 28998).into()]
    }

    fn folder(&self) -> Result<Option<PathBuf>, String> {
        Ok(None)
    }

    async fn remember(&self, _: Option<&Path>) -> Result<(), String> {
        Err("read-only".into())
    }

    async fn read(&self) -> Result<(), String> {
        Err("there is nothing".into())
    }
}

#[async_trait]
impl Handshake for Outside {
    async fn served_chain(&self, _: &Endpoint) -> Result<Vec<Vec<u8>>, String> {
        Err("refused".into())
    }
}

#[async_trait]
impl HttpProbe for Outside {
    async fn get(&self, _: SocketAddr, _: &str, _: &str) -> Result<HttpLook, String> {
        Err("refused".into())
    }
}

#[async_trait]
impl Resolver for Outside {
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, String> {
        if name == "localhost" { Ok(vec![IpAddr::from([127, 0, 0, 1])]) } else { Err("no such name".into()) }
    }
}

#[async_trait]
impl Sockets for Outside {
    async fn listener(&self, _: u16) -> Option<String> {
        None
    }

    async fn has_address(&self, _: IpAddr) -> bool {
        false
    }
}

#[async_trait]
impl ChallengeBoard for Outside {
    async fn put(&self, _: u16, _: &str, _: &str) -> Result<(), String> {
        Err("refused".into())
    }

    async fn take(&self, _: u16, _: &str) {}
}

#[test]
fn targets_are_found_by_their_own_names() {
    for one in TARGETS {
        assert_eq!(target(one.name()).unwrap().title(), one.title());
        assert!(!one.title().is_empty());
    }
    let mut names: Vec<_> = TARGETS.iter().map(|one| one.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), TARGETS.len());
    assert!(target("nothing").is_none());
}

#[test]
fn fields_are_named_once_and_labelled_and_defaults_are_choices() {
    for one in TARGETS {
        let mut names = Vec::new();
        for field in one.fields() {
            assert!(!field.label.is_empty() && !names.contains(&field.name), "{} {}", one.name(), field.name);
            names.push(field.name);
            if let FieldKind::Choice(words) = field.kind {
                assert!(words.contains(&field.default));
            }
        }
    }
}

#[test]
fn what_no_form_asks_for_is_refused_in_its_place() {
    for one in TARGETS {
        let mut values = Map::new();
        values.insert("surprise".into(), Value::from("x"));
        for field in one.fields() {
            values.insert(field.name.into(), json!({ "no": "field" }));
        }
        let refusals = one.check(&values, "deployments[0].settings");
        for name in one.fields().iter().map(|field| field.name).chain(["surprise"]) {
            let place = format!("deployments[0].settings.{name}");
            assert!(refusals.iter().any(|refusal| refusal.field == place), "{} {place}", one.name());
        }
        assert!(!one.lock(&Map::new()).is_empty());
    }
}

#[tokio::test]
async fn a_stored_act_of_another_version_is_a_failure_not_a_panic() {
    let ports = outside();
    let folder = tempfile::tempdir().unwrap();
    let copies = Copies::new(folder.path().join("copies"));
    for one in TARGETS {
        let act = certwright_core::step::ProviderAct {
            provider: one.name().into(),
            words: "do".into(),
            lines: Vec::new(),
            act: json!({ "act": "dance" }),
        };
        let applying = applying(&ports, folder.path(), &copies);
        assert_eq!(one.apply(&act, &applying).await.unwrap_err().kind, "stored-act");
        assert_eq!(one.undo(&act, &applying).await.unwrap_err().kind, "stored-act");
    }
}

/// A filled form for each target, in a folder of its own.
fn example(name: &str, folder: &Path) -> Map<String, Value> {
    let inside = |file: &str| folder.join(file).display().to_string();
    let value = match name {
        "files" => json!({ "fullchain": inside("chain.pem"), "key": inside("key.pem"), "reload": ["true"] }),
        "this-service" => json!({}),
        _ => json!({ "configuration": inside("nginx.conf"), "prefix": inside("") }),
    };
    value.as_object().unwrap().clone()
}

#[tokio::test]
async fn planned_twice_is_the_same_and_every_act_has_words_and_survives_storing() {
    let ports = outside();
    for one in TARGETS {
        let folder = tempfile::tempdir().unwrap();
        let configuration = format!(
            "pid {0}/p; error_log {0}/e; events {{}} http {{ access_log off; server {{ listen 28999; server_name a.test; }} }}",
            folder.path().display()
        );
        let path = folder.path().join("nginx.conf");
        certwright_contract::files::replace(
            &path,
            configuration.as_bytes(),
            certwright_contract::files::Access::PUBLIC,
        )
        .unwrap();
        let wanted = Wanted {
            identifiers: vec![certwright_core::identifier::Identifier::parse("a.test").unwrap()],
            link: folder.path().join("current"),
            earlier: Vec::new(),
        };
        let values = example(one.name(), folder.path());
        let planned = match one.plan(&values, &wanted, &ports).await {
            Err(failure) if failure.kind == "nginx-missing" => continue,
            other => other.unwrap(),
        };
        assert_eq!(one.plan(&values, &wanted, &ports).await.unwrap(), planned);
        assert!(!planned.after.is_empty());
        for act in planned.before.iter().chain(&planned.after).chain(&planned.settle) {
            assert_eq!(act.provider, one.name());
            assert!(act.words.starts_with(char::is_lowercase), "{}", act.words);
            assert!(act.act.get("act").is_some());
        }
        // The engine finds what to apply again after taking back by this one word.
        for act in &planned.settle {
            assert_eq!(act.act["settles"], json!(true));
        }
    }
}
