//! The demo's HTTPS site: it serves what stands in its folder, and notices by itself when that is replaced.

use crate::shown::{Shown, load};
use bytes::Bytes;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// A caller who is slower than this is let go.
const PATIENCE: Duration = Duration::from_secs(10);

/// The site: bound, and not yet served.
pub(super) struct Site {
    listener: TcpListener,
    address: SocketAddr,
    files: Arc<Files>,
}

impl Site {
    /// Binds a free port of this machine.
    pub(super) async fn bind(folder: &Path) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let files = Arc::new(Files { folder: folder.to_owned(), shown: RwLock::default() });
        Ok(Self { listener, address, files })
    }

    /// Where it is.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the shutdown.
    pub(super) async fn serve(self, shutdown: CancellationToken) -> Result<(), rustls::Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let resolver: Arc<dyn ResolvesServerCert> = self.files.clone();
        let configuration = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        let acceptor = TlsAcceptor::from(Arc::new(configuration));
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                taken = self.listener.accept() => {
                    if let Ok((stream, _)) = taken {
                        tokio::spawn(talk(stream, acceptor.clone(), self.files.clone()));
                    }
                }
            }
        }
    }
}

async fn talk(stream: TcpStream, acceptor: TlsAcceptor, files: Arc<Files>) {
    let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await else { return };
    let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
        let host = request.headers().get(http::header::HOST).and_then(|host| host.to_str().ok());
        let answer = page(host.unwrap_or_default(), files.current().as_deref());
        async move { Ok::<_, Infallible>(answer) }
    });
    // Who goes away in the middle is no concern of a demo.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

fn page(host: &str, shown: Option<&Shown>) -> http::Response<Full<Bytes>> {
    // What a caller sends is not repeated as markup.
    let host: String = host.chars().filter(|c| c.is_ascii_alphanumeric() || ".:-".contains(*c)).collect();
    let facts = shown.map_or_else(String::new, |shown| {
        format!(
            "<p>Certificate {} by {},<br>valid until {}.</p>",
            shown.facts.serial, shown.facts.issuer, shown.facts.not_after
        )
    });
    let text = format!(
        "<!doctype html><meta charset=utf-8><title>{host}</title><h1>{host}</h1>{facts}\
         <p>Reload the page after a minute: the certificate is another one.</p>\n"
    );
    let mut response = http::Response::new(Full::new(Bytes::from(text)));
    let html = http::HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(http::header::CONTENT_TYPE, html);
    response
}

/// The folder's files, read again when they change.
#[derive(Debug)]
struct Files {
    folder: PathBuf,
    shown: RwLock<Option<(Stamp, Arc<Shown>)>>,
}

/// When the two files were written.
type Stamp = [Option<SystemTime>; 2];

impl Files {
    fn stamp(&self) -> Stamp {
        ["fullchain.pem", "privkey.pem"]
            .map(|file| std::fs::metadata(self.folder.join(file)).and_then(|found| found.modified()).ok())
    }

    fn current(&self) -> Option<Arc<Shown>> {
        let stamp = self.stamp();
        let known = self.shown.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, shown)) = &known
            && *at == stamp
        {
            return Some(Arc::clone(shown));
        }
        // Between two replaced files chain and key do not match: then the old pair is shown a moment longer.
        let Ok(read) = load(&self.folder) else { return known.map(|(_, shown)| shown) };
        let read = Arc::new(read);
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Some((stamp, Arc::clone(&read)));
        Some(read)
    }
}

impl ResolvesServerCert for Files {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current()?.key))
    }
}
