//! The chain that certificates ordered by an account should have, where they do not prefer one themselves.

use crate::engine::Engine;
use crate::error::EngineError;
use certwright_core::account::Account;
use certwright_core::validate_options::issuer_refusal;
use serde_json::json;

impl Engine {
    /// Sets or clears the issuer that chains of the account's certificates should have; it counts from the next order on.
    ///
    /// # Errors
    /// When there is no such account, the issuer is no name, or somebody else changed the account meanwhile.
    pub async fn prefer_chain(
        &self,
        account: &str,
        issuer: Option<String>,
        who: &str,
    ) -> Result<Account, EngineError> {
        let refusal = issuer.as_deref().and_then(|issuer| issuer_refusal("issuer", issuer));
        if let Some(refusal) = refusal {
            return Err(EngineError::Refused(vec![refusal]));
        }
        let row = self.store.account(&account.into()).await?;
        let after = Account { preferred_chain: issuer, ..row.account.clone() };
        let object = format!("account {account}");
        let audit = self.audit(who, "prefer-chain", object, Some(json!(row.account)), Some(json!(after)));
        Ok(self.store.update_account(&after, Some(row.revision), &audit).await?.account)
    }
}
