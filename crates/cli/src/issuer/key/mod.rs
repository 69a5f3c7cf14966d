//! `authority key …`: keys for external account binding.

mod create;
mod list;

use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::Session;
use clap::{Args, Subcommand};

/// Keys for external account binding.
#[derive(Clone, Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key; its secret is shown once
    Create(create::Create),
    /// List keys, and who is bound by them
    List(list::List),
    /// Delete a key: its account has no more to ask for
    Delete(Delete),
}

/// Deletes a key.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright authority key delete home KEY --yes")]
pub struct Delete {
    /// The authority's name
    #[arg(value_name = "NAME")]
    authority: String,
    /// The key's id
    #[arg(value_name = "KEY", allow_hyphen_values = true)]
    id: String,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

impl KeyCommand {
    /// Does it.
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        match self {
            Self::Create(command) => command.run(session).await,
            Self::List(command) => command.run(session).await,
            Self::Delete(command) => command.run(session).await,
        }
    }
}

impl Delete {
    async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let question = format!(
            "Delete the key {} of {}? An account that was bound with it gets no certificates any more.",
            self.id, self.authority
        );
        session.confirm(&question, self.yes)?;
        session.client.delete_external_key(&self.authority, &self.id).await?;
        session.output.say(&format!("Deleted {}.", self.id))?;
        Ok(Exit::Done)
    }
}
