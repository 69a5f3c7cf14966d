//! ACME clients, one per directory and set of roots: nonces and the directory are shared by all who use it.

use crate::acme_failure::failure;
use crate::log::CertificateLog;
use certwright_acme::{AccountKey, Client, Session, Settings, Transport};
use certwright_core::account::Account;
use certwright_core::authority::Authority;
use certwright_core::failure::Failure;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Makes transports that trust what an authority's entry says.
pub trait TransportFactory: Send + Sync {
    /// A transport whose TLS trusts `roots` (PEM), or the system's trust store where there are none.
    ///
    /// # Errors
    /// In words: the roots are no certificates.
    fn transport(&self, roots: Option<&str>) -> Result<Arc<dyn Transport>, String>;
}

type Key = (String, Option<String>);

/// All clients made so far.
pub(crate) struct AcmeClients {
    factory: Arc<dyn TransportFactory>,
    settings: Settings,
    known: Mutex<HashMap<Key, Client>>,
}

impl AcmeClients {
    pub(crate) fn new(factory: Arc<dyn TransportFactory>, timeout: Duration) -> Self {
        let settings = Settings { timeout, ..Settings::default() };
        Self { factory, settings, known: Mutex::default() }
    }

    /// The client of the authority's directory.
    pub(crate) fn client(&self, authority: &Authority) -> Result<Client, Failure> {
        let key = (authority.directory.clone(), authority.directory_tls_roots.clone());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = known.get(&key) {
            return Ok(client.clone());
        }
        let transport = self.factory.transport(key.1.as_deref()).map_err(|words| {
            Failure::person(
                "directory-roots",
                format!("read the roots for the directory of {}", authority.title),
                words,
                "give directory_tls_roots as PEM certificates",
            )
        })?;
        let client = Client::new(transport, &key.0, self.settings)
            .map_err(|error| failure(&error, &authority.title))?;
        known.insert(key, client.clone());
        Ok(client)
    }

    /// A session of the account, with everything written to the certificate's log.
    pub(crate) fn session(
        &self,
        authority: &Authority,
        account: &Account,
        key_der: &[u8],
        log: Option<&CertificateLog>,
    ) -> Result<Session, Failure> {
        let mut client = self.client(authority)?;
        if let Some(log) = log {
            client = client.observed_by(Arc::new(log.clone()));
        }
        let key = AccountKey::from_der(key_der).map_err(|error| failure(&error, &authority.title))?;
        let url = account.url.clone().ok_or_else(|| {
            Failure::person(
                "account-incomplete",
                format!("use account {} at {}", account.id, authority.title),
                "the authority has never confirmed it",
                "create the account again",
            )
        })?;
        Session::new(client, Arc::new(key), url).map_err(|error| failure(&error, &authority.title))
    }
}
