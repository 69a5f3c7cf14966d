//! `certwright run …`: performances of plans.

mod list;
mod show;
mod watch;

use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::Session;
use clap::{Args, Subcommand};

/// Runs: performances of plans.
#[derive(Clone, Debug, Subcommand)]
pub enum RunCommand {
    /// List runs, the newest first
    List(list::List),
    /// Show a run with its steps
    Show(show::Show),
    /// Follow a run until it is over
    Watch(watch::Watch),
    /// Stop a run; its clean-up is still done
    Cancel(Cancel),
}

/// Cancels a run.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
It is safe at every step: what was begun is finished or taken back, and the clean-up is done. Once the authority
has the certificate request it comes too late: the certificate is fetched and stored, but for an authority that has
been in trouble for long.

Example:
  certwright run cancel RUN")]
pub struct Cancel {
    /// The run's id
    id: String,
}

impl RunCommand {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        match self {
            Self::List(command) => command.run(session).await,
            Self::Show(command) => command.run(session).await,
            Self::Watch(command) => command.run(session).await,
            Self::Cancel(command) => command.run(session).await,
        }
    }
}

impl Cancel {
    async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let run = session.client.cancel_run(&self.id).await?;
        session.output.answer(
            || serde_json::to_string_pretty(&run),
            |_| {
                if !run.stopping {
                    format!("{}: {}.\n", run.id, run.words)
                } else {
                    format!(
                        "{} stops; its clean-up is done first. See: certwright run watch {}\n",
                        run.id, run.id
                    )
                }
            },
        )?;
        Ok(Exit::Done)
    }
}
