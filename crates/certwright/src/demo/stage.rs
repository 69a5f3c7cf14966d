//! The demo's world: a data directory, free ports, the service with its built-in authority, a site, an account.

use super::site::Site;
use crate::configuration::{Configuration, PORT};
use crate::service::{self, Opened};
use anyhow::{Context as _, Result};
use certwright_authority::{NamePolicy, Reach, Settings};
use certwright_contract::files;
use certwright_core::account::{AccountKeyType, AccountState};
use certwright_core::authority::{Authority, AuthorityChoices, IssuingRoots, ProfileLimits};
use certwright_core::key::KeyType;
use certwright_engine::{Draft, Engine, NewAccount};
use certwright_pki::chain_pem;
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The names that are served. They are this machine's by definition (RFC 6761 §6.3): no DNS is needed.
pub(super) const NAMES: [&str; 3] = ["shop.localhost", "wiki.localhost", "mail.localhost"];
/// The built-in authority, the certificate, everything that needs a name.
const DEMO: &str = "demo";
/// The shortest that is possible, so that the newcomer sees it renewed every half minute.
const LIFETIME_SECONDS: i64 = 60;
/// How long the service may take to answer.
const START_WITHIN: Duration = Duration::from_secs(10);

/// Everything that runs.
pub(super) struct Stage {
    pub(super) engine: Arc<Engine>,
    pub(super) site: SocketAddr,
    /// The root's certificate (DER).
    pub(super) root: Vec<u8>,
    pub(super) root_path: PathBuf,
    pub(super) url: String,
    pub(super) data_directory: PathBuf,
    pub(super) directory: String,
    shutdown: CancellationToken,
    service: JoinHandle<Result<()>>,
    site_served: JoinHandle<Result<(), rustls::Error>>,
}

impl Stage {
    /// Starts everything below this folder. What is there from an earlier demo is used again.
    pub(super) async fn set_up(folder: &Path) -> Result<Self> {
        files::make_directory(&folder.join("site"), files::PRIVATE_DIRECTORY)?;
        let mut configuration = Configuration::of(folder.join("data"));
        // One with TLS for the authority's clients, one without for a browser that knows no certificate of ours.
        let plain = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        configuration.listen = vec![listen_address()?, plain];
        configuration.tls = true;
        configuration.without_tls = vec![plain];
        configuration.challenge_port = free_port()?;
        configuration.challenge_addresses = vec![Ipv4Addr::LOCALHOST.into()];
        let opened = service::open(&configuration).await?;
        let (root, directory) = issuer(&opened, configuration.challenge_port).await?;
        let root_path = folder.join("root.pem");
        files::replace(&root_path, chain_pem(std::slice::from_ref(&root)).as_bytes(), files::Access::PUBLIC)?;
        let site = Site::bind(&folder.join("site")).await.context("bind a port for the site")?;
        let site_address = site.address();
        let shutdown = CancellationToken::new();
        let site_served = tokio::spawn(site.serve(shutdown.clone()));
        let (engine, ending) = (Arc::clone(&opened.engine), shutdown.clone());
        let (url, data_directory) = (configuration.service_url(), configuration.data_directory.clone());
        let service = tokio::spawn(async move { service::run(&configuration, opened, ending).await });
        let mut stage = Self {
            engine,
            site: site_address,
            root,
            root_path,
            url,
            data_directory,
            directory,
            shutdown,
            service,
            site_served,
        };
        stage.register().await?;
        Ok(stage)
    }

