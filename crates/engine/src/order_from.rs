//! From whom a certificate is ordered now: the chosen authority, or another one that can issue it while that one cannot.

use crate::engine::{Engine, storage};
use certwright_core::account::{Account, AccountState};
use certwright_core::authority::Authority;
use certwright_core::certificate::CertificateSettings;
use certwright_core::failover::{Candidate, FailoverFacts, instead, settings_for};
use certwright_core::failure::Failure;
use certwright_store::CertificateRow;

/// From whom, and by which settings.
#[derive(Clone, Debug)]
pub(crate) struct OrderFrom {
    pub(crate) authority: Authority,
    pub(crate) account: Account,
    /// The certificate's settings, as they are for this authority.
    pub(crate) settings: CertificateSettings,
    /// Why another authority is asked than the chosen one, in words.
    pub(crate) why: Option<String>,
}

impl OrderFrom {
    /// Whether it is another authority than the chosen one.
    pub(crate) fn is_another(&self) -> bool {
        self.why.is_some()
    }
}

impl Engine {
    /// From whom the certificate is ordered now.
    ///
    /// # Errors
    /// When the chosen authority or its account cannot be used, and no other one is asked either.
    pub(crate) async fn order_from(&self, row: &CertificateRow) -> Result<OrderFrom, Failure> {
        let settings = &row.certificate.settings;
        let chosen = self.authority_of(&settings.authority).await;
        if let Some(other) = self.another(row, chosen.as_ref().ok()).await? {
            return Ok(other);
        }
        let authority = chosen?;
        let account = self.account_of(settings, &authority).await?;
        Ok(OrderFrom { authority, account, settings: settings.clone(), why: None })
    }

    async fn another(
        &self,
        row: &CertificateRow,
        chosen: Option<&Authority>,
    ) -> Result<Option<OrderFrom>, Failure> {
        let standing = &row.certificate.standing;
        if standing.failures == 0 || !self.rules().defaults.failover {
            return Ok(None);
        }
        let settings = &row.certificate.settings;
        let usable = self.usable_accounts().await?;
        let mut candidates = Vec::with_capacity(usable.len());
        for (authority, account) in &usable {
            // One that would only refuse has no turn.
            let permits = self.permits(authority, &account.id, &settings.identifiers).await;
            if permits.map_err(|error| storage(&error.to_string()))? {
                candidates.push(Candidate { authority, account });
            }
        }
        let found = instead(&FailoverFacts {
            settings,
            chosen,
            failures: standing.failures,
            failure: standing.last_failure.as_ref(),
            candidates: &candidates,
            now: self.now(),
        });
        let (Some(candidate), Some(chosen)) = (found, chosen) else { return Ok(None) };
        let trouble = standing.last_failure.as_ref().map(|failure| failure.answer.as_str());
        let why = format!(
            "Ordered from {}, because {} could not issue it: {}",
            candidate.authority.title,
            chosen.title,
            trouble.unwrap_or("it failed")
        );
        Ok(Some(OrderFrom {
            authority: candidate.authority.clone(),
            account: candidate.account.clone(),
            settings: settings_for(settings, &candidate),
            why: Some(why),
        }))
    }

    /// Every authority with its newest usable account, in the order of their ids, which lasts.
    pub(crate) async fn usable_accounts(&self) -> Result<Vec<(Authority, Account)>, Failure> {
        let trouble = |error: &dyn std::fmt::Display| storage(&error.to_string());
        let accounts = self.store.accounts(None).await.map_err(|error| trouble(&error))?;
        let mut usable: Vec<(Authority, Account)> = Vec::new();
        for account in accounts.into_iter().map(|row| row.account) {
            let known = usable.iter().any(|(authority, _)| authority.id == account.authority);
            if account.state != AccountState::Valid || known {
                continue;
            }
            if let Some(authority) =
                self.find_authority(&account.authority).await.map_err(|error| trouble(&error))?
            {
                usable.push((authority, account));
            }
        }
        usable.sort_by(|(one, _), (other, _)| one.id.as_str().cmp(other.id.as_str()));
        Ok(usable)
    }
}
