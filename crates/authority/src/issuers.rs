//! The built-in authorities of this service: those that are enabled are mounted below `/acme/`, and worked for.

use crate::administration::{self, NewExternalKey};
use crate::authority::Authority;
use crate::error::AuthorityError;
use crate::parts::Parts;
use crate::policy::NamePolicy;
use crate::reachable;
use crate::settings::{Reach, Settings};
use certwright_core::Timestamp;
use certwright_core::refusal::Refusal;
use certwright_store::issuer::{Certificate, ExternalKey, Issuer};
use certwright_store::{Listing, NewAudit, Page, StoreError};
use serde_json::json;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;
use tokio_util::sync::{CancellationToken, DropGuard};

/// More are not mounted: each holds its nonces and works for itself.
const MOST_MOUNTED: u32 = 50;

/// How often it is looked whether an intermediate is to be renewed: it has a month for that.
const BETWEEN_LOOKS: Duration = Duration::from_secs(24 * 3600);

/// The built-in authorities.
pub struct Issuers {
    parts: Parts,
    /// The address that clients reach this service by, such as `https://ca.home.arpa:9643`.
    service: String,
    mounted: RwLock<HashMap<String, Mounted>>,
    /// Held while one is changed, so that what is mounted is what is stored.
    changing: tokio::sync::Mutex<()>,
}

struct Mounted {
    authority: Authority,
    /// Ends its work when it is dropped.
    _work: DropGuard,
}

impl Issuers {
    /// The authorities in this store, reached at this address. Nothing is mounted yet.
    pub fn new(parts: Parts, service: String) -> Self {
        Self { parts, service, mounted: RwLock::default(), changing: tokio::sync::Mutex::default() }
    }

