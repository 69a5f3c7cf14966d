//! `authority root`: the certificate that clients must trust.

use super::Which;
use super::certificate_file::{Found, der, found};
use super::policy::constrained;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::file;
use crate::look::Look;
use crate::moment;
use crate::session::Session;
use crate::table::{page, plain};
use certwright_api::issuers::Issuer;
use clap::Args;
use jiff::Timestamp;
use std::io;
use std::path::{Path, PathBuf};

/// Shows or writes the root.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Whoever installs the root elsewhere should compare its fingerprint with the one shown here.

Examples:
  certwright authority root home
  certwright authority root home --out home.pem")]
pub struct Root {
    #[command(flatten)]
    which: Which,
    /// Write it to this file, for everybody to read
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write it in DER, which some devices want
    #[arg(long, requires = "out")]
    der: bool,
    /// Replace another certificate that is in the file
    #[arg(long, requires = "out")]
    replace: bool,
}

impl Root {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let issuer = session.client.issuer(&self.which.name).await?;
        match &self.out {
            None => {
                let now = session.now();
                session.output.answer(
                    || serde_json::to_string_pretty(&issuer.root),
                    |look| words(&issuer, look, now),
                )?;
            }
            Some(path) => {
                let said = self.write(path, &issuer)?;
                session.output.answer(|| serde_json::to_string_pretty(&issuer.root), |_| said + "\n")?;
            }
        }
        Ok(Exit::Done)
    }

    fn write(&self, path: &Path, issuer: &Issuer) -> Result<String, Fault> {
        let shown = path.display();
        let cannot = |error: &io::Error| {
            Fault::refused(format!("{shown} cannot be written: {error}"), "name a file that you may write")
        };
        let contents = if self.der {
            der(&issuer.root).ok_or_else(|| Fault::failed("the service sent a root that cannot be read"))?
        } else {
            issuer.root.pem.clone().into_bytes()
        };
        let found = found(path, &issuer.root).map_err(|error| cannot(&error))?;
        match found {
            Found::Nothing => {}
            // The other writing of it may be wanted.
            Found::Same if std::fs::read(path).is_ok_and(|bytes| bytes == contents) => {
                return Ok(format!("{shown} holds the root of {} already.", issuer.name));
            }
            Found::Same => {}
            Found::Other if self.replace => {}
            Found::Other => {
                return Err(Fault::refused(
                    format!("{shown} holds another certificate"),
                    "name another file, or add --replace",
                ));
            }
            Found::Strange => {
                return Err(Fault::refused(
                    format!("{shown} holds something else than one certificate in PEM"),
                    "name another file: this is never written over",
                ));
            }
        }
        file::publish(path, &contents, found != Found::Nothing).map_err(|error| cannot(&error))?;
        Ok(format!("Wrote {shown}. SHA-256 fingerprint of the root: {}", colons(&issuer.root.sha256)))
    }
}

/// A fingerprint as browsers and OpenSSL show it.
pub(super) fn colons(hex: &str) -> String {
    let pairs: Vec<_> =
        hex.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).to_uppercase()).collect();
    pairs.join(":")
}

fn words(issuer: &Issuer, look: Look, now: Timestamp) -> String {
    let root = &issuer.root;
    let facts = page(
        look,
        [
            ("Subject", plain(&root.subject)),
            ("Valid from", plain(moment::exactly(root.not_before, now))),
            ("Valid until", plain(moment::exactly(root.not_after, now))),
            ("SHA-256", plain(colons(&root.sha256))),
            ("SHA-1", plain(colons(&root.sha1))),
            ("Constraints", plain(constrained(issuer.constraints.as_ref()))),
            ("Served at", plain(&issuer.root_url)),
        ],
    );
    format!("{facts}\n{}", root.pem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use std::fs;

    #[test]
    fn it_shows_what_is_to_be_compared() {
        assert_eq!(
            words(&samples::issuer(), Look::default(), samples::now()),
            "\
Subject      CN=Home CA Root
Valid from   2026-11-23 12:00 UTC (24 hours ago)
Valid until  2036-11-22 12:00 UTC (in 3651 days)
SHA-256      00:FF
SHA-1        AB:CD
Constraints  home.arpa and below, 10.0.0.0/8
Served at    https://ca.home.arpa:9643/acme/home/root.pem

-----BEGIN CERTIFICATE-----
MAA=
-----END CERTIFICATE-----
"
        );
    }

    #[test]
    fn another_certificate_is_replaced_only_when_that_is_wanted_and_a_key_never() {
        let folder = std::env::temp_dir().join(format!("certwright-cli-{}", crate::session::once()));
        fs::create_dir(&folder).unwrap();
        let path = folder.join("root.pem");
        let issuer = samples::issuer();
        let command = |der, replace| Root {
            which: Which { name: "home".to_owned() },
            out: Some(path.clone()),
            der,
            replace,
        };
        assert!(command(false, false).write(&path, &issuer).unwrap().starts_with("Wrote"));
        assert!(command(false, false).write(&path, &issuer).unwrap().contains("already"));
        command(true, false).write(&path, &issuer).unwrap();
        assert_eq!(fs::read(&path).unwrap(), [0x30, 0]);
        file::publish(&path, b"-----BEGIN CERTIFICATE-----\nMAEB\n-----END CERTIFICATE-----\n", true)
            .unwrap();
        assert!(command(false, false).write(&path, &issuer).is_err());
        command(false, true).write(&path, &issuer).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), issuer.root.pem);
        file::publish(&path, b"-----BEGIN PRIVATE KEY-----\nMAEB\n-----END PRIVATE KEY-----\n", true)
            .unwrap();
        assert!(command(false, true).write(&path, &issuer).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
