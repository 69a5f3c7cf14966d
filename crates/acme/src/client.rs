//! A client of one CA directory: what every account and certificate there shares.

use crate::answered::Answered;
use crate::directory::Directory;
use crate::error::Error;
use crate::nonce::NoncePool;
use crate::observer::Observer;
use crate::transport::Transport;
use crate::url;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Limits of a client.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long one request may take, from sending to the last byte of the answer.
    pub timeout: Duration,
    /// How many bytes of an answer's body are read.
    pub body_cap: usize,
    /// How long the directory is believed before it is fetched anew: a profile can vanish from it.
    pub directory_lifetime: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            body_cap: 1 << 20,
            directory_lifetime: Duration::from_secs(3600),
        }
    }
}

/// A client of one directory; clones share nonces and the directory. Keep one per directory URL.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
}

pub(crate) struct Shared {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) directory_url: String,
    pub(crate) settings: Settings,
    pub(crate) nonces: NoncePool,
    directory: RwLock<Option<(Instant, Arc<Directory>)>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("directory_url", &self.shared.directory_url)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the directory at `directory_url`; asks nothing yet.
    pub fn new(
        transport: Arc<dyn Transport>,
        directory_url: impl Into<String>,
        settings: Settings,
    ) -> Result<Self, Error> {
        let directory_url = directory_url.into();
        url::check(&directory_url)
            .map_err(|what| Error::invalid("use the CA's directory", format!("its address is {what}")))?;
        let shared = Shared {
            transport,
            directory_url,
            settings,
            nonces: NoncePool::default(),
            directory: RwLock::new(None),
        };
        Ok(Self { shared: Arc::new(shared), observer: None })
    }

    /// The same client, with everything done through the returned clone told to `observer`.
    #[must_use]
    pub fn observed_by(&self, observer: Arc<dyn Observer>) -> Self {
        Self { shared: Arc::clone(&self.shared), observer: Some(observer) }
    }

    /// Where the directory is.
    #[must_use]
    pub fn directory_url(&self) -> &str {
        &self.shared.directory_url
    }

    /// The directory, fetched if there is none or it is too old. Concurrent callers may fetch it several
    /// times: a lock held over the request would make them wait out one timeout after the other.
    pub async fn directory(&self) -> Result<Arc<Directory>, Error> {
        let held = self.shared.directory.read().unwrap_or_else(PoisonError::into_inner).clone();
        match held {
            Some((since, directory)) if since.elapsed() < self.shared.settings.directory_lifetime => {
                Ok(directory)
            }
            _ => Ok(self.refresh_directory().await?.value),
        }
    }

    /// Fetches the directory anew, as after `invalidProfile`.
    pub async fn refresh_directory(&self) -> Result<Answered<Arc<Directory>>, Error> {
        let url = &self.shared.directory_url;
        let attempted = format!("fetch the directory {url}");
        let answer = self.get(&attempted, url).await?;
        let directory = Arc::new(Directory::read(&attempted, &answer)?);
        let held = Some((Instant::now(), Arc::clone(&directory)));
        *self.shared.directory.write().unwrap_or_else(PoisonError::into_inner) = held;
        Ok(Answered::new(url, &answer, directory))
    }

    /// Makes the next step fetch the directory: an address in it led nowhere.
    pub(crate) fn forget_directory(&self) {
        *self.shared.directory.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
