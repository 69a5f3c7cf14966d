//! A service with a built-in authority as it is really reached: by HTTPS, with a certificate of its own that the
//! authority has issued; and nginx on the port where the authority looks.

use super::judge::crl_pem;
use crate::service::write;
use anyhow::{Context, Result, ensure};
use certwright::configuration::Configuration;
use certwright::service;
use certwright_authority::{Issuers, NamePolicy, Reach, Settings};
use certwright_core::account::AccountKeyType;
use certwright_core::authority::{Authority, AuthorityChoices, IssuingRoots, ProfileLimits};
use certwright_core::key::KeyType;
use certwright_engine::{Draft, Engine, NewAccount};
use certwright_pki::chain_pem;
use certwright_tests::{Nginx, free_port, trusted_handshake, wait_for};
use serde_json::Map;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// The name of the authority.
pub(super) const HOME: &str = "home";
const WHO: &str = "test";
const LIMIT: Duration = Duration::from_secs(30);

/// The folder from which http-01 is answered, whichever client writes there.
const WEBROOT: &str = "{{preamble}}
http {
    {{http_settings}}
    server { listen 127.0.0.1:{{http}}; root {{dir}}/webroot; }
}
";

pub(super) struct Scene {
    pub(super) issuers: Arc<Issuers>,
    pub(super) directory: String,
    /// The root's certificate, as a person would hand it to a client.
    pub(super) root: PathBuf,
    pub(super) folder: tempfile::TempDir,
    nginx: Nginx,
    shutdown: CancellationToken,
    served: tokio::task::JoinHandle<Result<()>>,
}

impl Scene {
    /// Starts it with TLS, or over plain http.
    pub(super) async fn start(tls: bool) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("certwright-strangers-").tempdir()?;
        let mut configuration = Configuration::of(folder.path().join("data"));
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        configuration.listen = vec![address];
        configuration.tls = tls;
        configuration.challenge_port = free_port()?;
        configuration.challenge_addresses = vec![[127, 0, 0, 1].into()];
        let challenge_port = configuration.challenge_port;
        let opened = service::open(&configuration).await?;
        let (engine, issuers) = (Arc::clone(&opened.engine), Arc::clone(&opened.issuers));
        let policy = NamePolicy { names: vec!["localhost".to_owned()], ..NamePolicy::default() };
        let settings = Settings::new(Reach::Loopback { challenge_port }, policy);
        let created = issuers.create(HOME, "Certwright strangers", &settings, WHO).await?;
        let issuer = issuers.update(HOME, &settings, true, created.revision, WHO).await?;
        let root_pem = chain_pem(std::slice::from_ref(&issuer.root));
        let root = folder.path().join("root.pem");
        write(&root, &root_pem)?;
        let directory = issuers.directory(HOME);
        let shutdown = CancellationToken::new();
        let token = shutdown.clone();
        let served = tokio::spawn(async move { service::run(&configuration, opened, token).await });
        wait_for("the service to listen", LIMIT, || {
            ensure!(!served.is_finished(), "the service has ended");
            Ok(std::net::TcpStream::connect(address).is_ok().then_some(()))
        })?;
        if tls {
            let self_signed = std::fs::read_to_string(folder.path().join("data/self-signed/fullchain.pem"))?;
            own_certificate(&engine, &directory, &root_pem, &self_signed).await?;
            trusted_handshake(address, "localhost", &root_pem).context("the service's own certificate")?;
        }
        // Now that the service does not answer on that port any more.
        let nginx = Nginx::builder()
            .file("nginx.conf", WEBROOT)
            .file("webroot/index.html", "")
            .http_port(challenge_port)
            .start()?;
        Ok(Self { issuers, directory, root, folder, nginx, shutdown, served })
    }

    pub(super) fn webroot(&self) -> PathBuf {
        self.nginx.path("webroot")
    }

    /// The revocation list, as the authority serves it at this moment.
    pub(super) fn revocation_list(&self) -> Result<String> {
        crl_pem(&self.directory.replace("/directory", "/crl"), &self.root)
    }

    pub(super) async fn end(self) -> Result<()> {
        self.shutdown.cancel();
        self.served.await?
    }
}

/// Lets the service have a certificate of its own authority, so that the root is all that clients need.
async fn own_certificate(engine: &Engine, directory: &str, root: &str, self_signed: &str) -> Result<()> {
    let authority = Authority {
        id: HOME.into(),
        title: "the built-in authority".to_owned(),
        directory: directory.to_owned(),
        directory_tls_roots: Some(format!("{self_signed}{root}")),
        issuing_roots: IssuingRoots::Pem(root.to_owned()),
        internal_names: true,
        staging: false,
        external_account_required: false,
        profiles: vec![ProfileLimits {
            name: String::new(),
            max_identifiers: 100,
            ip_addresses: false,
            common_name: true,
        }],
        key_types: KeyType::PUBLIC.to_vec(),
        choices: AuthorityChoices::default(),
        built_in: false,
        details: Default::default(),
    };
    engine.put_authority(authority, WHO).await?;
    let account = NewAccount {
        authority: HOME.into(),
        contact: Vec::new(),
        terms_agreed: None,
        external_account: None,
        key_type: AccountKeyType::ES256,
    };
    let until = Instant::now() + LIMIT;
    // Bound first, mounted a moment later.
    while let Err(error) = engine.create_account(account.clone(), WHO).await {
        ensure!(Instant::now() < until, "no account: {error}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let draft = Draft {
        name: Some("own".to_owned()),
        identifiers: vec!["localhost".to_owned()],
        authority: Some(HOME.into()),
        deployments: Some(vec![("this-service".to_owned(), Map::new())]),
        ..Draft::default()
    };
    engine.create_certificate(draft, WHO).await?;
    engine.request("own", None, WHO).await?;
    loop {
        let row = engine.certificate("own").await?;
        if row.deployments.iter().all(|deployment| deployment.verified_at.is_some()) {
            return Ok(());
        }
        ensure!(Instant::now() < until, "the service has no certificate of its own: {row:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
