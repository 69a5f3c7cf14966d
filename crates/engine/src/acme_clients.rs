//! ACME clients, one per directory and set of roots: nonces and the directory are shared by all who use it.

use crate::acme_failure::failure;
use crate::clocks::{Clocks, Listening, date};
use crate::log::CertificateLog;
use certwright_acme::{AccountKey, Answer, Client, Request, Session, Settings, Transport};
use certwright_core::Timestamp;
use certwright_core::account::Account;
use certwright_core::authority::Authority;
use certwright_core::failure::Failure;
use http::header::USER_AGENT;
use http::{HeaderMap, HeaderValue, Method};
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

/// How long fetching a file may take, from the first byte to the last.
const FETCH_WITHIN: Duration = Duration::from_secs(60);
/// The most that is read of a directory whose header alone is of interest.
const MOST_OF_DIRECTORY: usize = 1 << 20;
const FETCHING_AS: &str = concat!("certwright/", env!("CARGO_PKG_VERSION"));

type Key = (String, Option<String>);

/// All clients made so far.
pub(crate) struct AcmeClients {
    factory: Arc<dyn TransportFactory>,
    settings: Settings,
    clocks: Arc<Clocks>,
    known: Mutex<HashMap<Key, Client>>,
}

impl AcmeClients {
    pub(crate) fn new(factory: Arc<dyn TransportFactory>, timeout: Duration, clocks: Arc<Clocks>) -> Self {
        let settings = Settings { timeout, ..Settings::default() };
        Self { factory, settings, clocks, known: Mutex::default() }
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
        let transport = Arc::new(Listening {
            inner: transport,
            clocks: Arc::clone(&self.clocks),
            authority: authority.id.clone(),
            directory: key.0.clone(),
        });
        let client = Client::new(transport, &key.0, self.settings)
            .map_err(|error| failure(&error, &authority.title))?;
        known.insert(key, client.clone());
        Ok(client)
    }

    /// Fetches what lies at an address in the open, such as a revocation list: nothing is followed, at most `cap` bytes
    /// are read. Over HTTPS the roots of the authority's entry are trusted, where it has some.
    ///
    /// # Errors
    /// In words.
    pub(crate) async fn fetch(
        &self,
        authority: &Authority,
        url: &str,
        cap: usize,
    ) -> Result<Vec<u8>, String> {
        let roots = authority.directory_tls_roots.as_deref().filter(|_| url.starts_with("https://"));
        let answer = self.get(roots, url, cap).await?;
        if answer.status == 200 { Ok(answer.body) } else { Err(format!("it answered {}", answer.status)) }
    }

    /// What the authority's directory says the time is, if it says so: for the doctor.
    pub(crate) async fn date(&self, authority: &Authority) -> Result<Option<Timestamp>, String> {
        let roots = authority.directory_tls_roots.as_deref();
        let answer = self.get(roots, &authority.directory, MOST_OF_DIRECTORY).await?;
        self.clocks.hear(&authority.id, &authority.directory, &answer.headers);
        Ok(date(&answer.headers))
    }

    async fn get(&self, roots: Option<&str>, url: &str, cap: usize) -> Result<Answer, String> {
        let transport = self.factory.transport(roots)?;
        let request = Request {
            method: Method::GET,
            url: url.to_owned(),
            headers: HeaderMap::from_iter([(USER_AGENT, HeaderValue::from_static(FETCHING_AS))]),
            body: Vec::new(),
            body_cap: cap,
        };
        tokio::time::timeout(FETCH_WITHIN, transport.send(request))
            .await
            .map_err(|_| "it did not answer in time".to_owned())?
            .map_err(|error| error.to_string())
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
