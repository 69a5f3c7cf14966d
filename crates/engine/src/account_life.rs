//! What becomes of an account after it was made or taken over: contacts, new terms, a look whether it is still known,
//! its end.

use crate::account_block::OF_THE_ACCOUNT;
use crate::account_keys::{given, type_of};
use crate::accounts::check_contact;
use crate::acme_failure::failure;
use crate::engine::Engine;
use crate::error::EngineError;
use certwright_acme::{AccountKey, AccountStatus, ProblemKind, Session};
use certwright_core::account::{Account, AccountBlock, AccountState, BlockKind};
use certwright_core::authority::Authority;
use certwright_core::id::{AccountId, AuthorityId};
use certwright_core::refusal::Refusal;
use certwright_store::AccountRow;
use serde_json::json;
use std::sync::Arc;
use zeroize::Zeroizing;

/// An account that another program made.
pub struct ImportedAccount {
    /// With whom.
    pub authority: AuthorityId,
    /// Its URL there; `None` asks the authority for the one of the key.
    pub url: Option<String>,
    /// Its private key (PEM).
    pub key: Zeroizing<String>,
}

/// What a look at an account found.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The account as it is now.
    pub account: Account,
    /// The terms that the authority states now, where they are not those that were agreed to.
    pub new_terms: Option<String>,
    /// What a person should know.
    pub words: Vec<String>,
}

fn refused(field: &str, reason: impl Into<String>, remedy: impl Into<String>) -> EngineError {
    EngineError::Refused(vec![Refusal::new(field, reason, remedy)])
}

impl Engine {
    async fn usable(&self, id: &str) -> Result<(AccountRow, Authority, Session), EngineError> {
        let row = self.store.account(&AccountId::from(id)).await?;
        let authority = self.authority(row.account.authority.as_str()).await?;
        if row.account.state != AccountState::Valid {
            return Err(EngineError::in_use(
                format!("{id} is not valid at {}", authority.title),
                "choose a valid account: certwright account list",
            ));
        }
        let session = self.session(&authority, &row.account, None).await?;
        // The session may have settled a change of the key, which is another revision.
        let row = self.store.account(&row.account.id).await?;
        Ok((row, authority, session))
    }

    async fn store_account(
        &self,
        row: &AccountRow,
        account: Account,
        action: &str,
        who: &str,
    ) -> Result<Account, EngineError> {
        let object = format!("account {}", account.id);
        let audit = self.audit(who, action, object, Some(json!(row.account)), Some(json!(account)));
        Ok(self.store.update_account(&account, Some(row.revision), &audit).await?.account)
    }

    /// Takes over an account that another program made. The authority must know its key, by that URL; nothing is made
    /// there.
    ///
    /// # Errors
    /// A key that cannot be read; a URL that is another account's; an account that is not valid.
    pub async fn import_account(&self, new: ImportedAccount, who: &str) -> Result<Account, EngineError> {
        let authority = self.authority(new.authority.as_str()).await?;
        if let Some(refusal) = certwright_core::validate::usable(&authority) {
            return Err(EngineError::Refused(vec![refusal]));
        }
        let key = given(&new.key, "key")?;
        self.refuse_known_key(&authority.id, &key).await?;
        let client = self.acme.client(&authority)?;
        let trouble = |error: certwright_acme::Error| failure(&error, &authority.title);
        let found = match client.find_account(&key).await {
            Ok(answered) => answered.value,
            Err(error) if error.kind() == Some(&ProblemKind::AccountDoesNotExist) => {
                return Err(refused(
                    "key",
                    format!("{} knows no account of this key", authority.title),
                    "give the key of the account, or create a new one: certwright account create",
                ));
            }
            Err(error) => return Err(trouble(error).into()),
        };
        if let Some(url) = &new.url
            && *url != found.url
        {
            return Err(refused(
                "url",
                format!("the account of this key is {}, not {url}", found.url),
                "give the key and the URL of one account",
            ));
        }
        let key = Arc::new(key);
        let session = Session::new(client, Arc::clone(&key), &found.url).map_err(trouble)?;
        let found = session.account().await.map_err(trouble)?.value;
        if matches!(found.status, AccountStatus::Deactivated | AccountStatus::Revoked) {
            return Err(refused(
                "url",
                format!("{} says that the account is deactivated or revoked", authority.title),
                "create a new one: certwright account create",
            ));
        }
        let account = Account {
            preferred_chain: None,
            id: AccountId::from_unique(&self.chance.unique()),
            authority: authority.id.clone(),
            state: AccountState::Valid,
            url: Some(session.account_url().to_owned()),
            contact: found.contacts.iter().map(|url| mail(url)).collect(),
            terms_agreed: None,
            terms_agreed_at: None,
            external_account: None,
            thumbprint: key.thumbprint().to_owned(),
            key_type: type_of(&key),
            created_at: self.now(),
            key_change: None,
            blocked: None,
        };
        let sealed = self.vault.seal_account_key(&account.id, &key.pkcs8_der().map_err(trouble)?)?;
        let audit = self.audit(who, "import", format!("account {}", account.id), None, Some(json!(account)));
        Ok(self.store.insert_account(&account, &sealed, &audit).await?.account)
    }

