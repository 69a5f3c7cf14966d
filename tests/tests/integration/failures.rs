//! Failure stories: each ends with clear words, the old certificate still served, no answer to a challenge left
//! behind, and no authority pressed.

use crate::lane::{Files, Lane, two_sites};
use anyhow::{Context, Result, ensure};
use certwright_core::SignedDuration;
use certwright_core::certificate::Deployment;
use certwright_core::failure::Failure;
use certwright_core::health::HealthReason;
use certwright_engine::{Changes, Clock};
use certwright_tests::{Nginx, OtherServer, Pebble, PebbleBuilder, Served};
use std::os::unix::fs::PermissionsExt;

const SHOP: [&str; 2] = ["shop.example.test", "www.shop.example.test"];
const BLOG: &str = "blog.example.test";
const ALL: [&str; 3] = [SHOP[0], SHOP[1], BLOG];

/// Polls are sooner than this, and the first back-off is later.
const BEFORE_BACK_OFF: SignedDuration = SignedDuration::from_secs(50);

/// A lane, and how things were before anything failed.
struct Scene {
    lane: Lane,
    original: Files,
    old: Served,
}

impl Scene {
    async fn start(nginx: Nginx, pebble: PebbleBuilder) -> Result<Self> {
        let pebble = pebble.http_port(nginx.http_port()).authorization_reuse(0).validation_sleep(0);
        let pebble = pebble.retry_after(0, 0).profile("default", "ninety days", 7_776_000).start()?;
        let lane = Lane::start(pebble, nginx).await?;
        let (original, old) = (lane.configuration()?, lane.served(SHOP[0])?);
        Ok(Self { lane, original, old })
    }

    async fn create(&self, names: &[&str]) -> Result<String> {
        let row = self.lane.engine().create_certificate(self.lane.draft(names), "test").await?;
        Ok(row.certificate.settings.name)
    }

    async fn request(&self, name: &str) -> Result<()> {
        self.lane.engine().request(name, None, "test").await?;
        Ok(())
    }

    async fn deployment(&self, name: &str) -> Result<Deployment> {
        self.lane.row(name).await?.deployments.into_iter().next().context("no deployment")
    }

    async fn health(&self, name: &str) -> Result<HealthReason> {
        Ok(self.lane.row(name).await?.graded.at(self.lane.clock.now()).1)
    }

    /// What holds after every failure.
    async fn check_as_before(&self, original: &Files) -> Result<()> {
        let now = self.lane.configuration()?;
        ensure!(now == *original, "the configuration is not as it was: {now:#?}");
        for host in SHOP {
            let served = self.lane.served(host)?;
            ensure!(served.fingerprint_sha256 == self.old.fingerprint_sha256, "{host} is served {served:?}");
        }
        self.lane.check_nothing_left().await?;
        self.lane.check_nothing_lost().await
    }
}

