//! A light scene: a Pebble, the mischief proxy before it, and an engine in this process that answers http-01 by its own
//! listener and deploys nowhere. The test moves its clock.

use crate::lane::{TestClock, open, settle_within};
use anyhow::{Context, Result, ensure};
use certwright::configuration::Configuration;
use certwright::service::Opened;
use certwright_core::SignedDuration;
use certwright_core::account::AccountKeyType;
use certwright_core::authority::Authority;
use certwright_core::failure::Failure;
use certwright_engine::{
    CertificateRow, Clock as _, Draft, Engine, EngineError, ExternalAccount, NewAccount,
};
use certwright_tests::{Mischief, Pebble, PebbleBuilder, Resource, free_port};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

/// The most names in one certificate, by the authority's entry.
pub(super) const MOST_NAMES: usize = 25;

pub(super) struct Scene {
    // Fields drop in order: who asks ends before who is asked.
    opened: Option<Opened>,
    pub way: Mischief,
    pub pebble: Pebble,
    pub clock: Arc<TestClock>,
    configuration: Configuration,
    data: tempfile::TempDir,
}

impl Scene {
    /// With an account.
    pub(super) async fn start(pebble: PebbleBuilder) -> Result<Self> {
        let scene = Self::without_account(pebble).await?;
        scene.create_account(None).await?;
        Ok(scene)
    }

    pub(super) async fn without_account(pebble: PebbleBuilder) -> Result<Self> {
        let port = free_port()?;
        let pebble = pebble.http_port(port).validation_sleep(0).retry_after(0, 0);
        let pebble = pebble.profile("default", "ninety days", 7_776_000).start()?;
        let way = Mischief::before(&pebble)?;
        let data = tempfile::Builder::new().prefix("certwright-data-").tempdir()?;
        let mut configuration = Configuration::of(data.path().join("data"));
        configuration.challenge_port = port;
        configuration.challenge_addresses = vec![[127, 0, 0, 1].into()];
        configuration.resolvers = vec![pebble.names().address().parse()?];
        let mut scene = Self { opened: None, way, pebble, clock: Arc::default(), configuration, data };
        scene.reopen().await?;
        let authority: Authority = serde_json::from_value(json!({
            "id": "pebble",
            "title": "Pebble",
            "directory": scene.way.directory_url(),
            "directory_tls_roots": scene.pebble.directory_roots_pem(),
            "issuing_roots": { "kind": "pem", "pem": scene.pebble.issuing_root_pem()? },
            "internal_names": true,
            "profiles": (["default", "short"].map(|name| json!({
                "name": name,
                "max_identifiers": MOST_NAMES,
                "ip_addresses": true,
                "common_name": true,
            }))),
            "key_types": certwright_core::key::KeyType::ALL,
        }))?;
        scene.engine().put_authority(authority, "test").await?;
        Ok(scene)
    }

    pub(super) async fn create_account(&self, external: Option<ExternalAccount>) -> Result<(), EngineError> {
        self.try_account(&["admin@example.com"], external).await
    }

    pub(super) async fn try_account(
        &self,
        contact: &[&str],
        external_account: Option<ExternalAccount>,
    ) -> Result<(), EngineError> {
        let account = NewAccount {
            authority: "pebble".into(),
            contact: contact.iter().map(|&mail| mail.to_owned()).collect(),
            terms_agreed: self.engine().terms("pebble").await?.terms_of_service,
            external_account,
            key_type: AccountKeyType::ES256,
        };
        self.engine().create_account(account, "test").await.map(drop)
    }

    /// Opens the data directory as a new process would: what was only in memory is gone.
    pub(super) async fn reopen(&mut self) -> Result<()> {
        drop(self.opened.take());
        self.opened = Some(open(&self.configuration, &self.clock).await?);
        Ok(())
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.opened.as_ref().unwrap().engine
    }

    pub(super) fn draft(names: &[&str]) -> Draft {
        Draft {
            identifiers: names.iter().map(|&name| name.to_owned()).collect(),
            authority: Some("pebble".into()),
            deployments: Some(vec![]),
            ..Draft::default()
        }
    }

    /// Creates a certificate that is called as its first name, and asks for it.
    pub(super) async fn ask(&self, names: &[&str]) -> Result<()> {
        self.engine().create_certificate(Self::draft(names), "test").await?;
        self.request(names[0]).await
    }

    pub(super) async fn request(&self, name: &str) -> Result<()> {
        self.engine().request(name, None, "test").await?;
        Ok(())
    }

    /// Works until nothing is left to do this soon, moving the clock from moment to moment.
    pub(super) async fn settle(&self, soon: SignedDuration) -> Result<()> {
        ensure!(settle_within(self.engine(), &self.clock, soon).await?, "a failpoint stopped it");
        Ok(())
    }

    /// Asks for a certificate, and lets what comes of it come: polls, but no back-off.
    pub(super) async fn perform(&self, names: &[&str]) -> Result<()> {
        self.ask(names).await?;
        self.settle(SignedDuration::from_secs(50)).await
    }

    pub(super) async fn row(&self, name: &str) -> Result<CertificateRow> {
        Ok(self.engine().certificate(name).await?)
    }

    /// Checks that it was issued, and that it and nothing else was issued since there were `before`.
    pub(super) async fn check_issued(&self, name: &str, before: usize) -> Result<()> {
        let row = self.row(name).await?;
        let log = self.engine().certificate_log(name, 60).await?.join("\n");
        let standing = &row.certificate.standing;
        ensure!(
            row.live_run.is_none() && row.version.is_some(),
            "{name} was not issued: {standing:#?}\n{log}"
        );
        ensure!(standing.failures == 0, "{name} has failures: {standing:#?}");
        let issued = self.pebble.issued_serials().len();
        ensure!(issued == before + 1, "{name}: {issued} certificates were issued, {before} before");
        Ok(())
    }

    /// The failure of a certificate of which nothing was published.
    pub(super) async fn failure(&self, name: &str) -> Result<Failure> {
        let row = self.row(name).await?;
        let log = self.engine().certificate_log(name, 60).await?.join("\n");
        ensure!(row.live_run.is_none(), "{name} is still being worked on: {row:#?}\n{log}");
        ensure!(row.version.is_none(), "{name} was published\n{log}");
        row.certificate.standing.last_failure.with_context(|| format!("nothing failed\n{log}"))
    }

    /// Where the versions of a certificate are kept.
    pub(super) async fn folder_of(&self, name: &str) -> Result<PathBuf> {
        let id = self.row(name).await?.certificate.id;
        Ok(self.data.path().join("data/certificates").join(id.as_str()))
    }

    pub(super) fn count(&self, resource: Resource) -> usize {
        self.way.count(resource)
    }

    /// How far away the certificate's next moment is.
    pub(super) async fn next_in(&self, name: &str) -> Result<SignedDuration> {
        let row = self.row(name).await?;
        let next = match &row.live_run {
            Some(_) => self.engine().store().next_moment().await?,
            None => row.certificate.standing.next_at,
        };
        Ok(next.context("there is no next moment")?.duration_since(self.clock.now()))
    }
}

/// An error unless the failure is of this kind and says all of these.
pub(super) fn is(failure: &Failure, kind: &str, words: &[&str]) -> Result<()> {
    let text = failure.to_string();
    ensure!(failure.kind == kind, "it is {}, not {kind}: {text}", failure.kind);
    for word in words {
        ensure!(text.contains(word), "it does not say {word:?}: {text}");
    }
    Ok(())
}
