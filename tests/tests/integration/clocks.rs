//! Clocks that are wrong (fault 32): found by what authorities say the time is, told as one incident, and no more than told.

use crate::lane::{Lane, two_sites};
use anyhow::{Context, Result, ensure};
use certwright_core::SignedDuration;
use certwright_core::incident::{CauseKind, Incident};
use certwright_engine::{Draft, Page};
use certwright_tests::{Deed, Mischief, Pebble, Reply, Resource, Rule};

const HOST: &str = "shop.example.test";
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Everything that says what the time is while a certificate is ordered.
const SPOKEN: [Resource; 9] = [
    Resource::Directory,
    Resource::NewNonce,
    Resource::NewOrder,
    Resource::Order,
    Resource::Authorization,
    Resource::Challenge,
    Resource::Finalize,
    Resource::Certificate,
    Resource::RenewalInformation,
];

async fn start() -> Result<(Lane, Mischief)> {
    let nginx = two_sites()?;
    let pebble = Pebble::builder().http_port(nginx.http_port()).gentle().retry_after(0, 0);
    let pebble = pebble.profile("default", "ninety days", 7_776_000).start()?;
    let way = Mischief::before(&pebble)?;
    let lane = Lane::start_at(pebble, nginx, way.directory_url()).await?;
    // Nothing is deployed here: our own listener answers on its port.
    lane.nginx.stop();
    Ok((lane, way))
}

/// Looks at the directory so often, then compares clocks.
async fn look(lane: &Lane, times: usize) -> Result<Vec<Incident>> {
    for _ in 0..times {
        lane.engine().probe_now("pebble").await?;
    }
    lane.engine().keep_up().await?;
    Ok(lane.engine().open_incidents())
}

