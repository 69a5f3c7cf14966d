//! `cert rollback` and `cert reset`.

use super::Which;
use super::request::{DEPLOYMENT_GOES_ON, to_the_end};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::follow;
use crate::session::Session;
use clap::Args;

/// Serves an earlier version again.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
The authority is not asked for anything. The renewal that would undo it is held for half of what the version has left,
at most a week; a request by hand ends that: certwright cert request.

Example:
  certwright cert rollback shop")]
pub struct RollBack {
    #[command(flatten)]
    which: Which,
    /// An earlier version that is still valid [default: the one published before the current one]
    version: Option<String>,
    /// Do not follow it
    #[arg(long)]
    no_wait: bool,
}

/// Forgets failures and back-off.
#[derive(Clone, Debug, Args)]
#[command(after_help = "What is due is done at once.\n\nExample:\n  certwright cert reset shop")]
pub struct Reset {
    #[command(flatten)]
    which: Which,
}

impl RollBack {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let after = follow::newest_event(session).await?;
        let certificate = session.client.roll_back(&self.which.name, self.version.as_deref()).await?;
        if self.no_wait || certificate.deployments.is_empty() {
            session.output.answer(
                || serde_json::to_string_pretty(&certificate),
                |_| format!("Rolled back. See it: certwright cert show {}\n", certificate.name),
            )?;
            return Ok(Exit::Done);
        }
        to_the_end(session, &certificate.id, None, after, DEPLOYMENT_GOES_ON).await
    }
}

impl Reset {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let certificate = session.client.reset_failures(&self.which.name).await?;
        session.output.answer(
            || serde_json::to_string_pretty(&certificate),
            |_| {
                let why = certificate.next_why.as_deref().unwrap_or("nothing is to be done");
                format!("Forgot the failures of {}: {why}.\n", certificate.name)
            },
        )?;
        Ok(Exit::Done)
    }
}
