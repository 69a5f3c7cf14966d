//! `certwright account …`: registrations with certificate authorities.

mod change;
mod create;
mod delete;
mod prefer_chain;
mod secret;
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
    /// Take over an account that another program made
    Import(change::Import),
    /// Change the mail addresses that the authority knows
    Edit(change::Edit),
    /// Give an account a new key
    Key(change::Key),
    /// Agree to the authority's new terms
    Agree(change::Agree),
    /// Look whether the authority knows an account
    Check(change::Check),
    /// Give an account up at the authority for good; it stays here
    Deactivate(change::Deactivate),
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
            Self::Import(command) => command.run(session).await,
            Self::Edit(command) => command.run(session).await,
            Self::Key(command) => command.run(session).await,
            Self::Agree(command) => command.run(session).await,
            Self::Check(command) => command.run(session).await,
            Self::Deactivate(command) => command.run(session).await,
            Self::PreferChain(command) => command.run(session).await,
            Self::Delete(command) => command.run(session).await,
        }
    }
}
