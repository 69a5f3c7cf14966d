//! An authority that is switched off: its certificates say so, and are ordered elsewhere or wait for a person.

use crate::failover::{BACK_OFF, HOST, OUTAGE, Two};
use anyhow::{Context, Result, ensure};
use certwright_core::failure::FailureClass;
use certwright_core::health::{Health, HealthReason};
use certwright_engine::{Changes, EngineError};

async fn switch(two: &Two, id: &str, off: bool) -> Result<()> {
    let entry = two.lane.engine().authority_entry(id).await?;
    let mut authority = entry.authority;
    authority.details.disabled = off;
    two.lane.engine().update_authority(authority, entry.revision, "test").await?;
    Ok(())
}

async fn failover(two: &Two, on: bool) -> Result<()> {
    let (mut defaults, revision) = two.lane.engine().defaults().await?;
    defaults.failover = on;
    two.lane.engine().put_defaults(revision, defaults, "test").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_switched_off_takes_no_order_and_says_so() -> Result<()> {
    let two = Two::start().await?;
    let engine = two.lane.engine();
    two.lane.register("second").await?;
    two.ask().await?;
    ensure!(two.lane.settle_within(BACK_OFF).await?);
    ensure!(two.issuer().await?.as_deref() == Some("pebble"));

    switch(&two, "pebble", true).await?;
    let row = two.lane.row(HOST).await?;
    ensure!((row.graded.health, row.graded.reason) == (Health::Warning, HealthReason::AuthorityOff));
    let refused = two.lane.register("pebble").await;
    ensure!(refused.is_err_and(|error| error.to_string().contains("switched off")), "it takes no account");
    let refused = engine.create_certificate(two.lane.draft(&["wiki.example.test"]), "test").await;
    ensure!(matches!(refused, Err(EngineError::Refused(_))), "it takes no new certificate");
    let notes = Changes { notes: Some("moved soon".to_owned()), ..Changes::default() };
    engine.update_certificate(HOST, row.certificate.revision, notes, "test").await?;

    // Another one takes over at once, without anybody having failed three times.
    let asked = two.way.count(certwright_tests::Resource::NewOrder);
    engine.request(HOST, None, "test").await?;
    ensure!(two.lane.settle_within(BACK_OFF).await?);
    ensure!(two.issuer().await?.as_deref() == Some("second"), "{}", two.told().await?);
    let told = two.told().await?;
    ensure!(told.contains("because Pebble could not issue it: Pebble is switched off here"), "{told}");

    // Where nobody may take over, a person is told what to do.
    failover(&two, false).await?;
    let refused = engine.request(HOST, None, "test").await.err().context("it was asked for")?.to_string();
    ensure!(refused.contains("Pebble is switched off here"), "{refused}");
    two.next().await?;
    let row = two.lane.row(HOST).await?;
    let failure = row.certificate.standing.last_failure.clone().context("it did not fail")?;
    ensure!(failure.kind == "authority-off" && failure.class == FailureClass::NeedsPerson, "{failure:?}");
    ensure!(failure.remedy.contains("certwright ca edit pebble --enable"), "{}", failure.remedy);
    ensure!(failure.remedy.contains("certwright ca move pebble --to ID"), "{}", failure.remedy);
    ensure!(row.graded.health == Health::WaitingForPerson, "{:?}", row.graded);
    ensure!(two.way.count(certwright_tests::Resource::NewOrder) == asked, "it was asked all the same");

    switch(&two, "pebble", false).await?;
    engine.request(HOST, None, "test").await?;
    ensure!(two.lane.settle_within(BACK_OFF).await?);
    ensure!(two.issuer().await?.as_deref() == Some("pebble"), "{}", two.told().await?);
    ensure!(two.lane.row(HOST).await?.graded.health == Health::Healthy);
    two.lane.check_served(HOST, &[HOST]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_switched_off_takes_over_for_nobody() -> Result<()> {
    let two = Two::start().await?;
    two.lane.register("second").await?;
    switch(&two, "second", true).await?;
    two.break_down();
    two.ask().await?;
    ensure!(two.lane.settle_within(OUTAGE).await?);
    two.next().await?;
    let failures = two.lane.row(HOST).await?.certificate.standing.failures;
    ensure!(failures >= 3 && two.second.orders_opened() == 0, "{failures} failures: {}", two.told().await?);
    switch(&two, "second", false).await?;
    two.next().await?;
    ensure!(two.issuer().await?.as_deref() == Some("second"), "{}", two.told().await?);
    Ok(())
}
