//! The engine as one object: what it is made of, and the small things every part of it asks for.

use crate::acme_clients::{AcmeClients, TransportFactory};
use crate::admission::Admission;
use crate::clock::{Chance, Clock};
use crate::clocks::Clocks;
use crate::condition::Condition;
use crate::error::EngineError;
use crate::herd::Lines;
use crate::incidents::Watch;
use crate::layout::Layout;
use crate::locks::Locks;
use crate::log::CertificateLog;
use crate::rules::CurrentRules;
use crate::vault::Vault;
use certwright_acme::Session;
use certwright_contract::Ports;
use certwright_core::Timestamp;
use certwright_core::account::{Account, AccountState};
use certwright_core::authority::Authority;
use certwright_core::certificate::CertificateSettings;
use certwright_core::event::{EventKind, Level, NewEvent};
use certwright_core::failure::Failure;
use certwright_core::history::HistoryPolicy;
use certwright_core::id::{AccountId, AuthorityId, CertificateId, RunId};
use certwright_store::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use zeroize::Zeroizing;

/// What can be set about the engine.
#[derive(Clone, Debug)]
pub struct Options {
    /// The TCP port on which authorities look for http-01 answers: 80, unless a router maps another one.
    pub challenge_port: u16,
    /// The most runs performed at once.
    pub parallel_runs: usize,
    /// How often in a row a handshake must show the new version.
    pub verify_times: u32,
    /// How long a handshake may take to show it: old workers linger after a reload.
    pub verify_within: Duration,
    /// How long an authority may take to answer one request.
    pub authority_within: Duration,
    /// Where backups go; `None` is a folder of the data directory.
    pub backups: Option<std::path::PathBuf>,
    /// How many backups are kept.
    pub backups_kept: usize,
    /// How much history is kept.
    pub history: HistoryPolicy,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            challenge_port: 80,
            parallel_runs: 16,
            verify_times: 4,
            verify_within: Duration::from_secs(20),
            authority_within: certwright_acme::Settings::default().timeout,
            backups: None,
            backups_kept: 14,
            history: HistoryPolicy::default(),
        }
    }
}

/// What an engine is made of; wired by the binary.
pub struct Parts {
    /// Where everything is stored.
    pub store: Arc<dyn Store>,
    /// The outside.
    pub ports: Ports,
    /// Transports to authorities.
    pub transports: Arc<dyn TransportFactory>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub chance: Arc<dyn Chance>,
    /// Sealing.
    pub vault: Vault,
    /// The data directory.
    pub layout: Layout,
    /// Settings.
    pub options: Options,
}

/// The engine. Everything that is done to a certificate, by a person or by itself, goes through here.
pub struct Engine {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) ports: Ports,
    pub(crate) acme: AcmeClients,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) chance: Arc<dyn Chance>,
    pub(crate) vault: Vault,
    pub(crate) layout: Layout,
    pub(crate) options: Options,
    pub(crate) locks: Locks,
    pub(crate) rules: CurrentRules,
    /// Told when the defaults were changed.
    pub(crate) defaults_changed: Notify,
    /// Told when the clock was put back.
    pub(crate) clock_went_back: Notify,
    pub(crate) condition: Condition,
    pub(crate) admission: Admission,
    pub(crate) lines: Lines,
    pub(crate) watch: Watch,
    pub(crate) clocks: Arc<Clocks>,
    /// One backup is made at a time.
    pub(crate) backing_up: tokio::sync::Mutex<()>,
    /// Names this process in leases.
    pub(crate) holder: String,
}

impl Engine {
    /// An engine of these parts. It does nothing until it is asked or its scheduler runs.
    pub fn new(parts: Parts) -> Self {
        let clocks = Arc::new(Clocks::new(Arc::clone(&parts.clock)));
        let holder = format!("engine-{}", parts.chance.unique());
        Self {
            store: parts.store,
            ports: parts.ports,
            acme: AcmeClients::new(parts.transports, parts.options.authority_within, Arc::clone(&clocks)),
            clock: parts.clock,
            chance: parts.chance,
            vault: parts.vault,
            layout: parts.layout,
            options: parts.options,
            locks: Locks::default(),
            rules: CurrentRules::default(),
            defaults_changed: Notify::new(),
            clock_went_back: Notify::new(),
            condition: Condition::default(),
            admission: Admission::default(),
            lines: Lines::default(),
            watch: Watch::default(),
            clocks,
            backing_up: tokio::sync::Mutex::default(),
            holder,
        }
    }

