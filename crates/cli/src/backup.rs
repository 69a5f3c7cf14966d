//! `certwright backup`: list, make and check backups.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::Look;
use crate::moment;
use crate::session::Session;
use crate::table::{plain, table};
use certwright_api::backups::{Backup, BackupCheck};
use certwright_api::page::List as Items;
use clap::{Args, Subcommand};
use jiff::Timestamp;

/// Backups of the service.
#[derive(Clone, Debug, Subcommand)]
pub enum BackupCommand {
    /// List the backups, the newest first
    List(List),
    /// Make a backup now, and check it
    Create(Create),
    /// Check a backup in full; nothing is changed
    Verify(Verify),
}

/// Lists backups.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright backup list")]
pub struct List;

/// Makes a backup.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "No key is in it in the clear. It is restored with: certwright restore FILE\n\nExample:\n  certwright backup create"
)]
pub struct Create;

/// Checks a backup.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright backup verify certwright-2026-11-25T03-00-00-000Z.db")]
pub struct Verify {
    /// The backup's name
    name: String,
}

impl BackupCommand {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let now = session.now();
        match self {
            Self::List(List) => {
                let list = Items { items: session.client.backups().await? };
                session
                    .output
                    .answer(|| serde_json::to_string_pretty(&list), |look| words(&list.items, look, now))?;
            }
            Self::Create(Create) => {
                let backup = session.client.create_backup().await?;
                session.output.answer(
                    || serde_json::to_string_pretty(&backup),
                    |_| format!("Made and checked {} ({}).\n", backup.path, size(backup.bytes)),
                )?;
            }
            Self::Verify(Verify { name }) => {
                let check = session.client.check_backup(&name).await?;
                session.output.answer(|| serde_json::to_string_pretty(&check), |_| verdict(&check))?;
            }
        }
        Ok(Exit::Done)
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..10_240 => format!("{bytes} B"),
        10_240..10_485_760 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes / (1024 * 1024)),
    }
}

fn words(backups: &[Backup], look: Look, now: Timestamp) -> String {
    let rows = backups.iter().map(|backup| {
        vec![plain(&backup.name), plain(moment::minute(backup.made_at, now)), plain(size(backup.bytes))]
    });
    table(look, &["BACKUP", "MADE", "SIZE"], rows, "No backups yet. Make one: certwright backup create")
}

fn verdict(check: &BackupCheck) -> String {
    let mut text = format!(
        "{} is sound: {} certificates, schema {}, made by certwright {}.\n",
        check.backup.name, check.certificates, check.schema, check.version
    );
    if !check.checksum_compared {
        text.push_str("Its SHA-256 is not beside it: only the database's own checks were made.\n");
    }
    if !check.has_recovery {
        text.push_str(
            "It opens only with the data.key of its time. Make a recovery key for the next ones: certwright recovery new\n",
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn one_line_for_each_and_a_verdict_that_says_what_is_missing() {
        let backup = Backup {
            name: "certwright-2026-11-24T03-00-00-000Z.db".to_owned(),
            path: "/b/certwright-2026-11-24T03-00-00-000Z.db".to_owned(),
            bytes: 204_800,
            made_at: samples::hours(-9),
        };
        assert_eq!(
            words(std::slice::from_ref(&backup), Look::default(), samples::now()),
            "\
BACKUP                                  MADE                                SIZE
certwright-2026-11-24T03-00-00-000Z.db  9 hours ago (2026-11-24 03:00 UTC)  200 KiB
"
        );
        let check = BackupCheck {
            backup,
            version: "0.1.0".to_owned(),
            schema: 10,
            certificates: 3,
            has_recovery: false,
            checksum_compared: true,
        };
        assert!(verdict(&check).contains("3 certificates"));
        assert!(verdict(&check).contains("certwright recovery new"));
    }
}
