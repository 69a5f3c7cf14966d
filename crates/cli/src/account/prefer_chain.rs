//! `account prefer-chain`.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::Session;
use clap::Args;

/// Says which chain the account's certificates should have.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright account prefer-chain ACCOUNT auto")]
pub struct PreferChain {
    /// The account's id
    id: String,
    /// The issuer, by common name or SHA-256 fingerprint; auto for none
    issuer: String,
}

impl PreferChain {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let issuer = (self.issuer != "auto").then_some(self.issuer);
        let account = session.client.prefer_chain(&self.id, issuer).await?;
        session.output.answer(
            || serde_json::to_string_pretty(&account),
            |_| match &account.preferred_chain {
                Some(issuer) => {
                    format!(
                        "Chains of certificates ordered by {} should have the issuer {issuer}.\n",
                        account.id
                    )
                }
                None => format!("{} prefers no chain.\n", account.id),
            },
        )?;
        Ok(Exit::Done)
    }
}
