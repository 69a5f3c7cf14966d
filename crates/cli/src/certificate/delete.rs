//! `cert delete`.

use super::Which;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::Session;
use clap::Args;

/// Deletes a certificate.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Nothing that is served is removed: servers keep their files and their configuration. The certificate is not
revoked.

Example:
  certwright cert delete shop --yes")]
pub struct Delete {
    #[command(flatten)]
    which: Which,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

impl Delete {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let certificate = session.client.certificate(&self.which.name).await?;
        let name = &certificate.name;
        let names = certificate.identifiers_shown.join(", ");
        session.confirm(
            &format!("Delete {name} ({names}) with its keys and history? It is not renewed any more."),
            self.yes,
        )?;
        session.client.delete_certificate(&certificate.id, certificate.revision).await?;
        let served = certificate.deployments.iter().any(|deployment| deployment.deployed.is_some());
        let stays = if served { " What is served stays as it is, until it expires." } else { "" };
        session.output.say(&format!("Deleted {name}.{stays}"))?;
        Ok(Exit::Done)
    }
}
