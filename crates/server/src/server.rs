//! The service's listeners: bound first, so that a fault is told before anything is promised, then served.

use crate::accept::{Source, accept_all};
use crate::error::ServeError;
use crate::openapi::router;
use crate::socket::Socket;
use crate::state::Shared;
use crate::tls::Tls;
use crate::token::ApiToken;
use certwright_api::configuration::Configuration;
use certwright_authority::Issuers;
use certwright_engine::Engine;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Where to listen.
#[derive(Clone, Debug, Default)]
pub struct ServeConfig {
    /// TCP addresses, and whether TLS is spoken there. Without it only loopback is listened at.
    pub listen: Vec<(SocketAddr, bool)>,
    /// How TLS is spoken, where it is.
    pub tls: Option<Tls>,
    /// The Unix socket for callers on this machine. Its folder must be there.
    pub socket: Option<PathBuf>,
}

/// The HTTP API of an engine.
pub struct Server {
    pub(crate) engine: Arc<Engine>,
    pub(crate) issuers: Arc<Issuers>,
    pub(crate) token: ApiToken,
    pub(crate) metrics_token: Option<ApiToken>,
    pub(crate) configuration: Configuration,
}

/// A server that is bound and not yet served: connections wait.
pub struct Listening {
    server: Server,
    tls: Option<Tls>,
    sources: Vec<Source>,
    addresses: Vec<SocketAddr>,
    words: Vec<String>,
}

impl Server {
    /// The API of this engine, with the built-in authorities beside it; callers of the API by TCP must show the token.
    pub fn new(engine: Arc<Engine>, issuers: Arc<Issuers>, token: ApiToken) -> Self {
        Self { engine, issuers, token, metrics_token: None, configuration: Configuration::default() }
    }

    /// The same, with a token that opens the metrics and nothing else.
    #[must_use]
    pub fn with_metrics_token(self, token: ApiToken) -> Self {
        Self { metrics_token: Some(token), ..self }
    }

    /// The same, that tells what it was started with.
    #[must_use]
    pub fn with_configuration(self, configuration: Configuration) -> Self {
        Self { configuration, ..self }
    }

    /// Listens.
    ///
    /// # Errors
    /// The first place that cannot be listened at; nothing stays bound.
    pub async fn bind(self, config: &ServeConfig) -> Result<Listening, ServeError> {
        let mut listening = Listening {
            server: self,
            tls: None,
            sources: Vec::new(),
            addresses: Vec::new(),
            words: Vec::new(),
        };
        for (address, secure) in &config.listen {
            let tls = config.tls.as_ref().filter(|_| *secure);
            let listener = bind_tcp(*address, tls.is_some()).await?;
            let bound = listener.local_addr().unwrap_or(*address);
            listening.addresses.push(bound);
            match tls {
                Some(tls) => {
                    listening.words.push(format!("https://{bound}"));
                    listening.sources.push(Source::Tls(listener, Arc::clone(&tls.configuration)));
                }
                None => {
                    listening.words.push(format!("http://{bound}"));
                    listening.sources.push(Source::Tcp(listener));
                }
            }
        }
        listening.tls.clone_from(&config.tls);
        if let Some(path) = &config.socket {
            listening.sources.push(Source::Local(Socket::bind(path).await?));
            listening.words.push(format!("unix:{}", path.display()));
        }
        if listening.sources.is_empty() {
            return Err(ServeError::Nowhere);
        }
        Ok(listening)
    }
}

impl Listening {
    /// The TCP addresses, with the port the system chose where 0 was asked for.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where it listens, for people.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Serves until the shutdown, and a little longer to let answers end.
    pub async fn serve(self, shutdown: CancellationToken) {
        if let Err(error) = self.server.issuers.start().await {
            tracing::error!(%error, "the built-in authorities cannot be read");
        }
        let shared = Shared::new(self.server, self.words, self.tls, shutdown.clone());
        accept_all(self.sources, router(shared), shutdown).await;
    }
}

async fn bind_tcp(address: SocketAddr, secure: bool) -> Result<TcpListener, ServeError> {
    if !secure && !address.ip().to_canonical().is_loopback() {
        return Err(ServeError::NotLoopback { address });
    }
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => ServeError::PortTaken { address },
        io::ErrorKind::PermissionDenied => ServeError::PortForbidden { address },
        _ => ServeError::Address { address, answer: error.to_string() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_loopback_is_listened_at_and_a_taken_port_says_so() {
        for (address, loopback) in [
            ("127.0.0.1:0", true),
            ("[::ffff:127.0.0.1]:0", true),
            ("0.0.0.0:0", false),
            ("[::]:0", false),
            ("192.0.2.1:9644", false),
        ] {
            let refused = matches!(
                bind_tcp(address.parse().unwrap(), false).await,
                Err(ServeError::NotLoopback { .. })
            );
            assert_eq!(refused, !loopback, "{address}");
        }
        let first = bind_tcp("127.0.0.1:0".parse().unwrap(), false).await.unwrap();
        let address = first.local_addr().unwrap();
        let error = bind_tcp(address, true).await.unwrap_err();
        assert!(matches!(error, ServeError::PortTaken { address: taken } if taken == address));
    }
}
