//! A Certwright that knows one authority, and the web server that it deploys to.

use super::ca::Ca;
use crate::lane::{Files, NESTED, NGINX, TestClock, configuration, open, settle_within};
use anyhow::{Context, Result, ensure};
use certwright::configuration::Configuration;
use certwright::service::Opened;
use certwright_core::SignedDuration;
use certwright_core::account::AccountKeyType;
use certwright_core::certificate::Standing;
use certwright_engine::{Changes, Clock as _, Draft, Engine, NewAccount};
use certwright_tests::{KeyAndCertificate, Nginx, Served, trusted_handshake};
use serde_json::json;
use std::net::TcpStream;
use std::sync::Arc;

/// Polls are sooner than this, and the first back-off is later.
const BEFORE_BACK_OFF: SignedDuration = SignedDuration::from_secs(50);

/// Sites by hand, whose certificate nobody trusts.
const SITES: &str = "\
ssl_certificate {{dir}}/old/site.pem;
ssl_certificate_key {{dir}}/old/site.key;
server { listen 127.0.0.1:{{https}} ssl; server_name shop.example.test wiki.example.test; }
server { listen 127.0.0.1:{{https}} ssl; server_name blog.example.test; }
server { listen 127.0.0.1:{{https}} ssl; server_name mail.example.test; }
";

pub(super) struct Stage {
    pub(super) ca: Ca,
    pub(super) clock: Arc<TestClock>,
    opened: Opened,
    nginx: Nginx,
    _data: tempfile::TempDir,
}

impl Stage {
    /// Everything but an account with the authority.
    pub(super) async fn set(ca: Ca) -> Result<Self> {
        let old = KeyAndCertificate::self_signed(&["old.example.test"])?;
        let nginx = Nginx::builder()
            .file("nginx.conf", NGINX)
            .file("conf.d/all.conf", NESTED)
            .file("sites/all.conf", SITES)
            .file("old/site.pem", &old.certificate_pem)
            .file("old/site.key", &old.key_pem)
            .start()?;
        let data = tempfile::Builder::new().prefix("certwright-data-").tempdir()?;
        let mut configuration = Configuration::of(data.path().join("data"));
        configuration.challenge_port = ca.challenges.port();
        configuration.challenge_addresses = vec![ca.challenges.ip()];
        let clock = Arc::<TestClock>::default();
        let opened = open(&configuration, &clock).await?;
        opened.engine.put_authority(ca.entry.clone(), "test").await?;
        Ok(Self { ca, clock, opened, nginx, _data: data })
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.opened.engine
    }

    pub(super) fn account(&self, terms_agreed: Option<String>) -> NewAccount {
        NewAccount {
            authority: self.ca.entry.id.clone(),
            contact: vec!["admin@example.com".to_owned()],
            terms_agreed,
            external_account: None,
            key_type: AccountKeyType::ES256,
        }
    }

    /// A certificate for these names, deployed to the web server.
    pub(super) async fn create(&self, name: &str, hosts: &[&str]) -> Result<()> {
        let settings = json!({
            "binary": self.nginx.program(),
            "configuration": self.nginx.configuration_path(),
            "prefix": self.nginx.dir(),
            "tls_port": self.nginx.https_port().to_string(),
        });
        let draft = Draft {
            name: Some(name.to_owned()),
            identifiers: owned(hosts),
            authority: Some(self.ca.entry.id.clone()),
            deployments: Some(vec![(
                "nginx".to_owned(),
                settings.as_object().cloned().context("no settings")?,
            )]),
            ..Draft::default()
        };
        self.engine().create_certificate(draft, "test").await?;
        Ok(())
    }

    /// Gives a certificate other names.
    pub(super) async fn rename(&self, name: &str, hosts: &[&str]) -> Result<()> {
        let revision = self.engine().certificate(name).await?.certificate.revision;
        let changes = Changes { identifiers: Some(owned(hosts)), ..Changes::default() };
        self.engine().update_certificate(name, revision, changes, "test").await?;
        Ok(())
    }

    /// Asks for a version, and works until only a back-off is left.
    pub(super) async fn request(&self, name: &str) -> Result<()> {
        self.engine().request(name, None, "test").await?;
        self.settle().await
    }

    /// Lets the time pass at which it comes to this certificate again, and works on it.
    pub(super) async fn wait_for_next(&self, name: &str) -> Result<()> {
        self.clock.advance_to(self.standing(name).await?.next_at.context("it will never come to it again")?);
        self.settle().await
    }

    async fn settle(&self) -> Result<()> {
        ensure!(settle_within(self.engine(), &self.clock, BEFORE_BACK_OFF).await?);
        Ok(())
    }

    pub(super) async fn standing(&self, name: &str) -> Result<Standing> {
        Ok(self.engine().certificate(name).await?.certificate.standing)
    }

    pub(super) fn sites(&self) -> Result<Files> {
        configuration(&self.nginx)
    }

    /// What openssl is shown for a host: an error unless it trusts that by the authority's root.
    pub(super) fn judged(&self, host: &str) -> Result<Served> {
        trusted_handshake(self.nginx.https_address(), host, &self.ca.root)
    }

    /// The newest version is deployed and shown at each of its names, for these names alone, and openssl trusts it.
    pub(super) async fn check_served(&self, name: &str, hosts: &[&str]) -> Result<Served> {
        let row = self.engine().certificate(name).await?;
        let log = self.engine().certificate_log(name, 60).await?.join("\n");
        let facts = row.version.as_ref().and_then(|version| version.facts.as_ref());
        let facts = facts.with_context(|| format!("nothing was issued\n{log}"))?;
        let deployment = row.deployments.first().context("no deployment")?;
        ensure!(deployment.deployed == row.version.as_ref().map(|version| version.id.clone()), "{log}");
        ensure!(deployment.verified_at.is_some(), "no handshake showed it\n{log}");
        let mut seen = None;
        for host in hosts {
            let served = self.judged(host)?;
            ensure!(served.fingerprint_sha256 == facts.fingerprint, "{host} is served {served:?}");
            let mut names = served.names.clone();
            names.sort();
            ensure!(names == hosts, "it is for {names:?}");
            ensure!(served.chain_length > 1, "no intermediate was shown");
            seen = Some(served);
        }
        self.check_nothing_left().await?;
        seen.context("no names")
    }

    /// No answer to a challenge is owed or given any more.
    pub(super) async fn check_nothing_left(&self) -> Result<()> {
        let owed = self.engine().store().owed(None, 10).await?;
        ensure!(owed.is_empty(), "answers are still owed: {owed:?}");
        ensure!(TcpStream::connect(self.ca.challenges).is_err(), "the challenge port is still open");
        Ok(())
    }

    /// The failure of a certificate's last try, after which it waits as long as a first back-off is.
    pub(super) async fn failure(&self, name: &str) -> Result<certwright_core::failure::Failure> {
        let standing = self.standing(name).await?;
        let failure = standing.last_failure.context("nothing failed")?;
        let wait = standing.next_at.context("no next try")?.duration_since(self.clock.now());
        ensure!(standing.failures == 1 && wait >= BEFORE_BACK_OFF, "next try in {wait}: {failure}");
        Ok(failure)
    }
}

fn owned(hosts: &[&str]) -> Vec<String> {
    hosts.iter().map(|&host| host.to_owned()).collect()
}
