//! `authority enable` and `authority disable`.

use super::{Which, warn};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::Session;
use certwright_api::issuer_edits::IssuerChanges;
use certwright_api::issuers::Issuer;
use clap::Args;

/// Enables an authority.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright authority enable home")]
pub struct Enable {
    #[command(flatten)]
    which: Which,
}

/// Disables an authority.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
What it issued stays good, but is not renewed meanwhile, and its revocation list is not served.

Example:
  certwright authority disable home")]
pub struct Disable {
    #[command(flatten)]
    which: Which,
}

impl Enable {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let issuer = switched(session, &self.which.name, true).await?;
        session.output.answer(
            || serde_json::to_string_pretty(&issuer),
            |_| format!("Enabled {}. It answers at {}\n", issuer.name, issuer.directory),
        )?;
        warn(&session.output, &issuer)?;
        Ok(Exit::Done)
    }
}

impl Disable {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let issuer = switched(session, &self.which.name, false).await?;
        session.output.answer(
            || serde_json::to_string_pretty(&issuer),
            |_| format!("Disabled {}. It answers nobody any more.\n", issuer.name),
        )?;
        Ok(Exit::Done)
    }
}

async fn switched(session: &Session, name: &str, enabled: bool) -> Result<Issuer, Fault> {
    let before = session.client.issuer(name).await?;
    // What fails to answer is opened anew by enabling it again.
    if before.enabled == enabled && before.mounted == enabled {
        return Ok(before);
    }
    let changes = IssuerChanges { enabled: Some(enabled), ..IssuerChanges::default() };
    Ok(session.client.update_issuer(name, before.revision, &changes).await?)
}
