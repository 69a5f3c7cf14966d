//! Accounts at the engine's front: explicit agreement to the current terms (F27), the key stored first.

use crate::acme_failure::failure;
use crate::engine::Engine;
use crate::error::EngineError;
use certwright_acme::{AccountKey, ExternalAccountBinding, KeyAlgorithm, MacAlgorithm};
use certwright_core::account::{Account, AccountKeyType, AccountState};
use certwright_core::authority::Authority;
use certwright_core::failure::Failure;
use certwright_core::id::{AccountId, AuthorityId};
use certwright_core::refusal::Refusal;
use certwright_store::{CertificateFilter, CertificateQuery, Page};
use serde_json::json;
use zeroize::Zeroizing;

/// An external account, as the authority gave it to the user (RFC 8555 §7.3.4).
#[derive(Clone)]
pub struct ExternalAccount {
    /// The key identifier.
    pub key_id: String,
    /// The MAC key, base64url.
    pub key: Zeroizing<String>,
    /// `HS256`, `HS384` or `HS512`.
    pub algorithm: String,
}

impl std::fmt::Debug for ExternalAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExternalAccount")
            .field("key_id", &self.key_id)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// An account to create.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// With whom.
    pub authority: AuthorityId,
    /// Mail addresses.
    pub contact: Vec<String>,
    /// The URL of the terms the person agreed to; must be the current one.
    pub terms_agreed: Option<String>,
    /// The external account, where the authority needs one.
    pub external_account: Option<ExternalAccount>,
    /// The key's type.
    pub key_type: AccountKeyType,
}

/// When an account's key was made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    /// For an earlier try, which may have reached the authority.
    Before,
    /// Just now: nobody outside has seen it.
    Now,
}

