//! `run watch`: follows a run until it is over.

use super::show;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::follow::{self, End};
use crate::session::Session;
use certwright_api::runs::RunState;
use clap::Args;

/// Watches a run.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
It shows what has happened so far and goes on until the run is over, however long it waits.

Example:
  certwright run watch RUN")]
pub struct Watch {
    /// The run's id
    id: String,
}

impl Watch {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        // A wrong id is told at once, not by a stream that stays silent.
        let run = session.client.run(&self.id).await?;
        match follow::run(session, &run.id, 0).await? {
            End::Interrupted => Ok(Exit::Interrupted),
            End::Here(run) => {
                let now = session.now();
                session.output.answer(
                    || serde_json::to_string_pretty(&run),
                    |look| format!("\n{}", show::words(&run, look, now)),
                )?;
                Ok(if run.state == RunState::Done { Exit::Done } else { Exit::Failed })
            }
        }
    }
}
