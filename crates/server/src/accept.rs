//! Connections: taken one by one, a bounded number at once, ended in good order.

use crate::door::{Peer, is_trusted};
use crate::socket::Socket;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// The most connections at once from one source. Each source has places of its own: whoever fills those of
/// TCP does not lock out the owner at the socket.
const MOST_CONNECTIONS: usize = 256;

/// How long a caller may take to send its request's head.
const HEAD_WITHIN: Duration = Duration::from_secs(10);

/// How long connections may take to end after the shutdown has begun.
const END_WITHIN: Duration = Duration::from_secs(10);

/// Pause after a failed accept, such as when the process has too many open files.
const PAUSE: Duration = Duration::from_millis(200);

/// Where connections come from.
pub(crate) enum Source {
    /// TCP, in the clear.
    Tcp(TcpListener),
    /// TCP with TLS.
    Tls(TcpListener, Arc<rustls::ServerConfig>),
    /// The Unix socket.
    Local(Socket),
}

/// Takes connections from all sources until the shutdown, then lets them end.
pub(crate) async fn accept_all(sources: Vec<Source>, router: Router, shutdown: CancellationToken) {
    let mut loops = tokio::task::JoinSet::new();
    for source in sources {
        loops.spawn(accept(source, router.clone(), shutdown.clone()));
    }
    while loops.join_next().await.is_some() {}
}

async fn accept(source: Source, router: Router, shutdown: CancellationToken) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let own = rustix::process::geteuid().as_raw();
    loop {
        let next = async {
            // Never closed, so that a place is always given in the end.
            let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
            Ok::<_, io::Error>((place, take(&source).await?))
        };
        let (place, taken) = tokio::select! {
            () = shutdown.cancelled() => break,
            next = next => match next {
                Ok(next) => next,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
        };
        let watcher = graceful.watcher();
        match taken {
            Taken::Tcp(stream, address) => {
                let peer = Peer::Network { secure: false, address };
                tokio::spawn(talk(stream, peer, router.clone(), watcher, place));
            }
            Taken::Tls(stream, address, configuration) => {
                let router = router.clone();
                tokio::spawn(async move {
                    // In the task: a caller who is slow to shake hands holds up nobody else.
                    let shaken = TlsAcceptor::from(configuration).accept(stream);
                    match tokio::time::timeout(HEAD_WITHIN, shaken).await {
                        Ok(Ok(stream)) => {
                            talk(stream, Peer::Network { secure: true, address }, router, watcher, place)
                                .await;
                        }
                        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                        Err(_) => tracing::debug!("a TLS handshake took too long"),
                    }
                });
            }
            Taken::Local(stream) => match stream.peer_cred().map(|peer| peer.uid()) {
                Ok(uid) if is_trusted(uid, own) => {
                    tokio::spawn(talk(stream, Peer::Local { uid }, router.clone(), watcher, place));
                }
                Ok(uid) => tracing::warn!(uid, "a connection over the socket was turned away"),
                Err(error) => tracing::warn!(%error, "a connection over the socket was turned away"),
            },
        }
    }
    // No new connections while the old ones end.
    drop(source);
    if tokio::time::timeout(END_WITHIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections were cut off at the shutdown");
    }
}

enum Taken {
    Tcp(TcpStream, SocketAddr),
    Tls(TcpStream, SocketAddr, Arc<rustls::ServerConfig>),
    Local(UnixStream),
}

async fn take(source: &Source) -> io::Result<Taken> {
    match source {
        Source::Tcp(listener) => {
            let (stream, address) = listener.accept().await?;
            // Answers and events are small and wanted at once.
            stream.set_nodelay(true)?;
            Ok(Taken::Tcp(stream, address))
        }
        Source::Tls(listener, configuration) => {
            let (stream, address) = listener.accept().await?;
            stream.set_nodelay(true)?;
            Ok(Taken::Tls(stream, address, Arc::clone(configuration)))
        }
        Source::Local(socket) => Ok(Taken::Local(socket.listener.accept().await?.0)),
    }
}

async fn talk<S>(stream: S, peer: Peer, router: Router, watcher: Watcher, place: OwnedSemaphorePermit)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        router.clone().oneshot(request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke");
    }
    drop(place);
}