fn one(incidents: Vec<Incident>) -> Result<Incident> {
    let [incident] = <[_; 1]>::try_from(incidents)
        .map_err(|incidents| anyhow::anyhow!("{} incidents: {incidents:#?}", incidents.len()))?;
    ensure!(incident.cause.kind == CauseKind::Clock, "{incident:?}");
    Ok(incident)
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_32_a_clock_that_differs_from_the_authoritys_is_one_incident_until_it_agrees() -> Result<()> {
    let (mut lane, _way) = start().await?;
    ensure!(look(&lane, 2).await?.is_empty(), "the clocks agree");
    let begin = lane.engine().now();
    lane.clock.advance_to(begin + SignedDuration::from_hours(3));
    ensure!(look(&lane, 1).await?.is_empty(), "told after one answer");
    let first = one(look(&lane, 1).await?)?;
    ensure!(first.words == "This machine's clock is 3 hours ahead of that of Pebble", "{}", first.words);
    ensure!(first.remedy.contains("timedatectl") && first.gathered.examples[0].name == "Pebble", "{first:?}");
    ensure!(lane.engine().incident_counts()["clock"] == 1);
    let again = one(look(&lane, 3).await?)?;
    ensure!(again == first, "it is told once, not at every answer: {again:?}");

    // Further off: the same incident says so.
    lane.clock.advance_to(begin + DAY * 4);
    let further = one(look(&lane, 0).await?)?;
    ensure!(further.id == first.id && further.words.contains("4 days ahead"), "{further:?}");

    // Another process goes on with it, and closes it when it knows that the clocks agree.
    lane.open().await?;
    ensure!(one(look(&lane, 0).await?)?.id == first.id);
    lane.clock.put_back_to(begin + SignedDuration::from_mins(1));
    ensure!(look(&lane, 1).await?.is_empty());
    let closed = lane.engine().incident(first.id.as_str()).await?;
    ensure!(closed.end.as_deref() == Some("it agrees with that of Pebble"), "{closed:?}");

    // Put back, nobody needs to be asked: no sleep explains that. Put right, neither.
    look(&lane, 1).await?;
    let right = lane.engine().now();
    lane.clock.put_back_to(right - DAY * 365);
    let back = one(look(&lane, 0).await?)?;
    ensure!(back.words == "This machine's clock is 365 days behind that of Pebble", "{}", back.words);
    lane.clock.advance_to(right);
    ensure!(look(&lane, 0).await?.is_empty());
    let all = lane.engine().incidents(None, Page::default()).await?;
    ensure!(all.total == 2, "{} incidents", all.total);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_32_a_clock_that_is_put_back_while_the_service_is_off_is_told_and_nothing_waits_for_a_year()
-> Result<()> {
    let (mut lane, _way) = start().await?;
    let begin = lane.engine().now();
    // Wrong from the beginning: all that is planned is planned a year too late.
    lane.clock.advance_to(begin + DAY * 365);
    let draft = Draft { deployments: Some(vec![]), ..lane.draft(&[HOST]) };
    let row = lane.engine().create_certificate(draft, "test").await?;
    let name = row.certificate.settings.name;
    lane.engine().request(&name, None, "test").await?;
    lane.settle().await?;
    lane.engine().keep_up().await?;
    lane.engine().prove_storage().await;
    let late = lane.engine().store().next_moment().await?.context("nothing will happen")?;
    ensure!(late > begin + DAY * 364, "{late}");
    ensure!(lane.engine().probes().await?.iter().all(|probe| probe.probed_at > begin + DAY * 364));

    lane.clock.put_back_to(begin);
    lane.open().await?;
    let told = one(lane.engine().open_incidents())?;
    ensure!(told.words.contains("was put back by 365 days while the service was off"), "{}", told.words);
    let next = lane.engine().store().next_moment().await?.context("nothing will happen")?;
    ensure!(next <= begin + DAY, "{next}");
    // The directory is looked at again, and by its answer the clock is right.
    ensure!(look(&lane, 0).await?.is_empty());
    ensure!(lane.engine().probes().await?.iter().all(|probe| probe.probed_at < begin + DAY));
    // Another start finds nothing.
    lane.open().await?;
    ensure!(lane.engine().open_incidents().is_empty());
    ensure!(!lane.engine().follow_the_clock().await?, "it is planned anew at every start");
    // What could not be had while the clock was wrong is had now.
    ensure!(lane.settle_within(SignedDuration::from_hours(2)).await?);
    let facts =
        lane.row(&name).await?.version.and_then(|version| version.facts).context("nothing was issued")?;
    let next = lane.row(&name).await?.certificate.standing.next_at.context("it is not renewed")?;
    ensure!(next < facts.not_after, "{next}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_32_what_an_authority_says_about_the_time_decides_nothing() -> Result<()> {
    let (lane, way) = start().await?;
    for (name, date, told) in [
        ("missing", None, false),
        ("empty", Some(""), false),
        ("garbage", Some("the day before yesterday"), false),
        ("beyond-time", Some("Fri, 31 Dec 99999 23:59:59 GMT"), false),
        ("the-end", Some("Wed, 29 Dec 9999 23:59:59 GMT"), true),
        ("the-beginning", Some("Thu, 01 Jan 1970 00:00:00 GMT"), true),
    ] {
        let lie = move |reply: &mut Reply| match date {
            Some(date) => reply.set("date", date),
            None => reply.fields.retain(|(name, _)| !name.eq_ignore_ascii_case("date")),
        };
        for resource in SPOKEN {
            way.add(Rule::always(resource, Deed::change(lie)));
        }
        let draft = Draft { name: Some(name.to_owned()), deployments: Some(vec![]), ..lane.draft(&[HOST]) };
        let row = lane.engine().create_certificate(draft, "test").await?;
        lane.engine().request(name, None, "test").await?;
        ensure!(lane.settle().await?, "{name}");
        let row = lane.row(row.certificate.id.as_str()).await?;
        let facts = row.version.and_then(|version| version.facts).context("nothing was issued")?;
        let next = row.certificate.standing.next_at.context("it is not renewed")?;
        ensure!(facts.not_before < next && next < facts.not_after, "{name}: {next}");
        lane.engine().keep_up().await?;
        let open = lane.engine().open_incidents();
        ensure!(open.is_empty() != told, "{name}: {open:?}");
        if told {
            one(open)?;
        }
        way.clear();
    }
    Ok(())
}
