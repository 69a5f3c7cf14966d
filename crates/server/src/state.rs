//! What every handler can see.

use crate::tls::Tls;
use crate::token::ApiToken;
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
    pub(crate) token: ApiToken,
    /// Opens the metrics and nothing else.
    pub(crate) metrics_token: Option<ApiToken>,
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
        engine: Arc<Engine>,
        issuers: Arc<Issuers>,
        (token, metrics_token): (ApiToken, Option<ApiToken>),
        listeners: Vec<String>,
        tls: Option<Tls>,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            started_at: engine.now(),
            engine,
            issuers,
            token,
            metrics_token,
            tls,
            listeners: listeners.into(),
            streams: Arc::new(Semaphore::new(MOST_STREAMS)),
            shutdown,
        }
    }
}