    /// Gives the authority other mail addresses; none at all removes them.
    ///
    /// # Errors
    /// What is no mail address; the authority's refusal.
    pub async fn update_contact(
        &self,
        id: &str,
        contact: Vec<String>,
        who: &str,
    ) -> Result<Account, EngineError> {
        let refusals = check_contact(&contact);
        if !refusals.is_empty() {
            return Err(EngineError::Refused(refusals));
        }
        let (row, authority, session) = self.usable(id).await?;
        let urls: Vec<_> = contact.iter().map(|mail| format!("mailto:{mail}")).collect();
        session.update_contacts(&urls).await.map_err(|error| failure(&error, &authority.title))?;
        let changed = Account { contact, ..row.account.clone() };
        self.store_account(&row, changed, "update", who).await
    }

    /// Agrees to the terms that the authority states now (RFC 8555 §7.3.3); what waited for that goes on.
    ///
    /// # Errors
    /// Other terms than those of now; the authority's refusal.
    pub async fn agree_to_terms(&self, id: &str, url: &str, who: &str) -> Result<Account, EngineError> {
        let (row, authority, session) = self.usable(id).await?;
        let trouble = |error: certwright_acme::Error| failure(&error, &authority.title);
        let directory = session.client().refresh_directory().await.map_err(trouble)?.value;
        match &directory.meta.terms_of_service {
            Some(current) if current == url => {}
            Some(current) => {
                return Err(refused(
                    "terms",
                    format!("{url} are not the current terms of {}; those are {current}", authority.title),
                    "read them, and if you agree, give that address",
                ));
            }
            None => {
                return Err(refused(
                    "terms",
                    format!("{} states no terms", authority.title),
                    "nothing: there is nothing to agree to",
                ));
            }
        }
        session.agree_to_terms().await.map_err(trouble)?;
        let agreed = Account {
            terms_agreed: Some(url.to_owned()),
            terms_agreed_at: Some(self.now()),
            blocked: row.account.blocked.clone().filter(|block| block.kind != BlockKind::ActionRequired),
            ..row.account.clone()
        };
        let account = self.store_account(&row, agreed, "agree", who).await?;
        if account.blocked.is_none() {
            self.store.forgive(&account, OF_THE_ACCOUNT, self.now()).await?;
        }
        Ok(account)
    }

