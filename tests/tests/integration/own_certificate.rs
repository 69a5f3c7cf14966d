//! The service's own certificate: self-signed first, then managed like any other, and renewed under load without a
//! failed request or a dropped connection.

use anyhow::{Context, Result, ensure};
use certwright::configuration::Configuration;
use certwright::service;
use certwright_api::client::{Address, Client};
use certwright_core::account::AccountKeyType;
use certwright_core::authority::{Authority, AuthorityChoices, IssuingRoots, ProfileLimits};
use certwright_core::key::KeyType;
use certwright_engine::{Draft, Engine, NewAccount};
use certwright_tests::{Pebble, free_port};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Map;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::sync::CancellationToken;

const CALLERS: usize = 4;

struct Scene {
    pebble: Pebble,
    engine: Arc<Engine>,
    address: SocketAddr,
    data: tempfile::TempDir,
    shutdown: CancellationToken,
    served: tokio::task::JoinHandle<Result<()>>,
}

impl Scene {
    async fn start() -> Result<Self> {
        let challenges = free_port()?;
        let pebble = Pebble::builder().http_port(challenges).gentle().retry_after(0, 0);
        let pebble = pebble.profile("default", "ninety days", 7_776_000).start()?;
        let data = tempfile::Builder::new().prefix("certwright-data-").tempdir()?;
        let mut configuration = Configuration::of(data.path().join("data"));
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        configuration.listen = vec![address];
        configuration.tls = true;
        configuration.challenge_port = challenges;
        configuration.challenge_addresses = vec![[127, 0, 0, 1].into()];
        let opened = service::open(&configuration).await?;
        let engine = Arc::clone(&opened.engine);
        let authority = Authority {
            id: "pebble".into(),
            title: "Pebble".into(),
            directory: pebble.directory_url(),
            directory_tls_roots: Some(pebble.directory_roots_pem().to_owned()),
            issuing_roots: IssuingRoots::Pem(pebble.issuing_root_pem()?),
            internal_names: true,
            staging: false,
            external_account_required: false,
            profiles: vec![ProfileLimits {
                name: "default".to_owned(),
                max_identifiers: 100,
                ip_addresses: true,
                common_name: true,
            }],
            key_types: KeyType::PUBLIC.to_vec(),
            choices: AuthorityChoices::default(),
            built_in: false,
            details: Default::default(),
        };
        engine.put_authority(authority, "test").await?;
        let account = NewAccount {
            authority: "pebble".into(),
            contact: vec!["admin@example.com".into()],
            terms_agreed: engine.terms("pebble").await?.terms_of_service,
            external_account: None,
            key_type: AccountKeyType::ES256,
        };
        engine.create_account(account, "test").await?;
        let shutdown = CancellationToken::new();
        let token = shutdown.clone();
        let served = tokio::spawn(async move { service::run(&configuration, opened, token).await });
        let self_signed = data.path().join("data/self-signed/fullchain.pem");
        certwright_tests::wait_for("the self-signed certificate", Duration::from_secs(10), || {
            Ok(self_signed.exists().then_some(()))
        })?;
        Ok(Self { pebble, engine, address, data, shutdown, served })
    }

    /// A client that trusts the self-signed certificate and the authority's root.
    fn client(&self) -> Result<Client> {
        let data = self.data.path().join("data");
        let roots = format!(
            "{}{}",
            std::fs::read_to_string(data.join("self-signed/fullchain.pem"))?,
            self.pebble.issuing_root_pem()?
        );
        let token = std::fs::read_to_string(data.join("api-token"))?.trim().to_owned();
        let address = Address::from_url(&format!("https://{}", self.address), token.into(), Some(roots))?;
        Ok(Client::new(address))
    }

