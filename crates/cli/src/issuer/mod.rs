//! `certwright authority …`: the built-in authorities, which this service is itself.

mod certificate_file;
mod create;
mod delete;
mod edit;
mod entry;
mod issued;
mod key;
mod list;
mod policy;
mod root;
mod show;
mod switch;
mod system_store;
mod trust;

use crate::exit::Exit;
use crate::fault::Fault;
use crate::output::Output;
use crate::session::Session;
use certwright_api::issuers::Issuer;
use clap::{Args, Subcommand};

/// Built-in authorities.
#[derive(Clone, Debug, Subcommand)]
pub enum IssuerCommand {
    /// Make an authority: its keys, root and intermediate
    Create(Box<create::Create>),
    /// List the authorities of this service
    List(list::List),
    /// Show an authority
    Show(show::Show),
    /// Change what an authority certifies, for how long, and for whom
    Edit(Box<edit::Edit>),
    /// Let an authority answer its clients
    Enable(switch::Enable),
    /// Let an authority answer nobody
    Disable(switch::Disable),
    /// Delete a disabled authority with its keys
    Delete(delete::Delete),
    /// Show the root that clients must trust, or write it to a file
    Root(root::Root),
    /// Let this machine trust the root, or trust it no more
    Trust(trust::Trust),
    /// Let this service order from the authority itself
    Use(entry::Use),
    /// Keys that bind accounts of clients (EAB)
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// List what an authority issued
    Issued(issued::Issued),
}

/// Which authority.
#[derive(Clone, Debug, Args)]
pub(crate) struct Which {
    /// The authority's name
    name: String,
}

impl IssuerCommand {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        match self {
            Self::Create(command) => command.run(session).await,
            Self::List(command) => command.run(session).await,
            Self::Show(command) => command.run(session).await,
            Self::Edit(command) => command.run(session).await,
            Self::Enable(command) => command.run(session).await,
            Self::Disable(command) => command.run(session).await,
            Self::Delete(command) => command.run(session).await,
            Self::Root(command) => command.run(session).await,
            Self::Trust(command) => command.run(session).await,
            Self::Use(command) => command.run(session).await,
            Self::Key(command) => command.run(session).await,
            Self::Issued(command) => command.run(session).await,
        }
    }
}

/// Says what is not as somebody may think it is.
fn warn(output: &Output, issuer: &Issuer) -> Result<(), Fault> {
    issuer.warnings.iter().try_for_each(|warning| output.note(&format!("Warning: {warning}.")))
}
