//! `authority delete`.

use super::Which;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::Session;
use certwright_api::page::PageQuery;
use clap::Args;

/// Deletes an authority.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
It must be disabled. Machines that trust its root go on doing so: there, certwright authority trust NAME --remove
takes it out, before the authority is deleted.

Example:
  certwright authority delete home --yes")]
pub struct Delete {
    #[command(flatten)]
    which: Which,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

impl Delete {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let issuer = session.client.issuer(&self.which.name).await?;
        let name = &issuer.name;
        if issuer.enabled {
            return Err(Fault::refused(
                format!("{name} is enabled"),
                format!("disable it first: certwright authority disable {name}"),
            ));
        }
        let query = PageQuery { offset: None, limit: Some(1) };
        let issued = session.client.issued(name, &query).await?.total;
        session.confirm(
            &format!(
                "Delete {name} with its keys, for good? The certificates it issued and still remembers ({issued}) \
                 stay good until they end; none of them can be renewed or revoked any more."
            ),
            self.yes,
        )?;
        session.client.delete_issuer(name, issuer.revision).await?;
        session.output.say(&format!("Deleted {name}."))?;
        Ok(Exit::Done)
    }
}
