//! Renewal information (ARI, RFC 9773) against Pebble, which answers whatever it was told to (faults 15 to 19).

use crate::lane::{Lane, open, settle_within, two_sites};
use anyhow::{Context, Result, ensure};
use certwright::configuration::Configuration;
use certwright_core::id::VersionId;
use certwright_core::incident::{CauseKind, Incident};
use certwright_core::renewal_information::SuggestedWindow;
use certwright_core::run::RunState;
use certwright_core::{SignedDuration, Timestamp};
use certwright_engine::{Changes, Draft, EventFilter, Page};
use certwright_tests::Pebble;

/// Pebble wants to be asked again after six hours.
const HOURS: SignedDuration = SignedDuration::from_hours(7);

/// Enough that it is no coincidence.
const MANY: usize = 22;
const STUCK: &str = "stuck.example.test";

async fn start() -> Result<Lane> {
    let nginx = two_sites()?;
    let pebble = Pebble::builder().http_port(nginx.http_port()).gentle();
    let lane = Lane::start(pebble.profile("default", "ninety days", 7_776_000).start()?, nginx).await?;
    // Nothing is deployed here: our own listener answers on its port.
    lane.nginx.stop();
    Ok(lane)
}

/// Lets so much time pass, working at every moment that comes.
async fn pass(lane: &Lane, time: SignedDuration) -> Result<()> {
    let end = lane.engine().now() + time;
    loop {
        ensure!(lane.engine().work_off().await.map_err(anyhow::Error::msg)?);
        match lane.engine().store().next_moment().await? {
            Some(moment) if moment <= end => {
                // What Pebble does in the meantime takes real time, however little.
                tokio::time::sleep(std::time::Duration::from_millis(60)).await;
                lane.clock.advance_to(moment);
            }
            _ => break,
        }
    }
    lane.clock.advance_to(end);
    Ok(())
}

/// Issues a certificate that is deployed nowhere, and asks about it.
async fn issue(lane: &Lane, name: &str) -> Result<String> {
    let draft = Draft { deployments: Some(vec![]), ..lane.draft(&[name]) };
    let row = lane.engine().create_certificate(draft, "test").await?;
    let name = row.certificate.settings.name;
    lane.engine().request(&name, None, "test").await?;
    ensure!(lane.settle().await?);
    version(lane, &name).await.with_context(|| format!("{name} was not issued"))?;
    Ok(name)
}

async fn version(lane: &Lane, name: &str) -> Result<VersionId> {
    Ok(lane.row(name).await?.version.context("no version")?.id)
}

async fn window(lane: &Lane, name: &str) -> Result<Option<SuggestedWindow>> {
    Ok(lane.row(name).await?.version.context("no version")?.renewal_information.window)
}

/// Lets Pebble answer `body` about the newest version.
async fn answer(lane: &Lane, name: &str, body: &str) -> Result<()> {
    let leaf = lane.engine().export(name, false, "test").await?.certificate;
    lane.pebble.set_renewal_information(&leaf, body)
}

/// How a scenario ended that needs each order's names validated anew.
enum Scenario {
    Done,
    /// Pebble reused an authorization that was valid, so the order succeeded.
    Spoilt,
}

/// Pebble reuses a valid authorization for one order in a hundred even when it is told to reuse none.
async fn until_validated_anew(scenario: impl AsyncFn() -> Result<Scenario>) -> Result<()> {
    for _ in 0..4 {
        if let Scenario::Done = scenario().await? {
            return Ok(());
        }
    }
    anyhow::bail!("Pebble reused an authorization in each of four tries")
}

async fn was_not_validated(lane: &Lane, name: &str) -> Result<bool> {
    Ok(told(lane, name).await?.contains("the authority has validated these names already"))
}

fn suggestion(start: Timestamp, end: Timestamp) -> String {
    serde_json::json!({
        "suggestedWindow": { "start": start.to_string(), "end": end.to_string() },
        "explanationURL": "https://ca.example/incident",
    })
    .to_string()
}

