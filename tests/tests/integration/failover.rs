//! Another authority, when the chosen one is out of reach: only one with an account, only while its own limits permit it,
//! and back home afterwards.

use crate::lane::{Lane, two_sites};
use anyhow::{Context, Result, ensure};
use certwright_core::SignedDuration;
use certwright_core::authority::{Authority, IssuingRoots};
use certwright_core::rate_limit::{RateLimit, Refill, Scope};
use certwright_engine::NewAccount;
use certwright_tests::Pebble;

const HOSTS: [&str; 1] = ["shop.example.test"];
/// How often the clock is moved on, at most: by an hour each time.
const HOURS: usize = 60;

async fn register(lane: &Lane, authority: &str) -> Result<()> {
    let engine = lane.engine();
    let account = NewAccount {
        authority: authority.into(),
        contact: vec!["admin@example.com".into()],
        terms_agreed: engine.terms(authority).await?.terms_of_service,
        external_account: None,
        key_type: certwright_core::account::AccountKeyType::ES256,
    };
    engine.create_account(account, "test").await?;
    Ok(())
}

/// Lets hours pass until this holds.
async fn until(lane: &Lane, what: &str, holds: impl AsyncFn() -> Result<bool>) -> Result<()> {
    for _ in 0..HOURS {
        ensure!(lane.settle().await?);
        if holds().await? {
            return Ok(());
        }
        lane.clock.advance_to(lane.engine().now() + SignedDuration::from_hours(1));
    }
    let log = lane.engine().certificate_log("shop.example.test", 30).await?.join("\n");
    anyhow::bail!("after {HOURS} hours still not: {what}\n{log}")
}

#[tokio::test(flavor = "multi_thread")]
async fn while_an_authority_is_away_another_one_with_an_account_issues_and_then_it_goes_home() -> Result<()> {
    let nginx = two_sites()?;
    let builder = || {
        let pebble = Pebble::builder().gentle().retry_after(0, 0).http_port(nginx.http_port());
        pebble.profile("default", "ninety days", 7_776_000)
    };
    let (home, away) = (builder().start()?, builder().start()?);
    let lane = Lane::start(home, nginx).await?;
    let engine = lane.engine();
    // Clients trust both alike, as far as anybody has said.
    let home = Authority { issuing_roots: IssuingRoots::Unknown, ..engine.authority("pebble").await? };
    engine.put_authority(home.clone(), "test").await?;
    let mut other = Authority {
        id: "other".into(),
        title: "Other".into(),
        directory: away.directory_url(),
        directory_tls_roots: Some(away.directory_roots_pem().to_owned()),
        ..home
    };
    engine.put_authority(other.clone(), "test").await?;
    let row = engine.create_certificate(lane.draft(&HOSTS), "test").await?;
    let id = row.certificate.id.to_string();
    let failures = async || -> Result<u32> { Ok(lane.row(&id).await?.certificate.standing.failures) };

    // Nobody agreed to anything there: it is not asked, whatever fails.
    lane.pebble.stop();
    engine.request(&id, None, "test").await.map(drop).or_else(|_| anyhow::Ok(()))?;
    until(&lane, "four failures", async || Ok(failures().await? >= 4)).await?;
    ensure!(away.orders_opened() == 0, "it was asked without an account");

    // With an account, but by our count its limit is used up: it would only refuse.
    register(&lane, "other").await?;
    let used_up = RateLimit { scope: Scope::Domain, most: 1, seconds: 30 * 86_400, refill: Refill::Window };
    other.details.rate_limits = vec![used_up];
    engine.put_authority(other.clone(), "test").await?;
    let neighbour = certwright_engine::Draft {
        authority: Some("other".into()),
        ..lane.draft(&["www.shop.example.test"])
    };
    let neighbour = engine.create_certificate(neighbour, "test").await?.certificate.id.to_string();
    engine.request(&neighbour, None, "test").await?;
    ensure!(lane.settle().await?);
    ensure!(away.orders_opened() == 1, "the neighbour was not ordered");
    let before = failures().await?;
    until(&lane, "two more failures", async || Ok(failures().await? >= before + 2)).await?;
    ensure!(away.orders_opened() == 1, "it was asked although its limit is used up");

    // And without that limit it issues, and it is said why.
    other.details.rate_limits = Vec::new();
    engine.put_authority(other, "test").await?;
    until(&lane, "issued elsewhere", async || Ok(lane.row(&id).await?.version.is_some())).await?;
    let issued = lane.row(&id).await?.version.context("no version")?;
    ensure!(issued.authority.as_str() == "other", "{issued:?}");
    ensure!(lane.served(HOSTS[0])?.names.contains(&HOSTS[0].to_owned()));
    let log = engine.certificate_log(&id, 200).await?.join("\n");
    ensure!(log.contains("Ordered from Other, because Pebble could not issue it"), "{log}");

    // The next renewal is ordered at home again.
    lane.pebble.restart()?;
    let refreshed = Authority {
        directory_tls_roots: Some(lane.pebble.directory_roots_pem().to_owned()),
        ..engine.authority("pebble").await?
    };
    engine.put_authority(refreshed, "test").await?;
    let due = lane.row(&id).await?.certificate.standing.next_at.context("never due")?;
    lane.clock.advance_to(due);
    until(&lane, "renewed at home", async || {
        Ok(lane.row(&id).await?.version.is_some_and(|version| version.authority.as_str() == "pebble"))
    })
    .await
}
