//! `certwright cert …`: managed certificates.

mod choices;
mod create;
mod delete;
mod deploy;
mod edit;
mod export;
mod key;
mod list;
mod log;
mod past;
mod pause;
mod preview;
mod removal_offer;
mod request;
mod revoke;
mod show;
mod test;
mod versions;

use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::Session;
use clap::{Args, Subcommand};

pub(crate) use request::{exit as exit_of, tell as tell_end};

/// Managed certificates.
#[derive(Clone, Debug, Subcommand)]
pub enum CertificateCommand {
    /// Create a certificate; nothing is ordered by that
    Create(Box<create::Create>),
    /// List certificates
    List(list::List),
    /// Show a certificate: what is wanted, and where it stands
    Show(show::Show),
    /// Change a certificate; what is not named stays
    Edit(Box<edit::Edit>),
    /// Show the very steps that a request would perform; nothing is changed
    Preview(preview::Preview),
    /// Look for what would fail, without any order
    Test(test::Test),
    /// Request a new version now, and follow it until it is served
    Request(request::Request),
    /// Deploy the newest version again, without any order
    Deploy(deploy::Deploy),
    /// Show a certificate's log
    Log(log::Log),
    /// Write certificate, chain and, if asked for, the private key as PEM
    Export(export::Export),
    /// List the versions that were issued
    Versions(versions::Versions),
    /// Revoke a version; the newest one is replaced at once
    Revoke(revoke::Revoke),
    /// Look into the authority's revocation list now
    CheckRevocation(revoke::CheckRevocation),
    /// Fetch the newest version's chain again while the authority keeps it
    Refetch(revoke::Refetch),
    /// Serve an earlier version again, without any order
    Rollback(past::RollBack),
    /// Forget failures and back-off: what is due is done at once
    Reset(past::Reset),
    /// Order nothing any more until it is resumed
    Pause(pause::Pause),
    /// Order again when it is due
    Resume(pause::Resume),
    /// Delete a certificate; served files stay
    Delete(delete::Delete),
}

/// Which certificate.
#[derive(Clone, Debug, Args)]
pub(crate) struct Which {
    /// The certificate's name or id
    name: String,
}

impl CertificateCommand {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        match self {
            Self::Create(command) => command.run(session).await,
            Self::List(command) => command.run(session).await,
            Self::Show(command) => command.run(session).await,
            Self::Edit(command) => command.run(session).await,
            Self::Preview(command) => command.run(session).await,
            Self::Test(command) => command.run(session).await,
            Self::Request(command) => command.run(session).await,
            Self::Deploy(command) => command.run(session).await,
            Self::Log(command) => command.run(session).await,
            Self::Export(command) => command.run(session).await,
            Self::Versions(command) => command.run(session).await,
            Self::Revoke(command) => command.run(session).await,
            Self::CheckRevocation(command) => command.run(session).await,
            Self::Refetch(command) => command.run(session).await,
            Self::Rollback(command) => command.run(session).await,
            Self::Reset(command) => command.run(session).await,
            Self::Pause(command) => command.run(session).await,
            Self::Resume(command) => command.run(session).await,
            Self::Delete(command) => command.run(session).await,
        }
    }
}
