//! The real port for looks, against servers that are wrong in every way.

use certwright_authority::{Fetch as _, FetchError, Fetched, Look, SocketFetch};
use certwright_core::identifier::Identifier;
use certwright_core::key::KeyType;
use certwright_pki::issue::{
    AuthorityKey, CheckedRequest, Leaf, NameConstraints, Naming, SHORTEST_LEAF, Serial, SigningAuthority,
    root,
};
use certwright_pki::{PrivateKey, certificate_request};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// Sends this to whoever connects; then, if `endless`, the letter x for as long as it is taken.
async fn serve(text: &'static str, endless: bool, tls: Option<TlsAcceptor>) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            match &tls {
                None => say(stream, text, endless).await,
                Some(tls) => say(tls.accept(stream).await.unwrap(), text, endless).await,
            }
        }
    });
    (address, task)
}

async fn say(mut stream: impl AsyncRead + AsyncWrite + Unpin, text: &str, endless: bool) {
    let mut asked = [0; 4096];
    let length = stream.read(&mut asked).await.unwrap();
    let asked = String::from_utf8_lossy(&asked[..length]).to_lowercase();
    assert!(
        asked.starts_with("get /path?x http/1.1\r\n") && asked.contains("\r\nhost: a.localhost:7\r\n"),
        "{asked}"
    );
    assert!(!asked.contains("cookie") && !asked.contains("authorization:"), "{asked}");
    let _ = stream.write_all(text.as_bytes()).await;
    while endless && stream.write_all(&[b'x'; 1024]).await.is_ok() {}
    let _ = stream.shutdown().await;
}

async fn get(address: SocketAddr, tls: bool) -> Result<Fetched, FetchError> {
    let look = Look {
        address,
        tls,
        host: "a.localhost".to_owned(),
        host_header: "a.localhost:7".to_owned(),
        path: "/path?x".to_owned(),
        body_cap: 10,
    };
    let fetch = SocketFetch::new().unwrap();
    tokio::time::timeout(Duration::from_secs(5), fetch.get(&look)).await.expect("it ends by itself")
}

#[tokio::test]
async fn a_look_reads_what_it_needs_and_no_more() {
    let whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde";
    let endless = "HTTP/1.1 200 OK\r\n\r\n";
    let redirect = "HTTP/1.1 302 Found\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n";
    let early = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc";
    for (text, is_endless, status, location, body) in [
        (whole, false, 200, None, "abcde"),
        (endless, true, 200, None, "xxxxxxxxxx"),
        (redirect, false, 302, Some("http://x/"), ""),
        (early, false, 200, None, "abc"),
    ] {
        let (address, task) = serve(text, is_endless, None).await;
        let fetched = get(address, false).await.unwrap();
        let location = location.map(str::to_owned);
        assert_eq!(fetched, Fetched { status, location, body: body.as_bytes().to_vec() });
        task.abort();
    }
}

#[tokio::test]
async fn what_is_no_http_is_told_without_its_words() {
    for (text, endless) in
        [("secret\r\n\r\n", false), ("", true), ("HTTP/1.1 200 OK\r\nX: ", true), ("", false)]
    {
        let (address, task) = serve(text, endless, None).await;
        let FetchError::NoAnswer(words) = get(address, false).await.unwrap_err() else { panic!("{text}") };
        assert_eq!(words, "what came is no HTTP");
        task.abort();
    }
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refused = get(nobody, false).await.unwrap_err();
    assert_eq!(refused, FetchError::NoConnection("connection refused".to_owned()));
    let (plain, task) = serve("", false, None).await;
    task.abort();
    assert!(matches!(get(plain, true).await, Err(FetchError::NoConnection(_))));
}

#[tokio::test]
async fn a_redirect_to_https_needs_no_trusted_certificate() {
    let (address, task) = serve("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", false, Some(tls())).await;
    assert_eq!(get(address, true).await.unwrap().body, b"ok");
    task.abort();
}

/// A certificate that nobody trusts, for another name.
fn tls() -> TlsAcceptor {
    let now = certwright_core::Timestamp::from_second(1_700_000_000).unwrap();
    let naming = Naming {
        common_name: "Nobody".to_owned(),
        organisation: None,
        constraints: NameConstraints::default(),
    };
    let key = AuthorityKey::generate().unwrap();
    let der = root(&key, &naming, Serial::from_random([1; 16]), now).unwrap();
    let signing = SigningAuthority::new(&der, &key).unwrap();
    let own_key = PrivateKey::generate(KeyType::EcdsaP256).unwrap();
    let names = [Identifier::parse("other.localhost").unwrap()];
    let request = certificate_request(&own_key, &names, None).unwrap();
    let leaf = Leaf {
        serial: Serial::from_random([2; 16]),
        not_before: now,
        not_after: now + SHORTEST_LEAF,
        revocation_list: "http://x",
    };
    let leaf = signing.sign_leaf(&CheckedRequest::read(&request).unwrap(), &leaf).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let configuration = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(leaf)],
            PrivatePkcs8KeyDer::from(own_key.pkcs8_der().to_vec()).into(),
        )
        .unwrap();
    TlsAcceptor::from(Arc::new(configuration))
}
