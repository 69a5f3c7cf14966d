//! An authority whose directory is gone: noticed by a weekly look, told after days, and left by one command.

use crate::lane::{Lane, two_sites};
use anyhow::{Context, Result, ensure};
use certwright_core::SignedDuration;
use certwright_core::authority::{Authority, IssuingRoots};
use certwright_core::health::{Health, HealthReason};
use certwright_engine::EngineError;
use certwright_store::EventFilter;
use certwright_tests::{Deed, Mischief, Pebble, Reply, Resource, Rule};

const HOST: &str = "shop.example.test";

#[tokio::test(flavor = "multi_thread")]
async fn fault_47_an_authority_that_is_retired_is_told_and_its_certificates_are_moved() -> Result<()> {
    let nginx = two_sites()?;
    let builder = || {
        let pebble = Pebble::builder().gentle().retry_after(0, 0).http_port(nginx.http_port());
        pebble.profile("default", "ninety days", 7_776_000)
    };
    let (old, new) = (builder().start()?, builder().start()?);
    let way = Mischief::before(&old)?;
    let lane = Lane::start_at(old, nginx, way.directory_url()).await?;
    let engine = lane.engine();
    let other = Authority {
        id: "other".into(),
        title: "Other".into(),
        directory: new.directory_url(),
        directory_tls_roots: Some(new.directory_roots_pem().to_owned()),
        issuing_roots: IssuingRoots::Pem(new.issuing_root_pem()?),
        ..engine.authority("pebble").await?
    };
    engine.put_authority(other, "test").await?;
    let row = engine.create_certificate(lane.draft(&[HOST]), "test").await?;
    let id = row.certificate.id.to_string();
    engine.request(&id, None, "test").await?;
    ensure!(lane.settle().await?);
    let told = async || -> Result<Vec<String>> {
        let events = engine.store().events_after(0, &EventFilter::default(), 500).await?;
        let about = events.into_iter().filter(|event| event.event.message.contains("seems to be retired"));
        Ok(about.map(|event| event.event.message).collect())
    };
    let pass = async |hours: i64| {
        lane.clock.advance_to(engine.now() + SignedDuration::from_hours(hours));
        engine.keep_up().await
    };

    // It is well, and looked at once a week.
    engine.keep_up().await?;
    let first = engine.probes().await?.pop().context("never looked at")?;
    ensure!(first.authority.as_str() == "pebble" && first.answer.is_none(), "{first:?}");
    pass(24 * 6).await?;
    ensure!(engine.probes().await? == [first.clone()], "asked again too soon");

    // Its directory is gone. A day of that is no reason to wake anybody; three days are, once.
    way.add(Rule::always(Resource::Directory, Deed::Answer(Reply::page(404))));
    pass(25).await?;
    let bad = engine.probes().await?.pop().context("never looked at")?;
    ensure!(bad.bad_since.is_some() && bad.good_at == first.good_at && !bad.is_retired(), "{bad:?}");
    pass(24).await?;
    ensure!(told().await?.is_empty(), "told after a day");
    for _ in 0..4 {
        pass(24).await?;
    }
    let graded = lane.row(&id).await?.graded;
    ensure!(
        (graded.health, graded.reason) == (Health::Warning, HealthReason::AuthorityRetired),
        "{graded:?}"
    );
    let warned = engine.store().counts(engine.now()).await?.healths;
    ensure!(warned.contains(&(Health::Warning, 1)), "metrics and lists count it: {warned:?}");
    let words = told().await?;
    ensure!(words.len() == 1, "told {} times", words.len());
    ensure!(words[0].contains("404") && words[0].contains("register an account"), "{}", words[0]);

    // Without an account nothing can be moved; with one it can be looked at first, and then is done.
    let refused = engine.move_certificates("pebble", "other", false, "test").await;
    ensure!(matches!(&refused, Err(EngineError::Conflict { words, .. }) if words.contains("no account")));
    lane.register("other").await?;
    let name = row.certificate.settings.name;
    let planned = engine.move_certificates("pebble", "other", true, "test").await?;
    ensure!(planned.moved == [name.clone()] && planned.kept.is_empty(), "{planned:?}");
    ensure!(lane.row(&id).await?.certificate.settings.authority.as_str() == "pebble", "a preview changed it");
    let moved = engine.move_certificates("pebble", "other", false, "test").await?;
    ensure!(moved.moved == [name], "{moved:?}");
    let edited = lane.row(&id).await?;
    ensure!(edited.graded.health == Health::Healthy, "well again, by the move: {:?}", edited.graded);
    ensure!(edited.certificate.settings.authority.as_str() == "other");
    let why = edited.certificate.standing.next_why.context("no reason")?;
    ensure!(why.contains("authority, profile, key or lifetime was changed"), "{why}");
    lane.clock.advance_to(edited.certificate.standing.next_at.context("never due")?);
    ensure!(lane.settle().await?);
    let version = lane.row(&id).await?.version.context("no version")?;
    ensure!(version.authority.as_str() == "other", "{version:?}");
    ensure!(lane.served(HOST)?.names.contains(&HOST.to_owned()));
    Ok(())
}