impl Engine {
    /// All accounts, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn accounts(&self) -> Result<Vec<Account>, EngineError> {
        Ok(self.store.accounts(None).await?.into_iter().map(|row| row.account).collect())
    }

    /// One account.
    ///
    /// # Errors
    /// When there is none of that id.
    pub async fn account(&self, id: &str) -> Result<Account, EngineError> {
        Ok(self.store.account(&AccountId::from(id)).await?.account)
    }

    /// Creates an account: key stored, then registered.
    ///
    /// # Errors
    /// Every complaint; the terms that must be agreed to; the authority's refusal.
    pub async fn create_account(&self, new: NewAccount, who: &str) -> Result<Account, EngineError> {
        let authority = self.authority(new.authority.as_str()).await?;
        if let Some(refusal) = certwright_core::validate::usable(&authority) {
            return Err(EngineError::Refused(vec![refusal]));
        }
        let client = self.acme.client(&authority)?;
        let meta = client
            .refresh_directory()
            .await
            .map_err(|error| failure(&error, &authority.title))?
            .value
            .meta
            .clone();
        let mut refusals = check_contact(&new.contact);
        // Fault 14: some authorities want no address, others answer its lack with an error that names something else.
        if authority.details.email_required && new.contact.is_empty() {
            refusals.push(Refusal::new(
                "contact",
                format!("{} wants a mail address with every account", authority.title),
                "give one (command line: --contact)",
            ));
        }
        if let Some(current) = &meta.terms_of_service
            && new.terms_agreed.as_ref() != Some(current)
        {
            refusals.push(Refusal::new(
                "terms_agreed",
                match &new.terms_agreed {
                    None => format!("{} demands agreement to its terms: {current}", authority.title),
                    Some(other) => format!("{other} are not the current terms of {}; those are {current}", authority.title),
                },
                "read them, and if you agree, give that address as terms_agreed (command line: --agree-terms)",
            ));
        }
        let binding = match &new.external_account {
            None if meta.external_account_required || authority.external_account_required => {
                refusals.push(Refusal::new(
                    "external_account",
                    format!("{} needs an external account", authority.title),
                    authority.details.external_account_help.clone().map_or_else(
                        || "give the key id and key that the authority gave you".to_owned(),
                        |help| format!("give the key id and key that the authority gave you. {help}"),
                    ),
                ));
                None
            }
            None => None,
            Some(external) => bind(external, &mut refusals),
        };
        if !refusals.is_empty() {
            return Err(EngineError::Refused(refusals));
        }
        self.count_account(&authority).await?;
        let (mut account, key, made) =
            self.key_for(&new, &authority, meta.terms_of_service.as_ref(), who).await?;
        let object = format!("account {}", account.id);
        let asked = certwright_acme::NewAccount {
            terms_agreed: meta.terms_of_service.is_some(),
            contacts: new.contact.iter().map(|mail| format!("mailto:{mail}")).collect(),
            binding,
        };
        match client.create_account(&key, &asked).await {
            Ok(answered) => {
                account.url = Some(answered.value.url);
                account.state = AccountState::Valid;
                let audit = self.audit(who, "confirm", object, None, Some(json!(account)));
                Ok(self.store.update_account(&account, None, &audit).await?.account)
            }
            Err(error) => {
                // Refused for sure: the key is no account. After a lost answer it may be one, and is kept.
                let passing = error.is_passing();
                if made == Made::Now
                    && !passing
                    && error.problem().is_some()
                    && error.status().is_some_and(|status| (400..500).contains(&status))
                {
                    let audit = self.audit(who, "delete", object, Some(json!(account)), None);
                    self.store.delete_account(&account.id, &audit).await?;
                }
                Err(failure(&error, &authority.title).into())
            }
        }
    }

    /// The key to register: the stored one of an earlier try whose answer was lost, because that may be an account
    /// already, and registering its key again gives just that (RFC 8555 §7.3.1); else a new one, stored first.
    async fn key_for(
        &self,
        new: &NewAccount,
        authority: &Authority,
        terms: Option<&String>,
        who: &str,
    ) -> Result<(Account, AccountKey, Made), EngineError> {
        let trouble = |error: certwright_acme::Error| failure(&error, &authority.title);
        let external_account = new.external_account.as_ref().map(|external| external.key_id.clone());
        let stored = self.store.accounts(Some(&authority.id)).await?.into_iter().map(|row| row.account);
        let unanswered = stored.into_iter().find(|account| {
            account.state == AccountState::KeyStored
                && account.contact == new.contact
                && account.external_account == external_account
                && account.key_type == new.key_type
        });
        if let Some(mut account) = unanswered {
            account.terms_agreed_at = terms.map(|_| self.now());
            account.terms_agreed = terms.cloned();
            let sealed = self.store.account_key(&account.id).await?;
            let der = self.vault.open_account_key(&account.id, &sealed)?;
            return Ok((account, AccountKey::from_der(&der).map_err(trouble)?, Made::Before));
        }
        let algorithm = match new.key_type {
            AccountKeyType::ES256 => KeyAlgorithm::Es256,
            AccountKeyType::ES384 => KeyAlgorithm::Es384,
            AccountKeyType::RS256 => KeyAlgorithm::Rs256,
        };
        // An RSA key takes up to a second: not on a thread that others wait for.
        let made = tokio::task::spawn_blocking(move || AccountKey::generate(algorithm)).await;
        let made = made.map_err(|error| EngineError::Storage { words: error.to_string() })?;
        let key = made.map_err(trouble)?;
        let account = Account {
            id: AccountId::from_unique(&self.chance.unique()),
            authority: authority.id.clone(),
            state: AccountState::KeyStored,
            url: None,
            contact: new.contact.clone(),
            terms_agreed_at: terms.map(|_| self.now()),
            terms_agreed: terms.cloned(),
            external_account,
            thumbprint: key.thumbprint().to_owned(),
            key_type: new.key_type,
            preferred_chain: None,
            created_at: self.now(),
            key_change: None,
            blocked: None,
        };
        let sealed = self.vault.seal_account_key(&account.id, &key.pkcs8_der().map_err(trouble)?)?;
        let audit = self.audit(who, "create", format!("account {}", account.id), None, Some(json!(account)));
        self.store.insert_account(&account, &sealed, &audit).await?;
        Ok((account, key, Made::Now))
    }

    /// Certificates that name no account are ordered by their authority's newest: its last one is in use by them.
    pub(crate) async fn refuse_last_account(&self, account: &Account) -> Result<(), EngineError> {
        let others = self.store.accounts(Some(&account.authority)).await?;
        let usable = |other: &Account| other.id != account.id && other.state == AccountState::Valid;
        if account.state != AccountState::Valid || others.iter().any(|row| usable(&row.account)) {
            return Ok(());
        }
        let filter =
            CertificateFilter { authority: Some(account.authority.clone()), ..CertificateFilter::default() };
        let query = CertificateQuery { filter, page: Page::first(1), ..CertificateQuery::default() };
        let users = self.store.list_certificates(&query).await?;
        let Some(first) = users.items.first() else { return Ok(()) };
        Err(EngineError::in_use(
            format!(
                "{} is the last account with {}, and {} certificate(s) are ordered there, such as {}",
                account.id, account.authority, users.total, first.certificate.settings.name
            ),
            "create another account first, or move them to another authority",
        ))
    }

    /// Removes an account and its key, after deactivating it at the authority if asked to.
    ///
    /// # Errors
    /// While certificates name it; when the authority refuses to deactivate it: then it stays.
    pub async fn delete_account(&self, id: &str, deactivate: bool, who: &str) -> Result<(), EngineError> {
        let account = self.account(id).await?;
        self.refuse_last_account(&account).await?;
        if deactivate && account.state == AccountState::Valid {
            let authority = self.authority(account.authority.as_str()).await?;
            let session = self.session(&authority, &account, None).await?;
            session.deactivate().await.map_err(|error| failure(&error, &authority.title))?;
            let deactivated = Account { state: AccountState::Deactivated, ..account.clone() };
            let audit = self.audit(
                who,
                "deactivate",
                format!("account {id}"),
                Some(json!(account)),
                Some(json!(deactivated)),
            );
            self.store.update_account(&deactivated, None, &audit).await?;
        }
        let audit = self.audit(who, "delete", format!("account {id}"), Some(json!(account)), None);
        Ok(self.store.delete_account(&account.id, &audit).await?)
    }
}

