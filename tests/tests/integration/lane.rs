//! A lane: a Pebble, an nginx with two hand-written sites in nested includes, a data directory, and an engine in
//! this process whose clock the test moves. It can be stopped at a failpoint and started again.

use anyhow::{Context, Result, bail, ensure};
use certwright::configuration::Configuration;
use certwright::service::{Opened, open_with};
use certwright_core::authority::{Authority, AuthorityChoices, IssuingRoots, ProfileLimits};
use certwright_core::key::KeyType;
use certwright_core::{SignedDuration, Timestamp};
use certwright_engine::{CertificateRow, Clock, Draft, Engine, NewAccount, SystemChance};
use certwright_tests::{KeyAndCertificate, Nginx, Pebble, Served, handshake};
use serde_json::{Map, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Two sites by hand: one with an old certificate, one with http only; comments and odd formatting included.
pub(crate) const NGINX: &str = "\
{{preamble}}
http {
    {{http_settings}}
    include conf.d/*.conf;
}
";
pub(crate) const NESTED: &str = "# everything below is by hand\ninclude {{dir}}/sites/*.conf;\n";
pub(crate) const SHOP: &str = "\
# the shop; do not touch without asking Ada
server {
    listen      127.0.0.1:{{http}};
    listen      127.0.0.1:{{https}} ssl;   # since 2019
    server_name shop.example.test
                www.shop.example.test;

    ssl_certificate      {{dir}}/old/shop.pem;      # renewed by hand, every year
    ssl_certificate_key  {{dir}}/old/shop.key;
    location / { return 200 'the shop'; }
}
";
pub(crate) const BLOG: &str = "\
server {
\tlisten 127.0.0.1:{{http}};
\tserver_name blog.example.test; # http only, so far
\troot {{dir}}/blog;
}
";

/// A clock that runs with the machine's, ahead of it by as much as the test moved it.
#[derive(Debug, Default)]
pub(crate) struct TestClock {
    ahead: Mutex<SignedDuration>,
}

impl TestClock {
    /// Moves the clock to the moment, never back.
    pub(crate) fn advance_to(&self, moment: Timestamp) {
        let by = moment.duration_since(self.now());
        if by > SignedDuration::ZERO {
            *self.ahead.lock().unwrap() += by;
        }
    }
}

impl TestClock {
    /// Puts the clock back.
    pub(crate) fn put_back_to(&self, moment: Timestamp) {
        let by = self.now().duration_since(moment);
        *self.ahead.lock().unwrap() -= by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now() + *self.ahead.lock().unwrap();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap()
    }
}

pub(crate) struct Lane {
    pub pebble: Pebble,
    pub nginx: Nginx,
    pub clock: Arc<TestClock>,
    pub opened: Option<Opened>,
    data: tempfile::TempDir,
    /// Serial numbers of versions that were stored, and deleted with their certificate by the test.
    deleted: Mutex<Vec<String>>,
}

/// Every file of a configuration, by its path inside the folder.
pub(crate) type Files = BTreeMap<PathBuf, String>;

impl Lane {
    pub(crate) async fn start(pebble: Pebble, nginx: Nginx) -> Result<Self> {
        let directory = pebble.directory_url();
        Self::start_at(pebble, nginx, directory).await
    }

    /// The same, with the authority reached at another address.
    pub(crate) async fn start_at(pebble: Pebble, nginx: Nginx, directory: String) -> Result<Self> {
        let data = tempfile::Builder::new().prefix("certwright-data-").tempdir()?;
        let mut lane =
            Self { pebble, nginx, clock: Arc::default(), opened: None, data, deleted: Mutex::default() };
        lane.open().await?;
        let engine = lane.engine();
        let profile = |name: &str| ProfileLimits {
            name: name.to_owned(),
            max_identifiers: 100,
            ip_addresses: true,
            common_name: true,
        };
        let authority = Authority {
            id: "pebble".into(),
            title: "Pebble".into(),
            directory,
            directory_tls_roots: Some(lane.pebble.directory_roots_pem().to_owned()),
            issuing_roots: IssuingRoots::Pem(lane.pebble.issuing_root_pem()?),
            internal_names: true,
            staging: false,
            external_account_required: false,
            profiles: vec![profile("default")],
            key_types: KeyType::ALL.to_vec(),
            choices: AuthorityChoices::default(),
            built_in: false,
            details: Default::default(),
        };
        engine.put_authority(authority, "test").await?;
        lane.register("pebble").await?;
        Ok(lane)
    }

    /// Makes an account with this authority, agreeing to whatever its terms are.
    pub(crate) async fn register(&self, authority: &str) -> Result<()> {
        let account = NewAccount {
            authority: authority.into(),
            contact: vec!["admin@example.com".into()],
            terms_agreed: self.engine().terms(authority).await?.terms_of_service,
            external_account: None,
            key_type: certwright_core::account::AccountKeyType::ES256,
        };
        self.engine().create_account(account, "test").await?;
        Ok(())
    }

    /// Opens the data directory, as a new process would; what an earlier engine held in memory is gone.
    pub(crate) async fn open(&mut self) -> Result<()> {
        drop(self.opened.take());
        let mut configuration = Configuration::of(self.data.path().join("data"));
        configuration.challenge_port = self.nginx.http_port();
        configuration.challenge_addresses = vec![[127, 0, 0, 1].into()];
        configuration.resolvers = vec![self.pebble.names().address().parse()?];
        self.opened = Some(open(&configuration, &self.clock).await?);
        Ok(())
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.opened.as_ref().unwrap().engine
    }

    pub(crate) fn data_path(&self) -> PathBuf {
        self.data.path().join("data")
    }

    /// The settings of a deployment to this lane's nginx.
    pub(crate) fn nginx_settings(&self) -> Map<String, serde_json::Value> {
        let settings = json!({
            "binary": self.nginx.program(),
            "configuration": self.nginx.configuration_path(),
            "prefix": self.nginx.dir(),
            "tls_port": self.nginx.https_port().to_string(),
        });
        settings.as_object().cloned().unwrap()
    }

    pub(crate) fn draft(&self, names: &[&str]) -> Draft {
        Draft {
            identifiers: names.iter().map(|&name| name.to_owned()).collect(),
            authority: Some("pebble".into()),
            deployments: Some(vec![("nginx".to_owned(), self.nginx_settings())]),
            ..Draft::default()
        }
    }

    /// Works until nothing is left to do within an hour; false when a failpoint stopped it.
    pub(crate) async fn settle(&self) -> Result<bool> {
        self.settle_within(SignedDuration::from_mins(50)).await
    }

    /// Works until nothing is left to do this soon, moving the clock from moment to moment.
    pub(crate) async fn settle_within(&self, soon: SignedDuration) -> Result<bool> {
        settle_within(self.engine(), &self.clock, soon).await
    }

    pub(crate) async fn row(&self, name: &str) -> Result<CertificateRow> {
        Ok(self.engine().certificate(name).await?)
    }

    pub(crate) fn https(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.nginx.https_port()))
    }

    pub(crate) fn served(&self, name: &str) -> Result<Served> {
        handshake(self.https(), name)
    }

    /// Every configuration file of nginx as it is now.
    pub(crate) fn configuration(&self) -> Result<Files> {
        configuration(&self.nginx)
    }

    /// Checks what must hold at the end of every story: the newest version is served at every name with the key
    /// that is stored, nothing that was issued is lost, and no answer is left anywhere.
    pub(crate) async fn check_served(&self, name: &str, hosts: &[&str]) -> Result<()> {
        let row = self.row(name).await?;
        let log = self.engine().certificate_log(name, 60).await?.join("\n");
        let version = row.version.as_ref().with_context(|| format!("there is no version\n{log}"))?;
        let facts = version.facts.as_ref().context("the version has no certificate")?;
        for deployment in &row.deployments {
            ensure!(deployment.deployed.as_ref() == Some(&version.id), "not deployed: {deployment:?}\n{log}");
        }
        for host in hosts {
            let served = self.served(host)?;
            let fingerprint = served.fingerprint_sha256.replace(':', "").to_lowercase();
            ensure!(fingerprint == facts.fingerprint, "{host} is served another certificate: {served:?}");
        }
        let exported = self.engine().export(name, true, "test").await?;
        let key = exported.private_key.context("no key was exported")?;
        let key = certwright_pki::key::PrivateKey::from_pem(&key)?;
        ensure!(key.spki_fingerprint() == facts.key_fingerprint, "the stored key is not the served key");
        self.check_nothing_left().await?;
        self.check_nothing_lost().await
    }

    /// No answer to a challenge is owed or lies around, and no configuration speaks of one.
    pub(crate) async fn check_nothing_left(&self) -> Result<()> {
        let owed = self.engine().store().owed(None, 10).await?;
        ensure!(owed.is_empty(), "answers are still owed: {owed:?}");
        for (path, text) in self.configuration()? {
            ensure!(!text.contains("acme-challenge"), "{} still answers challenges:\n{text}", path.display());
        }
        ensure!(!self.nginx.dir().join("blog/.well-known").exists(), "an answer is left in the webroot");
        Ok(())
    }

    /// Every certificate that the authority issued is stored.
    pub(crate) async fn check_nothing_lost(&self) -> Result<()> {
        let mut stored = self.deleted.lock().unwrap().clone();
        stored.extend(self.stored_serials().await?);
        let normal = |serial: &str| serial.to_lowercase().replace(':', "").trim_start_matches('0').to_owned();
        let stored: Vec<_> = stored.iter().map(|serial| normal(serial)).collect();
        for serial in self.pebble.issued_serials() {
            if !stored.contains(&normal(&serial)) {
                bail!("certificate {serial} was issued and nobody stores it; stored: {stored:?}");
            }
        }
        Ok(())
    }

    async fn stored_serials(&self) -> Result<Vec<String>> {
        let mut stored = Vec::new();
        let listing =
            self.engine().list_certificates(&certwright_engine::CertificateQuery::default()).await?;
        for row in listing.items {
            let id = row.certificate.id.as_str().to_owned();
            let versions = self.engine().versions(&id, certwright_engine::Page::default()).await?;
            stored.extend(versions.items.into_iter().filter_map(|version| Some(version.facts?.serial)));
        }
        Ok(stored)
    }

    /// Deletes the certificate and puts nginx back, so that the next story begins from the same world.
    pub(crate) async fn reset(&self, name: &str, original: &Files) -> Result<()> {
        self.delete(name).await?;
        for (path, text) in original {
            self.nginx.write(&path.display().to_string(), text)?;
        }
        self.nginx.reload()
    }

    /// Deletes the certificate, remembering what was stored of it.
    pub(crate) async fn delete(&self, name: &str) -> Result<()> {
        let stored = self.stored_serials().await?;
        self.deleted.lock().unwrap().extend(stored);
        let revision = self.row(name).await?.certificate.revision;
        Ok(self.engine().delete_certificate(name, revision, "test").await?)
    }
}

/// Opens a data directory, with an engine whose clock the test moves.
pub(crate) async fn open(configuration: &Configuration, clock: &Arc<TestClock>) -> Result<Opened> {
    let until = std::time::Instant::now() + Duration::from_secs(5);
    loop {
        let clock: Arc<dyn Clock> = clock.clone();
        let adjust = |options| certwright_engine::Options {
            verify_within: Duration::from_secs(8),
            authority_within: Duration::from_secs(8),
            ..options
        };
        match open_with(configuration, clock, Arc::new(SystemChance), adjust).await {
            Ok(opened) => {
                let left = opened.engine.take_over().await?;
                opened.engine.sweep(left).await?;
                opened.engine.follow_the_clock().await?;
                return Ok(opened);
            }
            // A program that another test of this process is just starting has inherited the lock for the moment
            // between fork and exec.
            Err(error)
                if error.to_string().contains("another Certwright") && std::time::Instant::now() < until =>
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Works until nothing is left to do this soon, moving the clock from moment to moment; false when a failpoint
/// stopped it.
pub(crate) async fn settle_within(engine: &Engine, clock: &TestClock, soon: SignedDuration) -> Result<bool> {
    let real = std::time::Instant::now();
    loop {
        if !engine.work_off().await.map_err(anyhow::Error::msg)? {
            return Ok(false);
        }
        ensure!(real.elapsed() < Duration::from_secs(120), "nothing settled within two minutes");
        match engine.store().next_moment().await? {
            Some(moment) if moment <= clock.now() + soon => {
                // What the other side does in the meantime takes real time, however little.
                tokio::time::sleep(Duration::from_millis(60)).await;
                clock.advance_to(moment);
            }
            _ => return Ok(true),
        }
    }
}

/// Every configuration file of this nginx as it is now.
pub(crate) fn configuration(nginx: &Nginx) -> Result<Files> {
    let mut files = Files::new();
    for folder in ["", "conf.d", "sites"] {
        for entry in std::fs::read_dir(nginx.dir().join(folder))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "conf") {
                let name = path.strip_prefix(nginx.dir())?.to_owned();
                files.insert(name, std::fs::read_to_string(&path)?);
            }
        }
    }
    Ok(files)
}

/// An nginx with the two sites, and an old certificate for the shop.
pub(crate) fn two_sites() -> Result<Nginx> {
    let old = KeyAndCertificate::self_signed(&["shop.example.test", "www.shop.example.test"])?;
    Nginx::builder()
        .file("nginx.conf", NGINX)
        .file("conf.d/all.conf", NESTED)
        .file("sites/shop.conf", SHOP)
        .file("sites/blog.conf", BLOG)
        .file("old/shop.pem", &old.certificate_pem)
        .file("old/shop.key", &old.key_pem)
        .file("blog/index.html", "the blog")
        .start()
}