/// An error unless the failure says all of these.
fn says(failure: &Failure, words: &[&str]) -> Result<()> {
    let text = failure.to_string();
    for word in words {
        ensure!(text.contains(word), "it does not say {word:?}: {text}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_configuration_is_named_before_anything_is_ordered() -> Result<()> {
    let scene = Scene::start(two_sites()?, Pebble::builder()).await?;
    scene
        .lane
        .nginx
        .write("sites/typo.conf", "server {\n    listen 127.0.0.1:{{http}};\n    sevrer_name x;\n}\n")?;
    let broken = scene.lane.configuration()?;
    let name = scene.create(&ALL).await?;
    let preview = scene.lane.engine().preview(&name).await?;
    ensure!(preview.fingerprint.is_none() && preview.plans.len() == 2, "{preview:#?}");
    let place = format!("{}:3", scene.lane.nginx.path("sites/typo.conf").display());
    for previewed in &preview.plans {
        let failure = previewed.plan.as_ref().err().context("a plan was made")?;
        says(failure, &[&place, "unknown directive \"sevrer_name\"", "typo.conf, line 3"])?;
    }
    ensure!(preview.text().contains(&place), "{}", preview.text());
    let refused = scene.request(&name).await.unwrap_err().to_string();
    ensure!(refused.contains(&place), "{refused}");
    ensure!(scene.lane.settle().await?);
    ensure!(scene.lane.pebble.orders_opened() == 0, "an order was opened");
    scene.check_as_before(&broken).await
}

/// An nginx whose files somebody breaks just after Certwright has edited one, while the file `break` is there.
fn breaking_binary(nginx: &Nginx) -> Result<String> {
    let script = format!(
        "#!/bin/sh\n\
         case \"$*\" in *-t) [ -e {{dir}}/break ] && grep -q fullchain.pem {{dir}}/sites/shop.conf &&\n\
         printf '# Grace\\nsevrer_name x;\\n' >{{dir}}/sites/typo.conf && rm {{dir}}/break;; esac\n\
         exec {} \"$@\"\n",
        nginx.program().display()
    );
    nginx.write("breaking-nginx", &script.replace("{dir}", "{{dir}}"))?;
    nginx.write("break", "")?;
    let path = nginx.path("breaking-nginx");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
    Ok(path.display().to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_after_the_order_it_is_issued_and_deployed_without_another_order() -> Result<()> {
    let scene = Scene::start(two_sites()?, Pebble::builder()).await?;
    let lane = &scene.lane;
    let mut draft = lane.draft(&ALL);
    let mut settings = lane.nginx_settings();
    settings.insert("binary".to_owned(), breaking_binary(&lane.nginx)?.into());
    draft.deployments = Some(vec![("nginx".to_owned(), settings)]);
    let name = lane.engine().create_certificate(draft, "test").await?.certificate.settings.name;
    scene.request(&name).await?;
    ensure!(lane.settle_within(BEFORE_BACK_OFF).await?);

    let broken = lane.configuration()?;
    let mut expected = scene.original.clone();
    expected.insert("sites/typo.conf".into(), "# Grace\nsevrer_name x;\n".to_owned());
    scene.check_as_before(&expected).await?;
    let version = lane.row(&name).await?.version.context("nothing was issued")?.id;
    let health = scene.health(&name).await?;
    ensure!(health == HealthReason::DeploymentFailing, "{health:?}");
    let failed = scene.deployment(&name).await?;
    ensure!(failed.deployed.is_none() && failed.failures == 1, "{failed:?}");
    says(failed.last_failure.as_ref().context("no failure")?, &["unknown directive", "typo.conf, line 2"])?;
    let wait = failed.next_at.context("no retry")?.duration_since(lane.clock.now());
    ensure!(wait > SignedDuration::ZERO && wait <= SignedDuration::from_secs(66), "retried in {wait}");

    let log = lane.engine().certificate_log(&name, 60).await?.join("\n");
    ensure!(log.contains("Issued, not deployed to nginx: Could not check nginx's configuration"), "{log}");

    // Still broken at the next try: nothing is touched.
    lane.clock.advance_to(failed.next_at.context("no retry")?);
    ensure!(lane.settle_within(BEFORE_BACK_OFF).await?);
    ensure!(lane.configuration()? == broken, "a try that cannot be planned changed something");
    let failed = scene.deployment(&name).await?;
    ensure!(failed.failures == 2, "{failed:?}");

    std::fs::remove_file(lane.nginx.path("sites/typo.conf"))?;
    lane.clock.advance_to(failed.next_at.context("no retry")?);
    ensure!(lane.settle_within(BEFORE_BACK_OFF).await?);
    lane.check_served(&name, &ALL).await?;
    ensure!(lane.row(&name).await?.version.map(|now| now.id) == Some(version), "it was issued again");
    ensure!(lane.pebble.orders_opened() == 1, "{} orders", lane.pebble.orders_opened());
    ensure!(scene.health(&name).await? == HealthReason::Served);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_that_cannot_take_effect_is_caught_by_the_handshake() -> Result<()> {
    // The shop serves TLS at a port of its own; the blog's new listener belongs where somebody else sits.
    let stranger = OtherServer::start("no TLS here")?;
    let scene = Scene::start(two_sites()?, Pebble::builder()).await?;
    let lane = &scene.lane;
    let mut draft = lane.draft(&ALL);
    let mut settings = lane.nginx_settings();
    settings.insert("tls_port".to_owned(), stranger.port().to_string().into());
    draft.deployments = Some(vec![("nginx".to_owned(), settings)]);
    let name = lane.engine().create_certificate(draft, "test").await?.certificate.settings.name;
    scene.request(&name).await?;
    ensure!(lane.settle_within(BEFORE_BACK_OFF).await?);

    scene.check_as_before(&scene.original).await?;
    lane.nginx.test()?;
    let failed = scene.deployment(&name).await?;
    ensure!(failed.deployed.is_none() && failed.verified_at.is_none(), "{failed:?}");
    let address = format!("127.0.0.1:{}", stranger.port());
    let failure = failed.last_failure.context("no failure")?;
    ensure!(failure.kind == "not-served", "{failure}");
    says(&failure, &["verify by handshake", &address, BLOG, "something else may hold the address"])?;
    ensure!(scene.health(&name).await? == HealthReason::DeploymentFailing);

    // The stranger leaves: the next try serves it, without another order.
    drop(stranger);
    lane.clock.advance_to(failed.next_at.context("no retry")?);
    ensure!(lane.settle_within(BEFORE_BACK_OFF).await?);
    ensure!(scene.health(&name).await? == HealthReason::Served, "{:?}", scene.deployment(&name).await?);
    ensure!(lane.served(SHOP[0])?.names.contains(&BLOG.to_owned()));
    ensure!(certwright_tests::handshake(address.parse()?, BLOG)? == lane.served(SHOP[0])?);
    ensure!(lane.pebble.orders_opened() == 1, "{} orders", lane.pebble.orders_opened());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_the_authority_refuses_is_named() -> Result<()> {
    let scene = Scene::start(two_sites()?, Pebble::builder().block_domain(BLOG)).await?;
    let name = scene.create(&ALL).await?;
    scene.request(&name).await?;
    ensure!(scene.lane.settle_within(BEFORE_BACK_OFF).await?);
    check_names_the_bad_one(&scene, &name, "rejectedIdentifier").await?;
    ensure!(scene.lane.pebble.orders_opened() == 0, "a refused order was counted");
    scene.check_as_before(&scene.original).await
}

/// The certificate for the shop is served already when the blog is added, which points elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn fault_25_a_name_that_cannot_be_validated_is_named_and_the_rest_served_on() -> Result<()> {
    let scene = Scene::start(two_sites()?, Pebble::builder()).await?;
    let lane = &scene.lane;
    let name = scene.create(&SHOP).await?;
    scene.request(&name).await?;
    ensure!(lane.settle_within(BEFORE_BACK_OFF).await?);
    lane.check_served(&name, &SHOP).await?;
    let (deployed, orders) = (lane.configuration()?, lane.pebble.orders_opened());

    lane.pebble.names().add_a(BLOG, "127.0.0.2")?;
    let revision = lane.row(&name).await?.certificate.revision;
    let identifiers = Some(ALL.map(str::to_owned).to_vec());
    let changes = Changes { identifiers, ..Changes::default() };
    lane.engine().update_certificate(&name, revision, changes, "test").await?;
    scene.request(&name).await?;
    ensure!(lane.settle_within(BEFORE_BACK_OFF).await?);
    check_names_the_bad_one(&scene, &name, "connection").await?;
    ensure!(lane.pebble.orders_opened() == orders + 1, "{} orders", lane.pebble.orders_opened());
    ensure!(lane.configuration()? == deployed, "the configuration changed");
    lane.check_served(&name, &SHOP).await?;

    // Each failure waits ten times as long; then the name is repaired.
    ensure!(lane.settle().await?);
    let standing = lane.row(&name).await?.certificate.standing;
    ensure!(standing.failures == 3 && lane.pebble.orders_opened() == orders + 3, "{standing:?}");
    lane.pebble.names().clear_a(BLOG)?;
    lane.clock.advance_to(standing.next_at.context("it gave up")?);
    ensure!(lane.settle_within(BEFORE_BACK_OFF).await?);
    lane.check_served(&name, &ALL).await
}

/// The failure is of one name alone, in the authority's words, and the next try is by back-off.
async fn check_names_the_bad_one(scene: &Scene, name: &str, kind: &str) -> Result<()> {
    let standing = scene.lane.row(name).await?.certificate.standing;
    let failure = standing.last_failure.context("nothing failed")?;
    let named: Vec<_> = failure.identifiers.iter().map(|problem| problem.identifier.as_str()).collect();
    ensure!(named == [BLOG], "it names {named:?}: {failure}");
    ensure!(failure.identifiers[0].kind == kind && !failure.identifiers[0].detail.is_empty(), "{failure}");
    says(&failure, &[BLOG, &failure.identifiers[0].detail, "What to do"])?;
    ensure!(!failure.to_string().contains("www.shop"), "it names a good one too: {failure}");
    let wait = standing.next_at.context("no next try")?.duration_since(scene.lane.clock.now());
    ensure!(standing.failures == 1 && wait >= SignedDuration::from_secs(50), "next try in {wait}");
    let waits = standing.not_before.context("no back-off")?.duration_since(scene.lane.clock.now());
    ensure!(waits <= SignedDuration::from_secs(66), "{waits}");
    Ok(())
}
