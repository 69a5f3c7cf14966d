//! The three authorities, each as its own makers run it: the small test authority, the built-in one at a service of
//! its own, and Caddy.

use super::{MAIL, PERMITTED};
use anyhow::{Context, Result, ensure};
use certwright::configuration::Configuration;
use certwright::service;
use certwright_authority::{NamePolicy, Reach, Settings};
use certwright_core::authority::{Authority, AuthorityChoices, IssuingRoots, ProfileLimits};
use certwright_core::key::KeyType;
use certwright_pki::chain_pem;
use certwright_tests::{Caddy, NameServer, Pebble, free_port, wait_for};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const LIMIT: Duration = Duration::from_secs(30);

/// How long certificates last: short, so that they are renewed at half of it.
const LIFETIME_SECONDS: u32 = 12 * 3600;

/// Where the built-in authority keeps what it is asked to agree to.
const TERMS: &str = "https://home.example.test/terms";

/// An authority that runs.
pub(super) struct Ca {
    runs: Runs,
    /// Its entry, as a person would add it.
    pub(super) entry: Authority,
    /// The root of what it issues.
    pub(super) root: String,
    /// Where it looks for answers, unless a name leads elsewhere.
    pub(super) challenges: SocketAddr,
    /// Whether it wants its terms agreed to.
    pub(super) has_terms: bool,
}

enum Runs {
    Pebble(Box<Pebble>),
    Caddy(Box<Caddy>),
    BuiltIn(BuiltIn),
}

/// The built-in authority, at a service that does nothing else.
struct BuiltIn {
    shutdown: CancellationToken,
    served: tokio::task::JoinHandle<Result<()>>,
    names: NameServer,
    _folder: tempfile::TempDir,
}

impl Ca {
    pub(super) fn pebble() -> Result<Self> {
        let pebble = Pebble::builder()
            .authorization_reuse(0)
            .validation_sleep(0)
            .retry_after(0, 0)
            .profile("default", "half a day", LIFETIME_SECONDS.into())
            .block_domain(MAIL)
            .start()?;
        let root = pebble.issuing_root_pem()?;
        Ok(Self {
            entry: entry("pebble", pebble.directory_url(), pebble.directory_roots_pem(), &root, "default"),
            root,
            challenges: (Ipv4Addr::LOCALHOST, pebble.http_port()).into(),
            has_terms: true,
            runs: Runs::Pebble(Box::new(pebble)),
        })
    }

    pub(super) fn caddy() -> Result<Self> {
        let caddy = Caddy::builder().lifetime(&format!("{LIFETIME_SECONDS}s")).deny(MAIL).start()?;
        let root = caddy.issuing_root_pem()?;
        Ok(Self {
            entry: entry("caddy", caddy.directory_url(), caddy.directory_roots_pem(), &root, ""),
            root,
            challenges: caddy.challenge_address(),
            has_terms: false,
            runs: Runs::Caddy(Box::new(caddy)),
        })
    }

    pub(super) async fn built_in() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("certwright-authority-").tempdir()?;
        let names = NameServer::start(folder.path())?;
        let mut configuration = Configuration::of(folder.path().join("data"));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        configuration.listen = vec![address];
        configuration.tls = true;
        configuration.resolvers = vec![names.address().parse()?];
        let challenge_port = free_port()?;
        let opened = service::open(&configuration).await?;
        let policy = NamePolicy { names: PERMITTED.map(str::to_owned).to_vec(), ..NamePolicy::default() };
        let mut settings = Settings::new(Reach::Loopback { challenge_port }, policy);
        settings.lifetime_seconds = LIFETIME_SECONDS.into();
        settings.terms_of_service = Some(TERMS.to_owned());
        let created = opened.issuers.create("home", "Home", &settings, "test").await?;
        let issuer = opened.issuers.update("home", &settings, true, created.revision, "test").await?;
        let root = chain_pem(std::slice::from_ref(&issuer.root));
        let directory = opened.issuers.directory("home");
        let self_signed = configuration.data_directory.join("self-signed/fullchain.pem");
        let shutdown = CancellationToken::new();
        let token = shutdown.clone();
        let served = tokio::spawn(async move { service::run(&configuration, opened, token).await });
        wait_for("the authority's service to listen", LIMIT, || {
            ensure!(!served.is_finished(), "the service has ended");
            Ok(std::net::TcpStream::connect(address).is_ok().then_some(()))
        })?;
        let https = std::fs::read_to_string(self_signed)?;
        Ok(Self {
            entry: entry("home", directory, &https, &root, ""),
            root,
            challenges: (Ipv4Addr::LOCALHOST, challenge_port).into(),
            has_terms: true,
            runs: Runs::BuiltIn(BuiltIn { shutdown, served, names, _folder: folder }),
        })
    }

    /// The name server it asks.
    pub(super) const fn names(&self) -> &NameServer {
        match &self.runs {
            Runs::Pebble(pebble) => pebble.names(),
            Runs::Caddy(caddy) => caddy.names(),
            Runs::BuiltIn(built_in) => &built_in.names,
        }
    }

    /// How often it was told to look at a challenge, where it says so.
    pub(super) fn challenges_told(&self) -> Option<usize> {
        match &self.runs {
            Runs::Caddy(caddy) => Some(caddy.challenges_told()),
            Runs::Pebble(_) | Runs::BuiltIn(_) => None,
        }
    }

    pub(super) async fn end(self) -> Result<()> {
        match self.runs {
            Runs::Pebble(_) | Runs::Caddy(_) => Ok(()),
            Runs::BuiltIn(built_in) => {
                built_in.shutdown.cancel();
                built_in.served.await.context("the authority's service")?
            }
        }
    }
}

fn entry(id: &str, directory: String, https: &str, root: &str, profile: &str) -> Authority {
    Authority {
        id: id.into(),
        title: id.to_owned(),
        directory,
        directory_tls_roots: Some(https.to_owned()),
        issuing_roots: IssuingRoots::Pem(root.to_owned()),
        internal_names: true,
        staging: false,
        external_account_required: false,
        profiles: vec![ProfileLimits {
            name: profile.to_owned(),
            max_identifiers: 100,
            ip_addresses: false,
            common_name: true,
        }],
        key_types: KeyType::PUBLIC.to_vec(),
        choices: AuthorityChoices::default(),
        built_in: false,
        details: Default::default(),
    }
}