    /// Requests another version, and waits until a handshake shows it at the service.
    async fn renew(&self, name: &str) -> Result<String> {
        let before = self.engine.certificate(name).await?.version.map(|version| version.id);
        self.engine.request(name, None, "test").await?;
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let row = self.engine.certificate(name).await?;
            let (version, deployed) = (row.version.clone().map(|one| one.id), &row.deployments[0].deployed);
            if version.is_some() && version != before && version == *deployed {
                ensure!(row.deployments[0].verified_at.is_some(), "no handshake showed it");
                let facts = row.version.and_then(|version| version.facts).context("no facts")?;
                return Ok(facts.fingerprint);
            }
            ensure!(Instant::now() < until, "not renewed: {row:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// One TLS connection that stays open and is asked again and again.
struct Held {
    stream: TlsStream<TcpStream>,
}

impl Held {
    async fn open(scene: &Scene) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        let pem = std::fs::read(scene.data.path().join("data/self-signed/fullchain.pem"))?;
        roots.add(CertificateDer::from_pem_slice(&pem)?)?;
        let configuration = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(scene.address).await?;
        let name = ServerName::try_from("localhost")?;
        Ok(Self { stream: TlsConnector::from(Arc::new(configuration)).connect(name, stream).await? })
    }

    async fn ask(&mut self) -> Result<()> {
        let request = b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n";
        self.stream.write_all(request).await?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"}") {
            let mut piece = [0; 4096];
            let count = self.stream.read(&mut piece).await?;
            ensure!(count > 0, "it was closed");
            answer.extend_from_slice(&piece[..count]);
        }
        ensure!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
        Ok(())
    }
}

async fn story(renewals: usize) -> Result<()> {
    let scene = Scene::start().await?;
    let client = scene.client()?;
    client.health().await.context("over the self-signed certificate")?;
    let first = certwright_tests::handshake(scene.address, "localhost")?;

    let draft = Draft {
        name: Some("own".to_owned()),
        identifiers: vec!["127.0.0.1".to_owned(), "certs.example.test".to_owned()],
        authority: Some("pebble".into()),
        deployments: Some(vec![("this-service".to_owned(), Map::new())]),
        ..Draft::default()
    };
    scene.engine.create_certificate(draft.clone(), "test").await?;
    let second = Draft { name: Some("second".to_owned()), ..draft };
    let refused = scene.engine.create_certificate(second, "test").await;
    let words = refused.err().context("two certificates would take the service from each other")?.to_string();
    ensure!(words.contains("\"own\"") && words.contains("deployments[0].target"), "{words}");

    // A steady load: connection after connection, and one that is open throughout.
    let (ending, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..CALLERS {
        let (client, ending, asked) = (client.clone(), ending.clone(), asked.clone());
        callers.spawn(async move {
            while !ending.load(Ordering::SeqCst) {
                client.service().await.context("a request failed")?;
                asked.fetch_add(1, Ordering::SeqCst);
            }
            anyhow::Ok(())
        });
    }
    let mut held = Held::open(&scene).await?;
    let mut shown = vec![first.fingerprint_sha256.replace(':', "").to_lowercase()];
    for _ in 0..renewals {
        let fingerprint = scene.renew("own").await?;
        let served = certwright_tests::handshake(scene.address, "certs.example.test")?;
        let seen = served.fingerprint_sha256.replace(':', "").to_lowercase();
        ensure!(seen == fingerprint, "another certificate is shown: {served:?}");
        ensure!(!shown.contains(&seen), "it was shown before");
        shown.push(seen);
        held.ask().await.context("a connection that was open before was dropped")?;
    }
    ending.store(true, Ordering::SeqCst);
    while let Some(caller) = callers.join_next().await {
        caller??;
    }
    let asked = asked.load(Ordering::SeqCst);
    println!("{renewals} renewals of the service's own certificate, {asked} requests, none failed");
    ensure!(asked > renewals * CALLERS, "there was no load");
    scene.shutdown.cancel();
    drop(held);
    scene.served.await?
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fault_49_renewed_under_load_no_request_fails() -> Result<()> {
    story(4).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "some minutes: part of the long suite"]
async fn renewed_a_hundred_times_under_load_no_request_fails() -> Result<()> {
    story(100).await
}
