//! `authority key create`: the secret is shown once, or written to a file that its owner alone can read.

use super::super::Which;
use super::super::policy::permitted;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::file;
use crate::look::Look;
use crate::moment;
use crate::session::Session;
use crate::span;
use crate::table::{page, plain};
use certwright_api::issuer_edits::ExternalKeyDraft;
use certwright_api::issuers::{IssuerPolicy, NewExternalKey};
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A key to be made.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
A key binds one account, of one client. Without --name and --network the account may ask for all that the authority
certifies. With --out the secret is written to a file, readable by you alone, and not shown.

Examples:
  certwright authority key create home --name nas.home.arpa --expires-in 30d
  certwright authority key create home --out ./nas.key")]
pub struct Create {
    #[command(flatten)]
    which: Which,
    /// A name that the account may ask for, with all names below it; repeat it for several
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// A range of addresses that the account may ask for; repeat it for several
    #[arg(long = "network", value_name = "CIDR")]
    networks: Vec<String>,
    /// The account may ask for wildcard names below them too
    #[arg(long)]
    wildcards: bool,
    /// How long it can bind an account, such as 30d; as long as it is there when left out
    #[arg(long, value_name = "SPAN", value_parser = span::seconds)]
    expires_in: Option<i64>,
    /// Write the secret to this file, which must not be there yet, and do not show it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Create {
    fn draft(&self, now: Timestamp) -> Result<ExternalKeyDraft, Fault> {
        let is_limited = !self.names.is_empty() || !self.networks.is_empty();
        if self.wildcards && !is_limited {
            return Err(Fault::refused(
                "--wildcards says nothing without names",
                "add --name NAME, or leave it out: then all is permitted that the authority certifies",
            ));
        }
        let expires_at = match self.expires_in {
            None => None,
            Some(seconds) => {
                // Whole seconds: nobody reads fractions.
                let begin = Timestamp::from_second(now.as_second()).unwrap_or(now);
                let at = begin.checked_add(SignedDuration::from_secs(seconds));
                Some(at.map_err(|_| Fault::refused("--expires-in is beyond the end of time", "give less"))?)
            }
        };
        Ok(ExternalKeyDraft {
            policy: is_limited.then(|| IssuerPolicy {
                names: self.names.clone(),
                networks: self.networks.clone(),
                wildcards: self.wildcards,
                anything: false,
            }),
            expires_at,
        })
    }

    pub(in super::super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let draft = self.draft(session.now())?;
        let name = &self.which.name;
        let Some(path) = &self.out else {
            let key = session.client.create_external_key(name, &draft).await?;
            let now = session.now();
            session.output.answer(
                || serde_json::to_string_pretty(&key),
                |look| words(&key, Some(key.secret.reveal()), look, now) + &hint(name, &key.id, None),
            )?;
            return Ok(Exit::Done);
        };
        // The place is taken first: a secret that cannot be written is lost.
        let file = file::reserve(path).map_err(|error| cannot(path, &error))?;
        let key = match session.client.create_external_key(name, &draft).await {
            Ok(key) => key,
            Err(error) => {
                let _ = fs::remove_file(path);
                return Err(error.into());
            }
        };
        if let Err(error) = file::filled(path, file, format!("{}\n", key.secret.reveal()).as_bytes()) {
            // Nobody will ever know it: it is of no use to keep it.
            let fault = cannot(path, &error);
            return Err(match session.client.delete_external_key(name, &key.id).await {
                Ok(()) => fault,
                Err(_) => Fault::refused(
                    format!(
                        "{} cannot be written: {error}; the key {} was made, and nobody knows its secret",
                        path.display(),
                        key.id
                    ),
                    format!(
                        "remove it: certwright authority key delete {name} {}, and make another one",
                        key.id
                    ),
                ),
            });
        }
        let now = session.now();
        session.output.answer(
            || json_without_secret(&key),
            |look| words(&key, None, look, now) + &hint(name, &key.id, Some(path)),
        )?;
        Ok(Exit::Done)
    }
}

fn json_without_secret(key: &NewExternalKey) -> serde_json::Result<String> {
    let mut value = serde_json::to_value(key)?;
    if let Some(fields) = value.as_object_mut() {
        fields.remove("secret");
    }
    serde_json::to_string_pretty(&value)
}

fn words(key: &NewExternalKey, secret: Option<&str>, look: Look, now: Timestamp) -> String {
    let limits = if key.policy.anything {
        "all that the authority certifies".to_owned()
    } else {
        permitted(&key.policy)
    };
    page(
        look,
        [
            ("Key identifier", plain(&key.id)),
            ("Secret", plain(secret.unwrap_or_default())),
            ("Directory", plain(&key.directory)),
            ("May ask for", plain(limits)),
            ("Binds until", plain(key.expires_at.map_or_else(String::new, |at| moment::exactly(at, now)))),
        ],
    )
}

fn hint(authority: &str, id: &str, file: Option<&Path>) -> String {
    let (said, file) = match file {
        None => ("The secret is shown this once.", "FILE".to_owned()),
        Some(path) => ("The secret was written, and is shown nowhere.", path.display().to_string()),
    };
    format!(
        "\n{said} An account of this service is bound with it by:\n  \
         certwright account create --ca {authority} --eab-key-id={id} --eab-key-file={file}\n"
    )
}

fn cannot(path: &Path, error: &io::Error) -> Fault {
    let remedy = if error.kind() == io::ErrorKind::AlreadyExists {
        "name another file; a secret is never written over something"
    } else {
        "name a file that you may write"
    };
    Fault::refused(format!("{} cannot be written: {error}", path.display()), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{hours, now};
    use clap::Parser;
    use serde_json::json;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        create: Create,
    }

    fn draft(line: &str) -> Result<serde_json::Value, Fault> {
        let create = Line::try_parse_from(line.split_whitespace()).unwrap().create;
        create.draft(now()).map(|draft| serde_json::to_value(draft).unwrap())
    }

    #[test]
    fn switches_become_the_draft() {
        assert_eq!(draft("create home").unwrap(), json!({}));
        assert_eq!(
            draft("create home --name nas.home.arpa --expires-in 1d").unwrap(),
            json!({
                "policy": {
                    "names": ["nas.home.arpa"], "networks": [], "wildcards": false, "anything": false
                },
                "expires_at": "2026-11-25T12:00:00Z",
            })
        );
        assert!(draft("create home --wildcards").is_err());
    }

    #[test]
    fn the_secret_is_where_it_is_wanted_and_nowhere_else() {
        let key = NewExternalKey {
            id: "k1".to_owned(),
            secret: "c2VjcmV0".to_owned().into(),
            directory: "https://ca/acme/home/directory".to_owned(),
            policy: IssuerPolicy { names: vec!["nas.home.arpa".to_owned()], ..IssuerPolicy::default() },
            expires_at: Some(hours(720)),
        };
        let shown = words(&key, Some(key.secret.reveal()), Look::default(), now());
        assert_eq!(
            shown,
            "\
Key identifier  k1
Secret          c2VjcmV0
Directory       https://ca/acme/home/directory
May ask for     nas.home.arpa and below
Binds until     2026-12-24 12:00 UTC (in 30 days)
"
        );
        for text in [
            words(&key, None, Look::default(), now()),
            json_without_secret(&key).unwrap(),
            hint("home", "k1", Some(Path::new("/k"))),
            format!("{key:?}"),
        ] {
            assert!(!text.contains("c2VjcmV0"), "{text}");
        }
    }
}
