//! What every handler can see.

use crate::people::People;
use crate::server::Server;
use crate::tls::Tls;
use crate::token::ApiToken;
use certwright_api::configuration::Configuration;
use certwright_authority::Issuers;
use certwright_core::Timestamp;
use certwright_engine::Engine;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// The most streams of events at once: each is a connection and a query per change.
const MOST_STREAMS: usize = 64;

/// What every handler can see; cheap to clone.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) engine: Arc<Engine>,
    pub(crate) issuers: Arc<Issuers>,
    pub(crate) people: Arc<People>,
    pub(crate) token: ApiToken,
    /// Opens the metrics and nothing else.
    pub(crate) metrics_token: Option<ApiToken>,
    /// What we were started with.
    pub(crate) configuration: Arc<Configuration>,
    pub(crate) started_at: Timestamp,
    /// How TLS is spoken, where it is.
    pub(crate) tls: Option<Tls>,
    /// Where we listen, for people.
    pub(crate) listeners: Arc<[String]>,
    /// Places for streams of events.
    pub(crate) streams: Arc<Semaphore>,
    /// Ends streams.
    pub(crate) shutdown: CancellationToken,
}

impl Shared {
    pub(crate) fn new(
        server: Server,
        listeners: Vec<String>,
        tls: Option<Tls>,
        shutdown: CancellationToken,
    ) -> Self {
        let Server { engine, issuers, token, metrics_token, configuration } = server;
        Self {
            started_at: engine.now(),
            people: Arc::new(People::new(Arc::clone(&engine))),
            engine,
            issuers,
            token,
            metrics_token,
            configuration: Arc::new(configuration),
            tls,
            listeners: listeners.into(),
            streams: Arc::new(Semaphore::new(MOST_STREAMS)),
            shutdown,
        }
    }

    /// Where a browser on this machine finds us: at the first address that needs no certificate, or else at the first one
    /// with TLS.
    pub(crate) fn base_url(&self) -> Option<String> {
        base_url(&self.listeners)
    }
}

/// The address for a browser on this machine, of those that are listened at.
pub(crate) fn base_url(listeners: &[String]) -> Option<String> {
    let first = |scheme: &str| listeners.iter().find(|listener| listener.starts_with(scheme));
    let listener = first("http://").or_else(|| first("https://"))?;
    // Every address of this machine is this machine.
    Some(listener.replace("//0.0.0.0:", "//localhost:").replace("//[::]:", "//localhost:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_where_it_needs_no_certificate_or_else_to_tls() {
        for (listeners, expected) in [
            (vec!["https://0.0.0.0:9643", "http://127.0.0.1:9644", "unix:/s"], Some("http://127.0.0.1:9644")),
            (vec!["https://[::]:9643", "unix:/s"], Some("https://localhost:9643")),
            (vec!["https://192.0.2.1:9643"], Some("https://192.0.2.1:9643")),
            (vec!["unix:/s"], None),
        ] {
            let listeners: Vec<_> = listeners.into_iter().map(str::to_owned).collect();
            assert_eq!(base_url(&listeners).as_deref(), expected);
        }
    }
}