    /// Mounts all that are enabled. One that cannot be opened is told and left out: the service has other work.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn start(&self) -> Result<(), StoreError> {
        let _changing = self.changing.lock().await;
        for issuer in self.parts.store.issuers(None, MOST_MOUNTED).await? {
            if issuer.enabled
                && let Err(error) = self.mount(&issuer.name).await
            {
                tracing::error!(issuer = issuer.name, %error, "a built-in authority cannot be opened");
            }
        }
        Ok(())
    }

    /// Keeps their intermediates from ending, for as long as it is awaited.
    pub async fn keep(&self) {
        loop {
            tokio::time::sleep(BETWEEN_LOOKS).await;
            let _changing = self.changing.lock().await;
            for name in self.due() {
                if let Err(error) = self.mount(&name).await {
                    tracing::error!(issuer = name, %error, "a built-in authority cannot be opened anew");
                }
            }
        }
    }

    /// Those of which the intermediate is to be renewed.
    fn due(&self) -> Vec<String> {
        let mounted = self.mounted.read().unwrap_or_else(PoisonError::into_inner);
        mounted
            .iter()
            .filter(|(_, mounted)| mounted.authority.is_due())
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// What it is told about the address that clients reach this service by.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The address of the directory of an authority, whether it is mounted or not.
    pub fn directory(&self, name: &str) -> String {
        self.address(name, "directory")
    }

    /// The address of something beside the directory: `root.pem`, `root.der`, `crl`.
    pub fn address(&self, name: &str, what: &str) -> String {
        format!("{}/acme/{name}/{what}", self.service)
    }

    /// All that keeps such an authority from being made, and from being enabled if it is to be.
    pub fn complaints(&self, name: &str, title: &str, settings: &Settings, enabled: bool) -> Vec<Refusal> {
        let mut complaints = administration::complaints(name, title, settings);
        complaints.extend(self.unreachable(settings).filter(|_| enabled));
        complaints
    }

    /// Why an authority with these settings cannot be enabled at this service as it was started.
    pub fn unreachable(&self, settings: &Settings) -> Option<Refusal> {
        match settings.reach {
            Reach::Loopback { .. } => reachable::complaint_on_this_machine(&self.service),
            Reach::Network => reachable::complaint(&self.service),
        }
    }

    async fn mount(&self, name: &str) -> Result<(), AuthorityError> {
        let authority = Authority::open(self.parts.clone(), name, &self.service).await?;
        if let Some(complaint) = self.unreachable(authority.settings()) {
            return Err(AuthorityError::Refused(vec![complaint]));
        }
        let ending = CancellationToken::new();
        let (working, ended) = (authority.clone(), ending.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = ended.cancelled() => {}
                () = working.work() => {}
            }
        });
        tracing::info!(issuer = name, directory = authority.directory(), "a built-in authority answers");
        let mounted = Mounted { authority, _work: ending.drop_guard() };
        self.mounted.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), mounted);
        Ok(())
    }

    /// The mounted authority of this name.
    pub fn mounted(&self, name: &str) -> Option<Authority> {
        let mounted = self.mounted.read().unwrap_or_else(PoisonError::into_inner);
        mounted.get(name).map(|mounted| mounted.authority.clone())
    }

    /// Issuers by name, after `after`, at most `limit`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list(&self, after: Option<&str>, limit: u32) -> Result<Vec<Issuer>, AuthorityError> {
        Ok(self.parts.store.issuers(after, limit).await?)
    }

    /// One of them.
    ///
    /// # Errors
    /// When there is none of that name.
    pub async fn get(&self, name: &str) -> Result<Issuer, AuthorityError> {
        Ok(self.parts.store.issuer(name).await?)
    }

    /// Makes one, disabled: keys, root and intermediate.
    ///
    /// # Errors
    /// All complaints about the settings; a name that is taken.
    pub async fn create(
        &self,
        name: &str,
        title: &str,
        settings: &Settings,
        who: &str,
    ) -> Result<Issuer, AuthorityError> {
        let _changing = self.changing.lock().await;
        self.make(name, title, settings, who).await
    }

    /// Makes one and enables it.
    ///
    /// # Errors
    /// All complaints about the settings, before anything is made; a name that is taken.
    pub async fn create_enabled(
        &self,
        name: &str,
        title: &str,
        settings: &Settings,
        who: &str,
    ) -> Result<Issuer, AuthorityError> {
        let _changing = self.changing.lock().await;
        let complaints = self.complaints(name, title, settings, true);
        if !complaints.is_empty() {
            return Err(AuthorityError::Refused(complaints));
        }
        let made = self.make(name, title, settings, who).await?;
        self.update_locked(name, settings, true, made.revision, who).await
    }

    async fn make(
        &self,
        name: &str,
        title: &str,
        settings: &Settings,
        who: &str,
    ) -> Result<Issuer, AuthorityError> {
        // What could not be mounted after a restart is not made.
        if self.parts.store.issuers(None, MOST_MOUNTED).await?.len() >= MOST_MOUNTED as usize {
            return Err(AuthorityError::Refused(vec![Refusal::new(
                "name",
                format!("would be one more than the {MOST_MOUNTED} that a service has at most"),
                "delete one that is not needed",
            )]));
        }
        administration::create(&self.parts, name, title, settings, who).await
    }

    /// Changes settings, and whether it answers; mounts it anew, so that the change holds from the next request on. The
    /// constraints are those of its root, whatever the settings say.
    ///
    /// # Errors
    /// All complaints about the settings; `Outdated` when somebody else changed it.
    pub async fn update(
        &self,
        name: &str,
        settings: &Settings,
        enabled: bool,
        expected: i64,
        who: &str,
    ) -> Result<Issuer, AuthorityError> {
        let _changing = self.changing.lock().await;
        self.update_locked(name, settings, enabled, expected, who).await
    }

    async fn update_locked(
        &self,
        name: &str,
        settings: &Settings,
        enabled: bool,
        expected: i64,
        who: &str,
    ) -> Result<Issuer, AuthorityError> {
        let before = self.parts.store.issuer(name).await?;
        let settings = Settings { constraints: Settings::read(&before)?.constraints, ..settings.clone() };
        let mut complaints = settings.complaints();
        complaints.extend(self.unreachable(&settings).filter(|_| enabled));
        if !complaints.is_empty() {
            return Err(AuthorityError::Refused(complaints));
        }
        let value = serde_json::to_value(&settings).unwrap_or_default();
        let state =
            |settings: &serde_json::Value, enabled: bool| json!({"settings": settings, "enabled": enabled});
        let audit = NewAudit {
            at: self.parts.clock.now(),
            who: who.to_owned(),
            action: "update".to_owned(),
            object: format!("issuer {name}"),
            before: Some(state(&before.settings, before.enabled)),
            after: Some(state(&value, enabled)),
        };
        let issuer = self.parts.store.update_issuer(name, &value, enabled, expected, &audit).await?;
        // Replaced, not removed first: a client that polls meanwhile must not be told that it is gone.
        let mounted = if enabled { self.mount(name).await } else { Ok(()) };
        if !enabled || mounted.is_err() {
            self.mounted.write().unwrap_or_else(PoisonError::into_inner).remove(name);
        }
        mounted.map(|()| issuer)
    }

    /// Removes one that is disabled, with everything it ever issued.
    ///
    /// # Errors
    /// While it is enabled, or when somebody else changed it.
    pub async fn delete(&self, name: &str, expected: i64, who: &str) -> Result<(), AuthorityError> {
        let _changing = self.changing.lock().await;
        let before = self.parts.store.issuer(name).await?;
        let audit = NewAudit {
            at: self.parts.clock.now(),
            who: who.to_owned(),
            action: "delete".to_owned(),
            object: format!("issuer {name}"),
            before: Some(before.settings),
            after: None,
        };
        Ok(self.parts.store.delete_issuer(name, expected, &audit).await?)
    }

    /// Makes a key for external account binding; its secret is shown this once.
    ///
    /// # Errors
    /// All complaints about the policy; when there is no such authority.
    pub async fn add_external_key(
        &self,
        name: &str,
        policy: &NamePolicy,
        expires_at: Option<Timestamp>,
        who: &str,
    ) -> Result<NewExternalKey, AuthorityError> {
        administration::external_key(&self.parts, name, policy, expires_at, who).await
    }

    /// Its keys for external account binding, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn external_keys(
        &self,
        name: &str,
        page: Page,
    ) -> Result<Listing<ExternalKey>, AuthorityError> {
        self.parts.store.issuer(name).await?;
        Ok(self.parts.store.external_keys(name, page).await?)
    }

    /// Removes a key for external account binding. An account bound with it has no more to ask for.
    ///
    /// # Errors
    /// When there is none.
    pub async fn remove_external_key(&self, name: &str, id: &str, who: &str) -> Result<(), AuthorityError> {
        let audit = NewAudit {
            at: self.parts.clock.now(),
            who: who.to_owned(),
            action: "delete".to_owned(),
            object: format!("external key {id} of issuer {name}"),
            before: None,
            after: None,
        };
        Ok(self.parts.store.remove_external_key(name, id, &audit).await?)
    }

    /// What it issued, those that end last first.
    ///
    /// # Errors
    /// When there is no such authority.
    pub async fn issued(&self, name: &str, page: Page) -> Result<Listing<Certificate>, AuthorityError> {
        self.parts.store.issuer(name).await?;
        Ok(self.parts.store.issued_certificates(name, page).await?)
    }
}

impl std::fmt::Debug for Issuers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issuers").field("service", &self.service).finish_non_exhaustive()
    }
}
