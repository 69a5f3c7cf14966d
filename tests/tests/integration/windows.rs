//! Maintenance windows and defaults (fault 40): what is ordered unattended is deployed when its window opens, a person
//! waits for none, and a window yields when life runs short.

use crate::lane::{Lane, two_sites};
use anyhow::{Context, Result, ensure};
use certwright_core::SignedDuration;
use certwright_core::defaults::Defaults;
use certwright_core::maintenance::{MaintenanceWindow, Opening, WindowChoice};
use certwright_core::renewal_policy::RenewalPolicy;
use certwright_engine::{Changes, Draft, EventFilter};
use certwright_tests::Pebble;

const HOST: &str = "shop.example.test";

async fn start(lifetime: u64) -> Result<Lane> {
    let nginx = two_sites()?;
    let pebble = Pebble::builder().http_port(nginx.http_port()).gentle();
    Lane::start(pebble.profile("default", "for a test", lifetime).start()?, nginx).await
}

/// A window in which is deployed for an hour, twelve hours from now, on one day of the week.
fn deploying_in_twelve_hours(lane: &Lane) -> Result<Defaults> {
    let opens = jiff::tz::TimeZone::UTC.to_datetime(lane.engine().now() + SignedDuration::from_hours(12));
    let day = format!("{:?}", opens.weekday()).to_lowercase();
    let window = MaintenanceWindow {
        name: "weekly".into(),
        time_zone: "UTC".into(),
        ordering: vec![],
        deploying: vec![Opening {
            days: vec![serde_json::from_value(serde_json::json!(&day[..3]))?],
            from: opens.time(),
            to: (opens + SignedDuration::from_hours(1)).time(),
        }],
    };
    Ok(Defaults { windows: vec![window], window: Some("weekly".into()), ..Defaults::default() })
}

