//! Changing an account's key (RFC 8555 §7.3.5): the new key lies beside the old one before the authority hears of it,
//! and neither is forgotten before it is known which one the authority knows.

use crate::acme_failure::failure;
use crate::engine::{Engine, storage};
use crate::error::EngineError;
use crate::failpoint;
use certwright_acme::{AccountKey, Error, KeyAlgorithm, ProblemKind};
use certwright_core::SignedDuration;
use certwright_core::account::{Account, AccountKeyType, AccountState, KeyChange};
use certwright_core::authority::Authority;
use certwright_core::failure::Failure;
use certwright_core::id::{AccountId, AuthorityId};
use certwright_core::refusal::Refusal;
use certwright_store::AccountRow;
use serde_json::json;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A request that was sent is not on its way any more after this: only then a refusal of its repetition means that the
/// new key can be thrown away.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_hours(1);

/// The key that an account shall have.
pub enum NewKey {
    /// A new one of this type.
    Made(AccountKeyType),
    /// This one (PEM): PKCS#8, SEC1 or PKCS#1.
    Given(Zeroizing<String>),
}

pub(crate) fn algorithm(key_type: AccountKeyType) -> KeyAlgorithm {
    match key_type {
        AccountKeyType::ES256 => KeyAlgorithm::Es256,
        AccountKeyType::ES384 => KeyAlgorithm::Es384,
        AccountKeyType::RS256 => KeyAlgorithm::Rs256,
    }
}

pub(crate) fn type_of(key: &AccountKey) -> AccountKeyType {
    match key.algorithm() {
        KeyAlgorithm::Es256 => AccountKeyType::ES256,
        KeyAlgorithm::Es384 => AccountKeyType::ES384,
        KeyAlgorithm::Rs256 => AccountKeyType::RS256,
    }
}

/// Reads a key that a person gave.
pub(crate) fn given(pem: &str, field: &str) -> Result<AccountKey, EngineError> {
    AccountKey::from_pem(pem).map_err(|error| {
        let refusal = Refusal::new(
            field,
            error.to_string(),
            "give an ECDSA P-256, P-384 or RSA private key as PEM (PKCS#8, SEC1 or PKCS#1), without a passphrase",
        );
        EngineError::Refused(vec![refusal])
    })
}

/// Whether the authority has decided that it did not do what was asked. No answer, or trouble on the way, decides
/// nothing; a conflict (409) says that the key is some account's, perhaps this one's.
pub(crate) fn is_refusal(error: &Error) -> bool {
    error.problem().is_some()
        && error.status().is_some_and(|status| (400..500).contains(&status) && status != 409)
}

fn trouble(error: &Error, authority: &Authority) -> Failure {
    failure(error, &authority.title)
}

impl Engine {
    /// Gives the account another key. When the answer is lost, that is found out at once if possible, and otherwise on
    /// the next use or start.
    ///
    /// # Errors
    /// A key that cannot be used; runs that order with the account; the authority's refusal: then the old key stays.
    pub async fn change_account_key(&self, id: &str, new: NewKey, who: &str) -> Result<Account, EngineError> {
        let id = AccountId::from(id);
        let _alone = self.alone_with(&id).await;
        let mut row = self.store.account(&id).await?;
        let authority = self.authority(row.account.authority.as_str()).await?;
        if row.account.key_change.is_some() {
            self.settle(&authority, &row).await?;
            row = self.store.account(&id).await?;
        }
        if row.account.state != AccountState::Valid {
            return Err(EngineError::in_use(
                format!("{id} is not valid at {}", authority.title),
                "change the key of a valid account: certwright account list",
            ));
        }
        let key = match new {
            NewKey::Made(key_type) => {
                // An RSA key takes up to a second: not on a thread that others wait for.
                let made =
                    tokio::task::spawn_blocking(move || AccountKey::generate(algorithm(key_type))).await;
                let made = made.map_err(|error| storage(&error.to_string()))?;
                made.map_err(|error| trouble(&error, &authority))?
            }
            NewKey::Given(pem) => given(&pem, "key")?,
        };
        self.refuse_known_key(&authority.id, &key).await?;
        let der = key.pkcs8_der().map_err(|error| trouble(&error, &authority))?;
        let sealed = self.vault.seal_next_account_key(&id, &der)?;
        let change = KeyChange {
            thumbprint: key.thumbprint().to_owned(),
            key_type: type_of(&key),
            began_at: self.now(),
        };
        let begun = Account { key_change: Some(change), ..row.account.clone() };
        let audit = self.audit(
            who,
            "change-key",
            format!("account {id}"),
            Some(json!(row.account)),
            Some(json!(begun)),
        );
        let row = self.store.begin_key_change(&begun, &sealed, row.revision, &audit).await?;
        pass(&id, "account-key:stored")?;
        let old = self.account_key(&id).await?;
        let session = self.acme.session(&authority, &row.account, &old, None)?;
        match session.change_key(Arc::new(key)).await {
            Ok(_) => {
                pass(&id, "account-key:acted")?;
                Ok(self.key_changed(&row, &der).await?)
            }
            Err(error) if is_refusal(&error) => {
                self.key_stays(&row, &error.to_string()).await?;
                Err(trouble(&error, &authority).into())
            }
            Err(error) => {
                tracing::warn!(account = %id, %error, "whether the account's key was changed is unknown; asking");
                self.settle(&authority, &row).await.map_err(|_| {
                    let failure = trouble(&error, &authority);
                    let remedy = "nothing: both keys are stored, and which one the authority knows is found out \
                                  before the account is used again";
                    EngineError::from(Failure { remedy: remedy.to_owned(), ..failure })
                })
            }
        }
    }