async fn told(lane: &Lane, name: &str) -> Result<String> {
    let certificate = Some(lane.row(name).await?.certificate.id);
    let filter = EventFilter { certificate, ..EventFilter::default() };
    let events = lane.engine().store().events_after(0, &filter, 500).await?;
    Ok(events.into_iter().map(|event| event.event.message).collect::<Vec<_>>().join("\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_15_a_window_moved_to_the_past_renews_everything_at_the_next_question() -> Result<()> {
    let lane = start().await?;
    let mut names = Vec::new();
    for name in ["one.example.test", "two.example.test", "three.example.test"] {
        names.push((issue(&lane, name).await?, VersionId::from("")));
    }
    let now = lane.engine().now();
    for (name, first) in &mut names {
        *first = version(&lane, name).await?;
        let usual = window(&lane, name).await?.context("Pebble suggested nothing")?;
        ensure!(usual.start <= usual.chosen && usual.chosen <= usual.end && usual.start > now, "{usual:?}");
        let next = lane.row(name).await?.certificate.standing.next_at;
        ensure!(next == Some(usual.chosen), "next {next:?}, drawn {usual:?}");
        answer(&lane, name, &suggestion(now - HOURS * 2, now - HOURS)).await?;
    }
    pass(&lane, HOURS).await?;
    for (name, first) in &names {
        ensure!(
            version(&lane, name).await? != *first,
            "{name} was not renewed:\n{}",
            told(&lane, name).await?
        );
        let told = told(&lane, name).await?;
        ensure!(told.contains("https://ca.example/incident"), "the explanation is not told:\n{told}");
        ensure!(told.contains("which replaces the newest version"), "{told}");
    }
    ensure!(lane.pebble.orders_opened() == 6, "{} orders", lane.pebble.orders_opened());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_15_what_an_authority_wants_renewed_is_one_incident_until_all_of_it_is_replaced() -> Result<()>
{
    until_validated_anew(one_incident).await
}

async fn one_incident() -> Result<Scenario> {
    let lane = start().await?;
    let engine = lane.engine();
    let mut names = Vec::new();
    names.push(issue(&lane, STUCK).await?);
    for number in 1..MANY {
        names.push(issue(&lane, &format!("n{number}.example.test")).await?);
    }
    let now = engine.now();
    let mut first = Vec::new();
    for name in &names {
        answer(&lane, name, &suggestion(now - HOURS * 2, now - HOURS)).await?;
        first.push(version(&lane, name).await?);
    }
    // One cannot be validated for now.
    lane.pebble.names().add_a(STUCK, "127.0.0.2")?;
    pass(&lane, HOURS).await?;
    if was_not_validated(&lane, STUCK).await? {
        return Ok(Scenario::Spoilt);
    }
    let replaced = async || -> Result<usize> {
        let mut replaced = 0;
        for (name, first) in names.iter().zip(&first) {
            replaced += usize::from(version(&lane, name).await? != *first);
        }
        Ok(replaced)
    };
    ensure!(replaced().await? == MANY - 1, "{} are replaced", replaced().await?);
    engine.keep_up().await?;
    let mass = async || -> Result<Vec<Incident>> {
        let all = engine.incidents(None, Page::default()).await?.items;
        Ok(all.into_iter().filter(|incident| incident.cause.kind == CauseKind::MassRenewal).collect())
    };
    let opened = mass().await?.pop().context("there is no incident")?;
    ensure!(opened.gathered.count == MANY as u64 && opened.resolved == MANY as u64 - 1, "{opened:?}");
    ensure!(opened.closed_at.is_none() && opened.words.contains("https://ca.example/incident"), "{opened:?}");
    // Nothing joins it for long, and one is still to be replaced.
    lane.clock.advance_to(engine.now() + HOURS);
    engine.keep_up().await?;
    ensure!(mass().await?[0].closed_at.is_none(), "closed too early");
    // When that one is replaced too, all of it is over.
    lane.pebble.names().clear_a(STUCK)?;
    engine.request(&names[0], None, "test").await?;
    ensure!(lane.settle().await?);
    ensure!(replaced().await? == MANY, "{} are replaced", replaced().await?);
    engine.keep_up().await?;
    let closed = mass().await?;
    ensure!(
        closed.len() == 1 && closed[0].closed_at.is_some() && closed[0].resolved == MANY as u64,
        "{closed:?}"
    );
    ensure!(closed[0].end.as_deref() == Some("22 of 22 are replaced"), "{closed:?}");
    Ok(Scenario::Done)
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_16_answers_without_sense_leave_the_age_rule_and_are_asked_for_again() -> Result<()> {
    let lane = start().await?;
    let name = issue(&lane, "one.example.test").await?;
    let first = version(&lane, &name).await?;
    let (begin, year) = (lane.engine().now(), "9999-01-01T00:00:00Z".parse::<Timestamp>()?);
    for body in [
        "malformed".to_owned(),
        "{}".to_owned(),
        suggestion(begin, begin - HOURS),
        suggestion(begin, begin),
        suggestion(year, year + HOURS),
        r#"{"suggestedWindow": {"start": "soon", "end": "later"}}"#.to_owned(),
    ] {
        answer(&lane, &name, &body).await?;
        let before = lane.row(&name).await?.version.and_then(|it| it.renewal_information.asked_at);
        pass(&lane, HOURS).await?;
        let row = lane.row(&name).await?;
        let known = row.version.context("no version")?.renewal_information;
        ensure!(known.asked_at > before, "{body}: not asked again");
        ensure!(known.problem.is_some() && known.stale, "{body}: {known:?}");
        ensure!(row.certificate.standing.next_at.is_some_and(|next| next > lane.engine().now()), "{body}");
    }
    ensure!(version(&lane, &name).await? == first, "an answer without sense renewed it");
    let now = lane.engine().now();
    answer(&lane, &name, &suggestion(now - HOURS, now - SignedDuration::from_hours(1))).await?;
    pass(&lane, HOURS).await?;
    ensure!(version(&lane, &name).await? != first, "a good answer after bad ones counts");
    Ok(())
}

/// Two copies of one data directory: each renews the same version, and the authority takes `replaces` once.
#[tokio::test(flavor = "multi_thread")]
async fn fault_17_replaced_already_or_issued_to_another_account_is_ordered_without() -> Result<()> {
    let lane = start().await?;
    let name = issue(&lane, "one.example.test").await?;
    let copy = tempfile::tempdir()?;
    let copied =
        std::process::Command::new("cp").arg("-a").arg(lane.data_path()).arg(copy.path()).status()?;
    ensure!(copied.success());
    let mut configuration = Configuration::of(copy.path().join("data"));
    configuration.challenge_port = lane.nginx.http_port();
    configuration.challenge_addresses = vec![[127, 0, 0, 1].into()];
    configuration.resolvers = vec![lane.pebble.names().address().parse()?];
    let twin = open(&configuration, &lane.clock).await?;
    twin.engine.request(&name, None, "test").await?;
    ensure!(settle_within(&twin.engine, &lane.clock, SignedDuration::from_mins(50)).await?);
    drop(twin);

    let run = lane.engine().request(&name, None, "test").await?;
    ensure!(lane.settle().await?);
    let told = told(&lane, &name).await?;
    ensure!(lane.engine().run(run.id.as_str()).await?.state == RunState::Done, "{told}");
    ensure!(told.contains("another order replaces the newest version already"), "{told}");

    // By another account nothing is replaced: the authority would refuse it.
    let contact = vec!["other@example.com".into()];
    let terms_agreed = lane.engine().terms("pebble").await?.terms_of_service;
    let other = certwright_engine::NewAccount {
        authority: "pebble".into(),
        contact,
        terms_agreed,
        external_account: None,
        key_type: certwright_core::account::AccountKeyType::ES256,
    };
    let other = lane.engine().create_account(other, "test").await?;
    let row = lane.row(&name).await?;
    let preview = lane.engine().preview(&name).await?.text();
    let replacing = "which replaces the newest version";
    let usual = row.version.context("no version")?.account;
    let changes = |account: &certwright_core::id::AccountId| Changes {
        account: Some(Some(account.clone())),
        ..Changes::default()
    };
    let revision = row.certificate.revision;
    let row = lane.engine().update_certificate(&name, revision, changes(&usual), "test").await?;
    ensure!(lane.engine().preview(&name).await?.text().contains(replacing), "{preview}");
    let revision = row.certificate.revision;
    lane.engine().update_certificate(&name, revision, changes(&other.id), "test").await?;
    let preview = lane.engine().preview(&name).await?.text();
    ensure!(!preview.contains(replacing), "{preview}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_18_a_window_in_the_past_and_a_renewal_that_fails_is_no_hot_loop() -> Result<()> {
    until_validated_anew(no_hot_loop).await
}

async fn no_hot_loop() -> Result<Scenario> {
    let lane = start().await?;
    let name = issue(&lane, "one.example.test").await?;
    let opened = lane.pebble.orders_opened();
    let begin = lane.engine().now();
    answer(&lane, &name, &suggestion(begin - HOURS, begin - SignedDuration::from_hours(1))).await?;
    // The name leads to nobody from now on: each order fails its validation.
    lane.pebble.names().add_a("one.example.test", "127.0.0.2")?;
    pass(&lane, SignedDuration::from_hours(48)).await?;
    if was_not_validated(&lane, &name).await? {
        return Ok(Scenario::Spoilt);
    }
    let standing = lane.row(&name).await?.certificate.standing;
    ensure!(standing.failures > 2, "{standing:?}\n{}", told(&lane, &name).await?);
    // 1 minute, 10, 100, then daily: six in two days, and one more for where the two days end.
    let tried = lane.pebble.orders_opened() - opened;
    ensure!(tried <= 7, "{tried} orders in two days");
    Ok(Scenario::Done)
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_19_the_drawn_moment_outlives_restarts_and_the_same_answer_again() -> Result<()> {
    let mut lane = start().await?;
    let name = issue(&lane, "one.example.test").await?;
    let drawn = window(&lane, &name).await?.context("nothing drawn")?;
    for _ in 0..5 {
        lane.open().await?;
        pass(&lane, HOURS).await?;
        ensure!(window(&lane, &name).await?.as_ref() == Some(&drawn), "another moment was drawn");
        ensure!(lane.row(&name).await?.certificate.standing.next_at == Some(drawn.chosen));
    }
    Ok(())
}
