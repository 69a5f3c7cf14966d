//! `cert versions`.

use super::Which;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone};
use crate::moment;
use crate::session::Session;
use crate::table::{plain, table};
use certwright_api::page;
use certwright_api::versions::{Version, VersionState};
use clap::Args;
use jiff::Timestamp;

/// Lists versions.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright cert versions shop")]
pub struct Versions {
    #[command(flatten)]
    which: Which,
}

impl Versions {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let list = page::List { items: session.client.versions(&self.which.name).await? };
        let now = session.now();
        session
            .output
            .answer(|| serde_json::to_string_pretty(&list), |look| words(&list.items, look, now))?;
        Ok(Exit::Done)
    }
}

fn state(version: &Version) -> (Tone, String) {
    let (tone, word) = match version.state {
        _ if version.revocation.is_some() => (Tone::Bad, "revoked"),
        _ if version.revoking => (Tone::Warn, "to be revoked"),
        VersionState::KeyStored => (Tone::Plain, "ordered"),
        VersionState::Obtained => (Tone::Plain, "obtained"),
        VersionState::Published => (Tone::Good, "published"),
        VersionState::Abandoned => (Tone::Dim, "abandoned"),
    };
    (tone, word.to_owned())
}

fn words(versions: &[Version], look: Look, now: Timestamp) -> String {
    let rows = versions.iter().map(|version| {
        let facts = version.facts.as_ref();
        vec![
            plain(&version.id),
            state(version),
            plain(moment::day(version.created_at, now)),
            plain(facts.map_or_else(|| "-".to_owned(), |facts| moment::day(facts.not_after, now))),
            plain(&version.authority),
            plain(facts.map_or("-", |facts| facts.serial.as_str())),
        ]
    });
    table(
        look,
        &["VERSION", "STATE", "ORDERED", "VALID UNTIL", "AUTHORITY", "SERIAL"],
        rows,
        "No versions yet.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn one_line_for_each() {
        assert_eq!(
            words(&[samples::version()], Look::default(), samples::now()),
            "\
VERSION  STATE      ORDERED                   VALID UNTIL              AUTHORITY    SERIAL
ver-1    published  29 days ago (2026-10-26)  in 61 days (2027-01-24)  letsencrypt  03ab
"
        );
    }
}