async fn told(lane: &Lane, name: &str) -> Result<String> {
    let certificate = Some(lane.row(name).await?.certificate.id);
    let filter = EventFilter { certificate, ..EventFilter::default() };
    let events = lane.engine().store().events_after(0, &filter, 500).await?;
    Ok(events.into_iter().map(|event| event.event.message).collect::<Vec<_>>().join("\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_40_an_unattended_deployment_waits_for_its_window_and_a_person_does_not() -> Result<()> {
    let lane = start(7_776_000).await?;
    let engine = lane.engine();
    let (_, revision) = engine.defaults().await?;
    engine.put_defaults(revision, deploying_in_twelve_hours(&lane)?, "test").await?;
    let row = engine.create_certificate(lane.draft(&[HOST]), "test").await?;
    let name = row.certificate.settings.name;
    // Nobody asks: it is ordered an hour later, and not deployed.
    ensure!(lane.settle_within(SignedDuration::from_mins(90)).await?);
    let row = lane.row(&name).await?;
    ensure!(row.version.is_some() && row.deployments[0].deployed.is_none(), "{row:#?}");
    let before = lane.served(HOST)?.fingerprint_sha256;
    let words = told(&lane, &name).await?;
    ensure!(words.contains("not before its maintenance window weekly opens"), "{words}");
    let opens = row.deployments[0].next_at.context("no moment")?;
    ensure!(opens > engine.now() + SignedDuration::from_hours(8), "{opens}");
    ensure!(lane.served(HOST)?.fingerprint_sha256 == before);
    lane.clock.advance_to(opens);
    ensure!(lane.settle().await?);
    lane.check_served(&name, &[HOST]).await?;

    // A person does not wait.
    lane.clock.advance_to(engine.now() + SignedDuration::from_hours(30));
    engine.request(&name, None, "test").await?;
    ensure!(lane.settle().await?);
    lane.check_served(&name, &[HOST]).await?;

    // What the certificate keeps to cannot be taken away from under it.
    let revision = row.certificate.revision;
    let window = Some(Some(WindowChoice::Named("weekly".into())));
    engine.update_certificate(&name, revision, Changes { window, ..Changes::default() }, "test").await?;
    let (_, revision) = engine.defaults().await?;
    let refused = engine.put_defaults(revision, Defaults::default(), "test").await.unwrap_err();
    ensure!(refused.to_string().contains(HOST), "{refused}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_40_a_window_that_opens_too_late_yields() -> Result<()> {
    // Twelve hours of life: the window opens when all of it is over.
    let lane = start(43_200).await?;
    let engine = lane.engine();
    let row = engine.create_certificate(lane.draft(&[HOST]), "test").await?;
    let name = row.certificate.settings.name;
    engine.request(&name, None, "test").await?;
    ensure!(lane.settle().await?);
    let first = lane.row(&name).await?.version.context("no version")?;
    let (_, revision) = engine.defaults().await?;
    engine.put_defaults(revision, deploying_in_twelve_hours(&lane)?, "test").await?;
    let end = first.facts.as_ref().context("no facts")?.not_after;
    while lane.served(HOST)?.fingerprint_sha256.replace(':', "").to_lowercase()
        == first.facts.as_ref().context("no facts")?.fingerprint
    {
        let next = engine.store().next_moment().await?.context("nothing will happen")?;
        ensure!(next < end, "it expires while it waits for its window:\n{}", told(&lane, &name).await?);
        lane.clock.advance_to(next);
        engine.work_off().await.map_err(anyhow::Error::msg)?;
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    }
    let words = told(&lane, &name).await?;
    ensure!(words.contains("outside its maintenance window weekly"), "{words}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn defaults_hold_for_every_certificate_that_says_nothing_else() -> Result<()> {
    let lane = start(7_776_000).await?;
    let engine = lane.engine();
    lane.nginx.stop();
    let draft = |renewal| Draft { deployments: Some(vec![]), renewal, ..lane.draft(&[HOST]) };
    let own = Some(RenewalPolicy::Share { percent: 40 });
    let mut names = Vec::new();
    for (name, renewal) in [("default", None), ("own", own)] {
        let draft = Draft { name: Some(name.into()), ..draft(renewal) };
        engine.create_certificate(draft, "test").await?;
        engine.request(name, None, "test").await?;
        names.push(name);
    }
    ensure!(lane.settle().await?);
    let (defaults, revision) = engine.defaults().await?;
    ensure!(revision == 0 && defaults == Defaults::default());
    let fifth = Defaults { renewal: Some(RenewalPolicy::Share { percent: 50 }), ..defaults };
    let (_, revision) = engine.put_defaults(revision, fifth.clone(), "test").await?;
    ensure!(engine.put_defaults(0, fifth, "test").await.is_err(), "a lost update");
    engine.apply_defaults().await?;
    for (name, days) in [("default", 45), ("own", 36)] {
        let row = lane.row(name).await?;
        let facts = row.version.and_then(|version| version.facts).context("no facts")?;
        let next = row.certificate.standing.next_at.context("no moment")?;
        ensure!((next.duration_since(facts.not_before).as_hours() + 1) / 24 == days, "{name}: {next}");
    }
    engine.put_defaults(revision, Defaults::default(), "test").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_32_a_wait_that_began_while_the_clock_was_a_year_ahead_does_not_last_a_year() -> Result<()> {
    let lane = start(7_776_000).await?;
    let engine = lane.engine();
    lane.nginx.stop();
    let draft = Draft { deployments: Some(vec![]), ..lane.draft(&[HOST]) };
    engine.create_certificate(draft, "test").await?;
    lane.pebble.stop();
    let begin = engine.now();
    lane.clock.advance_to(begin + SignedDuration::from_hours(365 * 24));
    // Once while a run waits for its next try, once when it has failed.
    for over in [false, true] {
        if over {
            lane.clock.advance_to(begin + SignedDuration::from_hours(365 * 24));
            ensure!(lane.settle_within(SignedDuration::from_hours(3)).await?);
        } else {
            engine.work_off().await.map_err(anyhow::Error::msg)?;
        }
        let ahead = engine.store().next_moment().await?.context("nothing will happen")?;
        ensure!(ahead > begin + SignedDuration::from_hours(300 * 24), "{ahead}");
        lane.clock.put_back_to(begin);
        engine.decide_all(true).await?;
        let next = engine.store().next_moment().await?.context("nothing will happen")?;
        ensure!(next <= begin + SignedDuration::from_hours(2), "over {over}: not before {next}");
    }
    Ok(())
}
