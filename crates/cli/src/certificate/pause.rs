//! `cert pause` and `cert resume`.

use super::Which;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::Session;
use certwright_api::edits::CertificateChanges;
use clap::Args;

/// Pauses a certificate.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "A run that is going on is not stopped by that.\n\nExample:\n  certwright cert pause shop"
)]
pub struct Pause {
    #[command(flatten)]
    which: Which,
}

/// Resumes a certificate.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright cert resume shop")]
pub struct Resume {
    #[command(flatten)]
    which: Which,
}

impl Pause {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        set(session, &self.which.name, true).await
    }
}

impl Resume {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        set(session, &self.which.name, false).await
    }
}

async fn set(session: &Session, name: &str, paused: bool) -> Result<Exit, Fault> {
    let before = session.client.certificate(name).await?;
    let changes = CertificateChanges { paused: Some(paused), ..CertificateChanges::default() };
    let after = session.client.update_certificate(&before.id, before.revision, &changes).await?;
    session.output.answer(
        || serde_json::to_string_pretty(&after),
        |_| {
            let (name, word) = (&after.name, if paused { "Paused" } else { "Resumed" });
            let why = after.next_why.as_deref().unwrap_or("nothing is to be done");
            format!("{word} {name}: {why}.\n")
        },
    )?;
    Ok(Exit::Done)
}
