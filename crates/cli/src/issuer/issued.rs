//! `authority issued`.

use super::Which;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone};
use crate::moment;
use crate::page::{Part, more};
use crate::session::Session;
use crate::table::{plain, table};
use certwright_api::issuers::IssuedCertificate;
use clap::Args;
use jiff::Timestamp;

/// Lists what an authority issued.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright authority issued home --limit 200")]
pub struct Issued {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    part: Part,
}

impl Issued {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let query = self.part.query();
        let page = session.client.issued(&self.which.name, &query).await?;
        let now = session.now();
        session.output.answer(|| serde_json::to_string_pretty(&page), |look| rows(&page.items, look, now))?;
        more(&session.output, &page)?;
        Ok(Exit::Done)
    }
}

fn state(certificate: &IssuedCertificate, now: Timestamp) -> (Tone, String) {
    match certificate.revoked_at {
        Some(at) => (Tone::Bad, format!("revoked {}", moment::relative(at, now))),
        None if certificate.not_after < now => (Tone::Dim, "over".to_owned()),
        None => (Tone::Good, "good".to_owned()),
    }
}

fn rows(issued: &[IssuedCertificate], look: Look, now: Timestamp) -> String {
    let rows = issued.iter().map(|certificate| {
        vec![
            plain(&certificate.serial),
            plain(certificate.identifiers.join(", ")),
            state(certificate, now),
            plain(moment::day(certificate.not_after, now)),
            plain(&certificate.account),
        ]
    });
    table(look, &["SERIAL", "NAMES", "STATE", "VALID UNTIL", "ACCOUNT"], rows, "It issued nothing yet.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{hours, now};

    #[test]
    fn each_says_whether_it_is_still_good() {
        let good = IssuedCertificate {
            serial: "0a".to_owned(),
            identifiers: vec!["nas.home.arpa".to_owned(), "10.0.0.7".to_owned()],
            not_before: hours(-72),
            not_after: hours(72),
            revoked_at: None,
            revocation_reason: None,
            account: "abc".to_owned(),
        };
        let revoked = IssuedCertificate { revoked_at: Some(hours(-1)), ..good.clone() };
        let over = IssuedCertificate { not_after: hours(-48), ..good.clone() };
        assert_eq!(
            rows(&[good, revoked, over], Look::default(), now()),
            "\
SERIAL  NAMES                    STATE                   VALID UNTIL              ACCOUNT
0a      nas.home.arpa, 10.0.0.7  good                    in 3 days (2026-11-27)   abc
0a      nas.home.arpa, 10.0.0.7  revoked 60 minutes ago  in 3 days (2026-11-27)   abc
0a      nas.home.arpa, 10.0.0.7  over                    2 days ago (2026-11-22)  abc
"
        );
    }
}