    /// The store, for reading events and audit.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The data directory.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The moment, by the engine's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn log(&self, certificate: &CertificateId) -> CertificateLog {
        CertificateLog::new(&self.layout, certificate)
    }

    pub(crate) fn event(
        &self,
        certificate: &CertificateId,
        run: Option<&RunId>,
        step: Option<usize>,
        kind: EventKind,
        level: Level,
        message: impl Into<String>,
    ) -> NewEvent {
        let message = message.into();
        self.log(certificate).lines(&message);
        let run_id = run.map(RunId::as_str);
        match level {
            Level::Info => tracing::info!(%certificate, run = run_id, ?kind, "{message}"),
            Level::Warning => tracing::warn!(%certificate, run = run_id, ?kind, "{message}"),
            Level::Error => tracing::error!(%certificate, run = run_id, ?kind, "{message}"),
        }
        NewEvent {
            at: self.now(),
            certificate: Some(certificate.clone()),
            run: run.cloned(),
            step,
            kind,
            level,
            message,
        }
    }

    /// The entry of an authority: one that came with the program, or a custom one.
    pub(crate) async fn find_authority(&self, id: &AuthorityId) -> Result<Option<Authority>, EngineError> {
        Ok(self.find_entry(id).await?.map(|entry| entry.authority))
    }

    /// The authority a certificate names.
    pub(crate) async fn authority_of(&self, id: &AuthorityId) -> Result<Authority, Failure> {
        match self.find_authority(id).await {
            Ok(Some(authority)) => Ok(authority),
            Ok(None) => Err(Failure::person(
                "authority-gone",
                format!("use the certificate authority {id}"),
                "there is no such entry",
                "choose another authority for the certificate",
            )),
            Err(error) => Err(storage(&error.to_string())),
        }
    }

    /// The account a certificate is ordered by: the one it names, or the authority's newest valid one.
    pub(crate) async fn account_of(
        &self,
        settings: &CertificateSettings,
        authority: &Authority,
    ) -> Result<Account, Failure> {
        let accounts =
            self.store.accounts(Some(&authority.id)).await.map_err(|error| storage(&error.to_string()))?;
        accounts
            .into_iter()
            .map(|row| row.account)
            .filter(|account| account.state == AccountState::Valid)
            .find(|account| settings.account.as_ref().is_none_or(|wanted| *wanted == account.id))
            .map(|account| crate::account_block::refuse_blocked(account, &authority.title))
            .transpose()?
            .ok_or_else(|| {
                Failure::person(
                    "no-account",
                    format!("find an account with {}", authority.title),
                    settings.account.as_ref().map_or_else(
                        || "there is none".to_owned(),
                        |wanted| format!("{wanted} is not usable there"),
                    ),
                    format!("create one: certwright account create --ca {}", authority.id),
                )
            })
    }

    /// A session of the account, its key opened for it alone.
    pub(crate) async fn session(
        &self,
        authority: &Authority,
        account: &Account,
        log: Option<&CertificateLog>,
    ) -> Result<Session, Failure> {
        let settled = match account.key_change {
            Some(_) => Some(self.settle_key_change(authority, &account.id).await?),
            None => None,
        };
        let account = settled.as_ref().unwrap_or(account);
        let key = self.account_key(&account.id).await?;
        self.acme.session(authority, account, &key, log)
    }

    /// The account's key (PKCS#8 DER), opened.
    pub(crate) async fn account_key(&self, id: &AccountId) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let sealed = self.store.account_key(id).await.map_err(|error| storage(&error.to_string()))?;
        self.vault.open_account_key(id, &sealed)
    }
}

/// A failure of the store or of our own files: passing, because disks are emptied and permissions repaired.
pub(crate) fn storage(words: &str) -> Failure {
    Failure::retry(
        "storage",
        "read or write the data directory",
        words,
        "check free space and permissions of the data directory",
    )
}
