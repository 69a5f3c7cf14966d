//! Failover between two real authorities: one that is out, hidden behind the mischief proxy, and another that can issue.

use crate::lane::{Lane, two_sites};
use anyhow::{Context, Result, ensure};
use certwright_core::SignedDuration;
use certwright_core::authority::IssuingRoots;
use certwright_core::rate_limit::{RateLimit, Scope};
use certwright_engine::{Clock as _, EventFilter};
use certwright_tests::{Deed, Mischief, Pebble, Reply, Resource, Rule};

pub(crate) const HOST: &str = "shop.example.test";
pub(crate) const BACK_OFF: SignedDuration = SignedDuration::from_secs(50);
/// All tries in place, and the first moments after them.
pub(crate) const OUTAGE: SignedDuration = SignedDuration::from_hours(3);

/// A lane whose authority is reached through the proxy, and another one that its clients trust as well.
pub(crate) struct Two {
    pub(crate) lane: Lane,
    pub(crate) way: Mischief,
    pub(crate) second: Pebble,
}

impl Two {
    pub(crate) async fn start() -> Result<Self> {
        let nginx = two_sites()?;
        let pebble = || {
            let pebble = Pebble::builder().http_port(nginx.http_port()).gentle().retry_after(0, 0);
            pebble.profile("default", "ninety days", 7_776_000).start()
        };
        let (first, second) = (pebble()?, pebble()?);
        let way = Mischief::before(&first)?;
        let roots = format!("{}{}", first.issuing_root_pem()?, second.issuing_root_pem()?);
        let lane = Lane::start_at(first, nginx, way.directory_url()).await?;
        let mut authority = lane.engine().authority("pebble").await?;
        authority.issuing_roots = IssuingRoots::Pem(roots);
        lane.engine().put_authority(authority.clone(), "test").await?;
        authority.id = "second".into();
        authority.title = "Second".to_owned();
        authority.directory = second.directory_url();
        authority.directory_tls_roots = Some(second.directory_roots_pem().to_owned());
        lane.engine().put_authority(authority, "test").await?;
        Ok(Self { lane, way, second })
    }

    /// The second one's limit of orders, which `other` has used up.
    async fn use_up(&self, other: &str) -> Result<()> {
        let mut authority = self.lane.engine().authority("second").await?;
        authority.details.rate_limits = vec![RateLimit::bucket(Scope::Orders, 1, 48 * 3600)];
        self.lane.engine().put_authority(authority, "test").await?;
        let draft =
            certwright_engine::Draft { authority: Some("second".into()), ..self.lane.draft(&[other]) };
        self.lane.engine().create_certificate(draft, "test").await?;
        self.lane.engine().request(other, None, "test").await?;
        ensure!(self.lane.settle_within(BACK_OFF).await?);
        Ok(())
    }

    pub(crate) async fn ask(&self) -> Result<()> {
        self.lane.engine().create_certificate(self.lane.draft(&[HOST]), "test").await?;
        self.lane.engine().request(HOST, None, "test").await?;
        Ok(())
    }

    pub(crate) fn break_down(&self) {
        self.way.add(Rule::always(Resource::NewOrder, Deed::Answer(Reply::page(503))));
    }

    /// Lets the certificate's next moment come, whenever it is.
    pub(crate) async fn next(&self) -> Result<()> {
        let standing = self.lane.row(HOST).await?.certificate.standing;
        let next = standing.next_at.context("nothing will ever be done")?;
        self.lane.clock.advance_to(next);
        ensure!(self.lane.settle_within(OUTAGE).await?);
        Ok(())
    }

    pub(crate) async fn issuer(&self) -> Result<Option<String>> {
        Ok(self.lane.row(HOST).await?.version.map(|version| version.authority.to_string()))
    }

