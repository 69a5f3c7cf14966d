//! TLS for callers from elsewhere: how it is spoken is handed in, so that the certificate can change at any time.

use std::fmt;
use std::sync::Arc;

/// How TLS is spoken, and by which names the service is then called.
#[derive(Clone)]
pub struct Tls {
    /// Certificate and versions; its certificate may change between two handshakes.
    pub configuration: Arc<rustls::ServerConfig>,
    /// Whether a host name is one of ours: what a `Host` header may say, so that no name can be rebound to us.
    pub is_ours: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    /// The chain (DER) that is shown now, the service's own certificate first; empty where there is none.
    pub shown: Arc<dyn Fn() -> Vec<Vec<u8>> + Send + Sync>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}
