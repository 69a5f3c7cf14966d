//! `account delete`.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::Session;
use clap::Args;

/// Deletes an account.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright account delete ACCOUNT --deactivate --yes")]
pub struct Delete {
    /// The account's id
    id: String,
    /// Tell the authority to deactivate it too, which cannot be taken back
    #[arg(long)]
    deactivate: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

impl Delete {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let account = session.client.account(&self.id).await?;
        let question = if self.deactivate {
            format!("Deactivate {} at {} for good, and delete its key?", account.id, account.authority)
        } else {
            format!("Delete {} with its key? {} still knows the account.", account.id, account.authority)
        };
        session.confirm(&question, self.yes)?;
        session.client.delete_account(&account.id, self.deactivate).await?;
        session.output.say(&format!("Deleted {}.", account.id))?;
        Ok(Exit::Done)
    }
}
