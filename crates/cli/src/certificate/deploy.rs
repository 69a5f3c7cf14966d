//! `cert deploy`: the newest version again, wherever it should be served; nothing is ordered.

use super::Which;
use super::request::{DEPLOYMENT_GOES_ON, to_the_end};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::follow;
use crate::session::Session;
use clap::Args;

/// Deploys the newest version again.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
The authority is not asked for anything. Deployments that failed are tried again by themselves; this does it now,
and goes on with those that were cancelled or whose plan has changed. Look first: certwright cert preview.

Example:
  certwright cert deploy shop")]
pub struct Deploy {
    #[command(flatten)]
    which: Which,
    /// Do not follow it
    #[arg(long)]
    no_wait: bool,
}

impl Deploy {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let after = follow::newest_event(session).await?;
        let certificate = session.client.deploy(&self.which.name).await?;
        if self.no_wait {
            session.output.answer(
                || serde_json::to_string_pretty(&certificate),
                |_| format!("Asked for. See it: certwright cert show {}\n", certificate.name),
            )?;
            return Ok(Exit::Done);
        }
        to_the_end(session, &certificate.id, None, after, DEPLOYMENT_GOES_ON).await
    }
}
