//! `certwright ca …`: certificate authorities.

mod add;
mod edit;
mod facts;
mod limits;
mod relocate;
mod show;

use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::Session;
use clap::{Args, Subcommand};

/// Certificate authorities.
#[derive(Clone, Debug, Subcommand)]
pub enum AuthorityCommand {
    /// List authorities
    List(show::List),
    /// Show an authority, with what its directory says now
    Show(show::Show),
    /// Show an authority's rate limits, and how much of them is used
    Limits(limits::ShowLimits),
    /// Add an authority of your own
    Add(Box<add::Add>),
    /// Change an authority
    Edit(Box<edit::Edit>),
    /// Look whether an authority's directory is still there
    Probe(relocate::ProbeNow),
    /// Order the certificates of an authority from another one
    Move(relocate::Move),
    /// Remove an authority of your own
    Remove(Remove),
}

/// Removes an authority.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright ca remove internal --yes")]
pub struct Remove {
    /// The authority's id
    id: String,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

impl AuthorityCommand {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        match self {
            Self::List(command) => command.run(session).await,
            Self::Show(command) => command.run(session).await,
            Self::Limits(command) => command.run(session).await,
            Self::Add(command) => command.run(session).await,
            Self::Edit(command) => command.run(session).await,
            Self::Probe(command) => command.run(session).await,
            Self::Move(command) => command.run(session).await,
            Self::Remove(command) => command.run(session).await,
        }
    }
}

impl Remove {
    async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let authority = session.client.authority(&self.id).await?;
        session.confirm(&format!("Remove {} ({})?", authority.id, authority.title), self.yes)?;
        session.client.delete_authority(&authority.id).await?;
        session.output.say(&format!("Removed {}.", authority.id))?;
        Ok(Exit::Done)
    }
}