    pub(crate) async fn told(&self) -> Result<String> {
        let certificate = Some(self.lane.row(HOST).await?.certificate.id);
        let filter = EventFilter { certificate, ..EventFilter::default() };
        let events = self.lane.engine().store().events_after(0, &filter, 500).await?;
        Ok(events.into_iter().map(|event| event.event.message).collect::<Vec<_>>().join("\n"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_is_out_is_replaced_by_another_until_it_is_back() -> Result<()> {
    let two = Two::start().await?;
    two.break_down();
    two.ask().await?;
    ensure!(two.lane.settle_within(OUTAGE).await?);
    let failures = two.lane.row(HOST).await?.certificate.standing.failures;
    ensure!(failures >= 3, "{failures} failures: {}", two.told().await?);
    // Nobody has an account at the other one: it is never asked, however long it lasts.
    two.next().await?;
    ensure!(two.second.orders_opened() == 0 && two.second.accounts_created() == 0, "it was asked");
    ensure!(two.issuer().await?.is_none());

    two.lane.register("second").await?;
    let asked = two.way.count(Resource::NewOrder);
    two.next().await?;
    ensure!(two.issuer().await?.as_deref() == Some("second"), "{}", two.told().await?);
    ensure!(two.way.count(Resource::NewOrder) == asked, "the one that is out was asked first");
    two.lane.check_served(HOST, &[HOST]).await?;
    let told = two.told().await?;
    ensure!(told.contains("Ordered from Second, because Pebble could not issue it: "), "{told}");

    // It is back, and the next renewal is its own again.
    two.way.clear();
    two.lane.engine().request(HOST, None, "test").await?;
    ensure!(two.lane.settle_within(BACK_OFF).await?);
    ensure!(two.issuer().await?.as_deref() == Some("pebble"), "{}", two.told().await?);
    two.lane.check_served(HOST, &[HOST]).await?;
    let told = two.told().await?;
    ensure!(
        told.contains("Ordered from Pebble, the chosen authority; the newest version is from second"),
        "{told}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_over_within_two_hours_where_another_authority_can_issue() -> Result<()> {
    let two = Two::start().await?;
    two.lane.register("second").await?;
    two.break_down();
    two.ask().await?;
    let begun = two.lane.clock.now();
    ensure!(two.lane.settle_within(OUTAGE).await?);
    ensure!(two.issuer().await?.as_deref() == Some("second"), "{}", two.told().await?);
    let took = two.lane.clock.now().duration_since(begun);
    ensure!(took < SignedDuration::from_mins(130), "it took {took}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn failover_that_would_exceed_the_others_limit_is_not_taken() -> Result<()> {
    let two = Two::start().await?;
    two.lane.register("second").await?;
    two.use_up("blog.example.test").await?;
    ensure!(two.second.orders_opened() == 1, "{} orders", two.second.orders_opened());
    two.break_down();
    two.ask().await?;
    ensure!(two.lane.settle_within(OUTAGE).await?);
    two.next().await?;
    ensure!(two.second.orders_opened() == 1, "the limit was exceeded: {}", two.told().await?);
    let told = two.told().await?;
    ensure!(told.contains("Second could issue it instead and is not asked: "), "{told}");
    ensure!(told.contains("the limit of 1 new orders by one account in 2 days"), "{told}");

    // Once that limit has freed, it is asked.
    for _ in 0..4 {
        if two.issuer().await?.is_none() {
            two.next().await?;
        }
    }
    ensure!(two.issuer().await?.as_deref() == Some("second"), "{}", two.told().await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_cannot_be_validated_is_nobody_elses_business() -> Result<()> {
    let two = Two::start().await?;
    two.lane.register("second").await?;
    two.lane.pebble.names().add_a(HOST, "127.0.0.2")?;
    two.ask().await?;
    ensure!(two.lane.settle_within(OUTAGE).await?);
    two.next().await?;
    let standing = two.lane.row(HOST).await?.certificate.standing;
    let failure = standing.last_failure.context("nothing failed")?;
    ensure!(standing.failures >= 4 && failure.kind == "challenge-failed", "{failure:?}");
    ensure!(failure.authority.as_ref().is_some_and(|id| id.as_str() == "pebble"), "{failure:?}");
    ensure!(two.second.orders_opened() == 0, "another authority was asked about a bad name");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn after_validations_failed_staging_is_tried_before_the_authority_is_burned_again() -> Result<()> {
    let two = Two::start().await?;
    two.lane.register("second").await?;
    let mut staging = two.lane.engine().authority("second").await?;
    staging.staging = true;
    staging.choices.staging_of = Some("pebble".into());
    two.lane.engine().put_authority(staging, "test").await?;
    two.lane.pebble.names().add_a(HOST, "127.0.0.2")?;
    two.second.names().add_a(HOST, "127.0.0.2")?;
    two.ask().await?;
    ensure!(two.lane.settle_within(BACK_OFF).await?);
    while two.lane.row(HOST).await?.certificate.standing.failures < 2 {
        two.next().await?;
    }
    // The name is still wrong: only staging is asked, and that it fails there counts as any failure.
    let (burned, rehearsed) = (two.lane.pebble.orders_opened(), two.second.orders_opened());
    let failures = two.lane.row(HOST).await?.certificate.standing.failures;
    two.next().await?;
    two.next().await?;
    ensure!(two.lane.pebble.orders_opened() == burned, "the authority was burned: {}", two.told().await?);
    ensure!(two.second.orders_opened() > rehearsed, "staging was never asked: {}", two.told().await?);
    ensure!(two.lane.row(HOST).await?.certificate.standing.failures > failures);
    let told = two.told().await?;
    ensure!(told.contains("Second is tried first, and nothing is issued there"), "{told}");
    let preview = two.lane.engine().preview(HOST).await?.text();
    ensure!(preview.contains("Unattended Second would be tried first"), "{preview}");

    // It is repaired: staging finds it right, and the authority itself issues. Nothing of staging is ever stored.
    for names in [two.lane.pebble.names(), two.second.names()] {
        names.clear_a(HOST)?;
    }
    two.next().await?;
    ensure!(two.issuer().await?.as_deref() == Some("pebble"), "{}", two.told().await?);
    two.lane.check_served(HOST, &[HOST]).await?;
    let told = two.told().await?;
    ensure!(told.contains("The staging environment validates every name"), "{told}");
    let versions = two.lane.engine().versions(HOST, certwright_engine::Page::default()).await?;
    ensure!(versions.items.iter().all(|version| version.authority.as_str() == "pebble"));
    Ok(())
}
