//! A leaf that is fine below a chain that is not: the authority gives another one meanwhile.

use crate::lane::{Lane, two_sites};
use anyhow::{Context, Result, ensure};
use certwright_core::SignedDuration;
use certwright_pki::certificate::chain_pem;
use certwright_pki::parse_chain;
use certwright_store::{NewAudit, NewChain};
use certwright_tests::Pebble;

#[tokio::test(flavor = "multi_thread")]
async fn fault_11_a_chain_that_is_no_longer_given_is_fetched_and_deployed_without_an_order() -> Result<()> {
    let nginx = two_sites()?;
    let pebble = Pebble::builder().http_port(nginx.http_port()).gentle().retry_after(0, 0);
    let pebble = pebble.profile("default", "ninety days", 7_776_000).chain_length(3);
    let lane = Lane::start(pebble.start()?, nginx).await?;
    let engine = lane.engine();
    let row = engine.create_certificate(lane.draft(&["shop.example.test"]), "test").await?;
    let id = row.certificate.id.to_string();
    engine.request(&id, None, "test").await?;
    ensure!(lane.settle().await?);
    let link = lane.data_path().join("certificates").join(&id).join("current/fullchain.pem");
    let whole = std::fs::read_to_string(&link)?;

    // What is stored and served lacks its last link, as if the authority had had another one then.
    let version = lane.row(&id).await?.version.context("no version")?;
    let mut short = parse_chain(&whole)?;
    ensure!(short.len() > 2, "{} certificates", short.len());
    short.pop();
    let short = chain_pem(&short);
    let audit = NewAudit {
        at: engine.now(),
        who: "test".to_owned(),
        action: "shorten".to_owned(),
        object: format!("version {}", version.id),
        before: None,
        after: None,
    };
    let new = NewChain {
        version: &version.id,
        before: &engine.store().version_chain(&version.id).await?.context("no chain")?,
        chain: &short,
        facts: version.facts.as_ref().context("no facts")?,
        trust: version.trust.as_ref().context("no verdict")?,
        now: engine.now(),
        events: &[],
        audit: &audit,
    };
    engine.store().replace_chain(&new).await?;
    ensure!(lane.settle().await?);
    ensure!(std::fs::read_to_string(&link)? == short, "the short chain is not served");

    // Six days are too soon to ask again; after eight it is noticed, and put right without an order.
    for (days, expected) in [(6, &short), (2, &whole)] {
        lane.clock.advance_to(engine.now() + SignedDuration::from_hours(days * 24));
        ensure!(lane.settle().await?);
        ensure!(std::fs::read_to_string(&link)? == *expected, "after {days} days more");
    }
    lane.check_served(&id, &["shop.example.test"]).await?;
    let log = engine.certificate_log(&id, 80).await?.join("\n");
    ensure!(log.contains("was fetched again and is another one"), "{log}");
    ensure!(lane.pebble.orders_opened() == 1, "{} orders", lane.pebble.orders_opened());
    let same = lane.row(&id).await?.version.context("no version")?;
    ensure!(same.id == version.id && same.facts == version.facts, "it is another certificate");
    Ok(())
}