    /// Finds out how a change of the account's key ended, and stores that: what is left is an account with one key.
    pub(crate) async fn settle_key_change(
        &self,
        authority: &Authority,
        id: &AccountId,
    ) -> Result<Account, Failure> {
        let _alone = self.alone_with(id).await;
        let row = self.store.account(id).await.map_err(|error| storage(&error.to_string()))?;
        match self.settle(authority, &row).await {
            Ok(account) => Ok(account),
            Err(EngineError::Failure(failure)) => Err(*failure),
            Err(error) => Err(storage(&error.to_string())),
        }
    }

    async fn settle(&self, authority: &Authority, row: &AccountRow) -> Result<Account, EngineError> {
        let account = &row.account;
        let Some(change) = &account.key_change else { return Ok(account.clone()) };
        let Some(sealed) = self.store.account_next_key(&account.id).await? else {
            return self.key_stays(row, "there is no new key").await;
        };
        let der = self.vault.open_next_account_key(&account.id, &sealed)?;
        let new = AccountKey::from_der(&der).map_err(|error| trouble(&error, authority))?;
        let client = self.acme.client(authority)?;
        match client.find_account(&new).await {
            Ok(found) if account.url.as_ref() == Some(&found.value.url) => {
                return self.key_changed(row, &der).await;
            }
            Ok(found) => {
                let words = format!("that key is the one of {}", found.value.url);
                return self.key_stays(row, &words).await;
            }
            Err(error) if error.kind() == Some(&ProblemKind::AccountDoesNotExist) => {}
            Err(error) => return Err(trouble(&error, authority).into()),
        }
        // The request has not arrived. It may still be on its way, so the new key is not thrown away: it is asked for
        // again, and both requests want the same.
        let old = self.account_key(&account.id).await?;
        let session = self.acme.session(authority, account, &old, None)?;
        match session.change_key(Arc::new(new)).await {
            Ok(_) => self.key_changed(row, &der).await,
            Err(error)
                if is_refusal(&error)
                    && error.kind() != Some(&ProblemKind::AccountDoesNotExist)
                    && self.now().duration_since(change.began_at) > ON_ITS_WAY =>
            {
                self.key_stays(row, &error.to_string()).await
            }
            Err(error) => Err(trouble(&error, authority).into()),
        }
    }

    /// The new key is the account's.
    async fn key_changed(&self, row: &AccountRow, der: &[u8]) -> Result<Account, EngineError> {
        let account = &row.account;
        let Some(change) = account.key_change.clone() else { return Ok(account.clone()) };
        let sealed = self.vault.seal_account_key(&account.id, der)?;
        let changed = Account {
            thumbprint: change.thumbprint,
            key_type: change.key_type,
            key_change: None,
            ..account.clone()
        };
        self.end_key_change(row, changed, Some(&sealed)).await
    }

    /// The old key stays the account's.
    async fn key_stays(&self, row: &AccountRow, why: &str) -> Result<Account, EngineError> {
        tracing::warn!(account = %row.account.id, why, "the account keeps its old key");
        self.end_key_change(row, Account { key_change: None, ..row.account.clone() }, None).await
    }

    async fn end_key_change(
        &self,
        row: &AccountRow,
        ended: Account,
        sealed: Option<&[u8]>,
    ) -> Result<Account, EngineError> {
        let action = if sealed.is_some() { "key-changed" } else { "key-kept" };
        let object = format!("account {}", ended.id);
        let audit = self.audit("certwright", action, object, Some(json!(row.account)), Some(json!(ended)));
        Ok(self.store.end_key_change(&ended, sealed, row.revision, &audit).await?.account)
    }

    /// One key is one account (RFC 8555 §7.3): a key of another one here is refused before anybody is asked.
    pub(crate) async fn refuse_known_key(
        &self,
        authority: &AuthorityId,
        key: &AccountKey,
    ) -> Result<(), EngineError> {
        let accounts = self.store.accounts(Some(authority)).await?;
        let known = accounts.iter().find(|row| row.account.thumbprint == key.thumbprint());
        known.map_or(Ok(()), |row| {
            Err(EngineError::Refused(vec![Refusal::new(
                "key",
                format!("is the key of the account {} already", row.account.id),
                "give another key",
            )]))
        })
    }

    async fn alone_with(&self, id: &AccountId) -> tokio::sync::OwnedMutexGuard<()> {
        self.locks.lock(&format!("key of account {id}")).await
    }
}

fn pass(id: &AccountId, place: &str) -> Result<(), EngineError> {
    let stopped = |_| EngineError::Storage { words: format!("stopped by a test at {place}") };
    failpoint::pass(id.as_str(), place).map_err(stopped)
}
