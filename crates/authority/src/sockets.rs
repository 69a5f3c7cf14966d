//! The two ports on a real machine: HTTP by sockets of its own, DNS by the system's servers or given ones.
//!
//! No proxy, no cookies, no cache, no connection kept: each look stands alone.

use crate::validate::{Fetch, FetchError, Fetched, Look, Names};
use async_trait::async_trait;
use bytes::Bytes;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

mod any_certificate;

/// One address has so long to accept a connection: another address of the name may do.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Headers of an answer, in bytes: what `hyper` reads before it gives up.
const MOST_HEADERS: usize = 16 * 1024;

/// Looks by HTTP.
pub struct SocketFetch {
    tls: Arc<ClientConfig>,
}

impl SocketFetch {
    /// One that accepts any certificate: a redirect to https proves no more than one to http (RFC 8555 §8.3).
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new() -> Result<Self, rustls::Error> {
        Ok(Self { tls: any_certificate::configuration()? })
    }
}

#[async_trait]
impl Fetch for SocketFetch {
    async fn get(&self, look: &Look) -> Result<Fetched, FetchError> {
        let no_connection = |words: &str| FetchError::NoConnection(words.to_owned());
        let stream = tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(look.address))
            .await
            .map_err(|_| no_connection("it was not accepted in time"))?
            .map_err(|error| no_connection(&error.kind().to_string()))?;
        if !look.tls {
            return ask(stream, look).await;
        }
        let name = ServerName::try_from(look.host.clone()).map_err(|_| no_connection("no name for TLS"))?;
        // What the other side says in a broken handshake is not for the client.
        let stream = TlsConnector::from(Arc::clone(&self.tls))
            .connect(name, stream)
            .await
            .map_err(|_| no_connection("the TLS handshake failed"))?;
        ask(stream, look).await
    }
}

async fn ask<S>(stream: S, look: &Look) -> Result<Fetched, FetchError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let no_answer = |_| FetchError::NoAnswer("what came is no HTTP".to_owned());
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(MOST_HEADERS)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(no_answer)?;
    // Polled beside the request, not spawned: when this future is dropped, the connection is gone.
    let exchange = async {
        let request = http::Request::get(&look.path)
            .header(http::header::HOST, &look.host_header)
            .header(http::header::USER_AGENT, concat!("certwright-authority/", env!("CARGO_PKG_VERSION")))
            .header(http::header::ACCEPT, "*/*")
            .header(http::header::CONNECTION, "close")
            .body(Empty::<Bytes>::new())
            .map_err(|_| FetchError::NoAnswer("no request can be made of that address".to_owned()))?;
        let answer = sender.send_request(request).await.map_err(no_answer)?;
        let location = answer.headers().get(http::header::LOCATION).and_then(|value| value.to_str().ok());
        let (status, location) = (answer.status().as_u16(), location.map(str::to_owned));
        Ok(Fetched { status, location, body: beginning(answer.into_body(), look.body_cap).await })
    };
    tokio::pin!(exchange, connection);
    let mut connected = true;
    loop {
        tokio::select! {
            fetched = &mut exchange => return fetched,
            _ = &mut connection, if connected => connected = false,
        }
    }
}

/// The first bytes of a body: whatever comes after them, or goes wrong, is not waited for.
async fn beginning(mut body: Incoming, cap: usize) -> Vec<u8> {
    let mut read = Vec::new();
    while read.len() < cap {
        match body.frame().await {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    read.extend_from_slice(&data[..data.len().min(cap - read.len())]);
                }
            }
            _ => break,
        }
    }
    read
}

/// Asks DNS, each time anew.
pub struct SystemNames {
    resolver: TokioResolver,
}

impl SystemNames {
    /// One that asks these servers, or the system's when there are none.
    ///
    /// # Errors
    /// When the system's configuration cannot be read; in words.
    pub fn new(servers: &[SocketAddr]) -> Result<Self, String> {
        let mut builder = if servers.is_empty() {
            TokioResolver::builder_tokio()
                .map_err(|error| format!("the system's DNS configuration: {error}"))?
        } else {
            let servers = servers.iter().map(|server| {
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                    connection.port = server.port();
                    connection
                });
                NameServerConfig::new(server.ip(), true, connections.to_vec())
            });
            TokioResolver::builder_with_config(
                ResolverConfig::from_parts(None, Vec::new(), servers.collect()),
                TokioRuntimeProvider::default(),
            )
        };
        // A record that was just written must be seen.
        builder.options_mut().cache_size = 0;
        let resolver = builder.build().map_err(|error| format!("DNS cannot be set up: {error}"))?;
        Ok(Self { resolver })
    }
}

#[async_trait]
impl Names for SystemNames {
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, String> {
        // A trailing dot keeps search domains out of it.
        match self.resolver.lookup_ip(format!("{name}.")).await {
            Ok(found) => {
                let mut addresses: Vec<IpAddr> = found.iter().collect();
                // IPv6 first, as RFC 6724 has it.
                addresses.sort_by_key(IpAddr::is_ipv4);
                Ok(addresses)
            }
            Err(error) if error.is_no_records_found() => Err("there is no such name in DNS".to_owned()),
            Err(_) => Err("DNS gave no answer".to_owned()),
        }
    }

    async fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        match self.resolver.txt_lookup(format!("{name}.")).await {
            Ok(found) => Ok(found
                .answers()
                .iter()
                .filter_map(|record| match &record.data {
                    RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
                    _ => None,
                })
                .collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(_) => Err("DNS gave no answer".to_owned()),
        }
    }
}
