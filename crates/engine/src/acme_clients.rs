//! ACME clients, one per directory and set of roots: nonces and the directory are shared by all who use it.

use crate::acme_failure::failure;
use crate::log::CertificateLog;
use certwright_acme::{AccountKey, Client, Request, Session, Settings, Transport};
use certwright_core::Timestamp;
use certwright_core::account::Account;
use certwright_core::authority::Authority;
use certwright_core::failure::Failure;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

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
    known: Mutex<HashMap<Key, Client>>,
}

impl AcmeClients {
    pub(crate) fn new(factory: Arc<dyn TransportFactory>) -> Self {
        Self { factory, known: Mutex::default() }
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
        let client = Client::new(transport, &key.0, Settings::default())
            .map_err(|error| failure(&error, &authority.title))?;
        known.insert(key, client.clone());
        Ok(client)
    }

    /// What the authority's directory says the time is, if it says so: for the doctor.
    pub(crate) async fn date(&self, authority: &Authority) -> Result<Option<Timestamp>, String> {
        let transport = self.factory.transport(authority.directory_tls_roots.as_deref())?;
        let request = Request {
            method: http::Method::GET,
            url: authority.directory.clone(),
            headers: http::HeaderMap::new(),
            body: Vec::new(),
            body_cap: 1 << 20,
        };
        let answer = transport.send(request).await.map_err(|error| error.to_string())?;
        let date = answer.headers.get(http::header::DATE).and_then(|date| date.to_str().ok());
        Ok(date.and_then(|date| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok()))
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
