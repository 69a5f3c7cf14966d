//! Serves a throw-away authority on loopback, for trying other clients by hand:
//!
//! `cargo run -p certwright-authority --example serve -- PORT CHALLENGE_PORT [SECONDS]`
//!
//! It serves http on PORT and https on the next one, each an authority of its own. It prints their directories and an
//! external key for each, writes their roots to `http.pem` and `https.pem` in the working folder, and certifies names
//! below `localhost` and loopback addresses for SECONDS. The https server shows a certificate below `https.pem`.
#![expect(clippy::print_stdout, reason = "an example says where it listens")]
#![expect(clippy::disallowed_methods, reason = "a file for a person to try things with")]

use bytes::Bytes;
use certwright_authority::{
    Authority, Limits, NamePolicy, Parts, Reach, Settings, SocketFetch, SystemChance, SystemClock,
    SystemNames, create, external_key,
};
use certwright_core::identifier::Identifier;
use certwright_core::key::KeyType;
use certwright_pki::issue::{AuthorityKey, CheckedRequest, Leaf, SHORTEST_LEAF, Serial, SigningAuthority};
use certwright_pki::seal::{DataKey, Place};
use certwright_pki::{PrivateKey, certificate_request, chain_pem};
use certwright_store::SqliteStore;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use std::convert::Infallible;
use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let numbers: Vec<i64> = std::env::args().skip(1).map(|text| text.parse()).collect::<Result<_, _>>()?;
    let [port, challenge_port, rest @ ..] = &numbers[..] else {
        return Err("usage: serve PORT CHALLENGE_PORT [SECONDS]".into());
    };
    let folder = tempfile::tempdir()?;
    let parts = Parts {
        store: Arc::new(SqliteStore::open(&folder.path().join("authority.db")).await?),
        data_key: Arc::new(DataKey::generate()?),
        fetch: Arc::new(SocketFetch::new()?),
        names: Arc::new(SystemNames::new(&[])?),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
        limits: Limits::default(),
    };
    let policy = NamePolicy {
        names: vec!["localhost".to_owned()],
        networks: vec!["127.0.0.0/8".parse()?, "::1".parse()?],
        ..NamePolicy::default()
    };
    let mut settings =
        Settings::new(Reach::Loopback { challenge_port: u16::try_from(*challenge_port)? }, policy);
    if let [seconds, ..] = rest {
        settings.lifetime_seconds = *seconds;
    }
    for (name, port) in [("http", *port), ("https", *port + 1)] {
        let listener = TcpListener::bind(("127.0.0.1", u16::try_from(port)?)).await?;
        create(&parts, name, "Certwright example", &settings, "example").await?;
        let service = format!("{name}://{}", listener.local_addr()?);
        let authority = Authority::open(parts.clone(), name, &service).await?;
        std::fs::write(format!("{name}.pem"), chain_pem(&[authority.root().to_vec()]))?;
        println!("{}", authority.directory());
        let key = external_key(&parts, name, &settings.policy, None, "example").await?;
        println!("  external key {} {}", key.id, &*key.secret);
        let tls = if name == "https" { Some(own_certificate(&parts).await?) } else { None };
        let worker = authority.clone();
        tokio::spawn(async move { worker.work().await });
        tokio::spawn(accept(listener, authority, tls));
    }
    std::future::pending().await
}

/// A certificate for 127.0.0.1 by the authority that is served with it, without asking it.
async fn own_certificate(parts: &Parts) -> Result<TlsAcceptor, Box<dyn Error>> {
    let issuer = parts.store.issuer("https").await?;
    let sealed = parts.store.issuer_keys("https").await?.intermediate;
    let place = Place { table: "issuers", row: "https", column: "sealed_intermediate_key" };
    let key = AuthorityKey::from_pkcs8_der(&parts.data_key.open(&place, &sealed)?)?;
    let signing = SigningAuthority::new(&issuer.intermediate, &key)?;
    let own_key = PrivateKey::generate(KeyType::EcdsaP256)?;
    let request = certificate_request(&own_key, &[Identifier::Ip([127, 0, 0, 1].into())], None)?;
    let leaf = Leaf {
        serial: Serial::from_random(parts.chance.draw()),
        not_before: signing.not_before(),
        not_after: signing.not_before() + SHORTEST_LEAF * 1000,
        revocation_list: "http://127.0.0.1/none",
    };
    let leaf = signing.sign_leaf(&CheckedRequest::read(&request)?, &leaf)?;
    let chain = vec![CertificateDer::from(leaf), CertificateDer::from(issuer.intermediate)];
    let der = PrivatePkcs8KeyDer::from(own_key.pkcs8_der().to_vec());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let configuration = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, der.into())?;
    Ok(TlsAcceptor::from(Arc::new(configuration)))
}

async fn accept(listener: TcpListener, authority: Authority, tls: Option<TlsAcceptor>) {
    while let Ok((stream, peer)) = listener.accept().await {
        let (authority, tls) = (authority.clone(), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => serve(stream, authority, peer.ip()).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        serve(stream, authority, peer.ip()).await;
                    }
                }
            }
        });
    }
}

async fn serve<S>(stream: S, authority: Authority, source: IpAddr)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let authority = authority.clone();
        async move { Ok::<_, Infallible>(answer(&authority, source, request).await) }
    });
    // A client that went away is nobody's concern.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(10))
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    authority: &Authority,
    source: IpAddr,
    request: http::Request<Incoming>,
) -> http::Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    println!("{} {}", head.method, head.uri);
    // One byte more than is read tells the authority that it was too much.
    let body = Limited::new(body, Limits::default().body + 1).collect().await;
    let body = body.map_or_else(|_| Bytes::from(vec![0; Limits::default().body + 1]), |body| body.to_bytes());
    let answer = authority.answer(source, http::Request::from_parts(head, body)).await;
    println!(
        "  {} {}",
        answer.status(),
        String::from_utf8_lossy(answer.body()).chars().take(300).collect::<String>()
    );
    answer.map(Full::new)
}
