//! `certwright account …`: registrations with certificate authorities.

mod create;
mod delete;
mod prefer_chain;
mod show;

use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::Session;
use clap::Subcommand;

/// Accounts with certificate authorities.
#[derive(Clone, Debug, Subcommand)]
pub enum AccountCommand {
    /// Register an account; the authority's terms must be agreed to
    Create(create::Create),
    /// List accounts
    List(show::List),
    /// Show an account
    Show(show::Show),
    /// Say which chain its certificates should have, where they do not say so themselves
    PreferChain(prefer_chain::PreferChain),
    /// Remove an account here and, if wanted, at the authority
    Delete(delete::Delete),
}

impl AccountCommand {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        match self {
            Self::Create(command) => command.run(session).await,
            Self::List(command) => command.run(session).await,
            Self::Show(command) => command.run(session).await,
            Self::PreferChain(command) => command.run(session).await,
            Self::Delete(command) => command.run(session).await,
        }
    }
}