    /// Asks the authority whether it knows the account's key (RFC 8555 §7.3.1). It never makes an account.
    ///
    /// # Errors
    /// When the authority cannot be asked.
    pub async fn check_account(&self, id: &str, who: &str) -> Result<Checked, EngineError> {
        let row = self.store.account(&AccountId::from(id)).await?;
        let authority = self.authority(row.account.authority.as_str()).await?;
        let row = if row.account.key_change.is_some() {
            self.settle_key_change(&authority, &row.account.id).await?;
            self.store.account(&row.account.id).await?
        } else {
            row
        };
        let trouble = |error: certwright_acme::Error| failure(&error, &authority.title);
        let key = AccountKey::from_der(&self.account_key(&row.account.id).await?).map_err(trouble)?;
        let client = self.acme.client(&authority)?;
        let terms = client.refresh_directory().await.map_err(trouble)?.value.meta.terms_of_service.clone();
        let new_terms =
            terms.filter(|now| row.account.terms_agreed.as_ref().is_some_and(|agreed| agreed != now));
        let mut words = Vec::new();
        if let Some(url) = &new_terms {
            words.push(format!(
                "The authority has new terms: {url}. If you agree: certwright account agree {} {url}",
                row.account.id
            ));
        }
        let account = match client.find_account(&key).await {
            Ok(answered) => {
                let account = self.note_url(&row, answered.value.url, who).await?;
                if account.url != row.account.url {
                    words.push(moved(&row.account, &account));
                }
                account
            }
            Err(error) if error.kind() == Some(&ProblemKind::AccountDoesNotExist) => {
                words.push(format!(
                    "{} does not know the account. None is made in its place: CAA records with accounturi={} would \
                     forbid it. If you want one, create it, and change those records.",
                    authority.title,
                    row.account.url.as_deref().unwrap_or("…")
                ));
                let block = AccountBlock {
                    kind: BlockKind::Unknown,
                    since: self.now(),
                    answer: error.to_string(),
                    instance: None,
                };
                let blocked = Account { blocked: Some(block), ..row.account.clone() };
                self.store_account(&row, blocked, "block", who).await?
            }
            Err(error) => return Err(trouble(error).into()),
        };
        Ok(Checked { account, new_terms, words })
    }

    /// The authority knows the account, by this URL: a block that said otherwise is over.
    pub(crate) async fn note_url(
        &self,
        row: &AccountRow,
        url: String,
        who: &str,
    ) -> Result<Account, EngineError> {
        let known = Account {
            state: AccountState::Valid,
            url: Some(url),
            blocked: row.account.blocked.clone().filter(|block| block.kind != BlockKind::Unknown),
            ..row.account.clone()
        };
        if known == row.account {
            return Ok(known);
        }
        if known.url != row.account.url {
            tracing::warn!(account = %known.id, "{}", moved(&row.account, &known));
        }
        let account = self.store_account(row, known, "found", who).await?;
        if account.blocked.is_none() {
            self.store.forgive(&account, OF_THE_ACCOUNT, self.now()).await?;
        }
        Ok(account)
    }

    /// Gives the account up at the authority for good (RFC 8555 §7.3.6). It stays here, to be looked at.
    ///
    /// # Errors
    /// When it is the last one that certificates are ordered with; the authority's refusal.
    pub async fn deactivate_account(&self, id: &str, who: &str) -> Result<Account, EngineError> {
        let known = self.account(id).await?;
        if known.state == AccountState::Deactivated {
            return Ok(known);
        }
        self.refuse_last_account(&known).await?;
        let (row, authority, session) = self.usable(id).await?;
        match session.deactivate().await {
            Ok(_) => {}
            // RFC 8555 §7.3.6: what a deactivated account asks for is refused as unauthorized. That is the answer of a
            // repetition whose first answer was lost.
            Err(error) if error.kind() == Some(&ProblemKind::Unauthorized) => {}
            Err(error) => return Err(failure(&error, &authority.title).into()),
        }
        let deactivated = Account { state: AccountState::Deactivated, blocked: None, ..row.account.clone() };
        self.store_account(&row, deactivated, "deactivate", who).await
    }
}

fn mail(url: &str) -> String {
    url.strip_prefix("mailto:").unwrap_or(url).to_owned()
}

fn moved(before: &Account, after: &Account) -> String {
    format!(
        "The authority knows the account by another URL now: {}. CAA records whose accounturi is {} must be changed.",
        after.url.as_deref().unwrap_or("…"),
        before.url.as_deref().unwrap_or("…")
    )
}