pub(crate) fn check_contact(contact: &[String]) -> Vec<Refusal> {
    contact
        .iter()
        .enumerate()
        .filter(|(_, mail)| {
            let parts = mail.split_once('@');
            parts.is_none_or(|(user, host)| user.is_empty() || !host.contains('.'))
                || mail.chars().any(|c| c.is_whitespace() || c.is_control() || c == ',' || c == '?')
        })
        .map(|(index, mail)| {
            Refusal::new(
                format!("contact[{index}]"),
                format!("{mail:?} is no mail address"),
                "type it as name@example.com",
            )
        })
        .collect()
}

fn bind(external: &ExternalAccount, refusals: &mut Vec<Refusal>) -> Option<ExternalAccountBinding> {
    let algorithm = match external.algorithm.as_str() {
        "HS256" => MacAlgorithm::Hs256,
        "HS384" => MacAlgorithm::Hs384,
        "HS512" => MacAlgorithm::Hs512,
        _ => {
            refusals.push(Refusal::new(
                "external_account.algorithm",
                "is no known algorithm",
                "use HS256, HS384 or HS512",
            ));
            return None;
        }
    };
    match ExternalAccountBinding::new(external.key_id.clone(), &external.key, algorithm) {
        Ok(binding) => Some(binding),
        Err(error) => {
            let failure: Failure = failure(&error, "external account");
            refusals.push(Refusal::new(
                "external_account.key",
                failure.answer,
                "paste the key exactly as the authority gave it",
            ));
            None
        }
    }
}