    /// The authority's entry and an account with it, as a person would add them.
    async fn register(&mut self) -> Result<()> {
        let self_signed = self.data_directory.join("self-signed/fullchain.pem");
        let until = Instant::now() + START_WITHIN;
        let roots = loop {
            match std::fs::read_to_string(&self_signed) {
                Ok(text) => break text,
                Err(_) if self.service.is_finished() => return self.why_not_started().await,
                Err(error) if Instant::now() >= until => return Err(error).context("wait for the service"),
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        };
        let entry = Authority {
            id: DEMO.into(),
            title: "the built-in authority".to_owned(),
            directory: self.directory.clone(),
            directory_tls_roots: Some(roots),
            issuing_roots: IssuingRoots::Pem(chain_pem(std::slice::from_ref(&self.root))),
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
        self.engine.put_authority(entry, DEMO).await?;
        let accounts = self.engine.accounts().await?;
        let known = |account: &certwright_core::account::Account| {
            account.authority.as_str() == DEMO && account.state == AccountState::Valid
        };
        if accounts.iter().any(known) {
            return Ok(());
        }
        let account = NewAccount {
            authority: DEMO.into(),
            contact: Vec::new(),
            terms_agreed: None,
            external_account: None,
            key_type: AccountKeyType::ES256,
        };
        loop {
            match self.engine.create_account(account.clone(), DEMO).await {
                Ok(_) => return Ok(()),
                // Bound first, mounted a moment later.
                Err(_) if self.service.is_finished() => return self.why_not_started().await,
                Err(_) if Instant::now() < until => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// What a service that has ended by itself says.
    async fn why_not_started(&mut self) -> Result<()> {
        (&mut self.service).await.context("start the service")??;
        anyhow::bail!("the service ended by itself")
    }

    /// The managed certificate, created unless it is there; its id.
    pub(super) async fn certificate(&self) -> Result<String> {
        let site = |file: &str| self.data_directory.with_file_name("site").join(file).display().to_string();
        let settings = json!({
            "fullchain": site("fullchain.pem"),
            "key": site("privkey.pem"),
            "verify": self.site.to_string(),
        });
        let settings = settings.as_object().cloned().unwrap_or_default();
        let deployments = Some(vec![("files".to_owned(), settings)]);
        if let Ok(row) = self.engine.certificate(DEMO).await {
            // The site has another port by now.
            let changes = certwright_engine::Changes { deployments, ..Default::default() };
            let (id, revision) = (row.certificate.id.to_string(), row.certificate.revision);
            self.engine.update_certificate(&id, revision, changes, DEMO).await?;
            return Ok(id);
        }
        let draft = Draft {
            name: Some(DEMO.to_owned()),
            identifiers: NAMES.map(str::to_owned).to_vec(),
            authority: Some(DEMO.into()),
            deployments,
            ..Draft::default()
        };
        Ok(self.engine.create_certificate(draft, DEMO).await?.certificate.id.to_string())
    }

    /// Ends everything, in good order.
    pub(super) async fn take_down(self) -> Result<()> {
        self.shutdown.cancel();
        self.service.await.context("end the service")??;
        self.site_served.await.context("end the site")??;
        Ok(())
    }
}

/// The built-in authority, enabled, looking at this port of this machine: its root and its directory.
async fn issuer(opened: &Opened, challenge_port: u16) -> Result<(Vec<u8>, String)> {
    let policy = NamePolicy { names: vec!["localhost".to_owned()], ..NamePolicy::default() };
    let mut settings = Settings::new(Reach::Loopback { challenge_port }, policy);
    settings.lifetime_seconds = LIFETIME_SECONDS;
    let issuers = &opened.issuers;
    let stored = match issuers.get(DEMO).await {
        Ok(stored) => stored,
        Err(_) => issuers.create(DEMO, "Certwright demo", &settings, DEMO).await?,
    };
    let stored: Settings = serde_json::from_value(stored.settings)?;
    settings.constraints = stored.constraints;
    let revision = issuers.get(DEMO).await?.revision;
    let issuer = issuers.update(DEMO, &settings, true, revision, DEMO).await?;
    Ok((issuer.root, issuers.directory(DEMO)))
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("find a free port")?;
    Ok(listener.local_addr()?.port())
}

/// The usual port, unless it is taken.
fn listen_address() -> Result<SocketAddr> {
    let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    Ok(if TcpListener::bind(usual).is_ok() { usual } else { (Ipv4Addr::LOCALHOST, free_port()?).into() })
}
