//! Serves a throw-away authority on loopback, for trying other clients by hand:
//!
//! `cargo run -p certwright-authority --example serve -- PORT CHALLENGE_PORT [SECONDS]`
//!
//! It prints the directory's address, writes its root to `root.pem` in the working folder, and certifies names below
//! `localhost` and loopback addresses for `SECONDS`.
#![expect(clippy::print_stdout, reason = "an example says where it listens")]
#![expect(clippy::disallowed_methods, reason = "a file for a person to try things with")]

use bytes::Bytes;
use certwright_authority::{
    Authority, Limits, NamePolicy, Parts, Reach, Settings, SocketFetch, SystemChance, SystemClock,
    SystemNames, create,
};
use certwright_pki::{chain_pem, seal::DataKey};
use certwright_store::SqliteStore;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

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
    create(&parts, "try", "Certwright example", &settings, "example").await?;
    let listener = TcpListener::bind(("127.0.0.1", u16::try_from(*port)?)).await?;
    let service = format!("http://{}", listener.local_addr()?);
    let authority = Authority::open(parts, "try", &service).await?;
    std::fs::write("root.pem", chain_pem(&[authority.root().to_vec()]))?;
    println!("{}", authority.directory());
    let worker = authority.clone();
    tokio::spawn(async move { worker.work().await });
    loop {
        let (stream, peer) = listener.accept().await?;
        let authority = authority.clone();
        let service = service_fn(move |request| {
            let authority = authority.clone();
            async move { Ok::<_, Infallible>(answer(&authority, peer.ip(), request).await) }
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(10))
                .serve_connection(TokioIo::new(stream), service),
        );
    }
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
