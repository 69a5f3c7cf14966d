//! nginx answers for several certificates through the same files: who waits for whom, and what was left over.

use crate::lane::{Lane, NESTED, NGINX};
use anyhow::{Context, Result, ensure};
use certwright_core::run::{Mark, Run, RunState};
use certwright_core::step::Step;
use certwright_store::RunWrite;
use certwright_tests::{Nginx, Pebble};
use std::path::Path;

/// A site that has no folder to show.
fn site(name: &str) -> String {
    format!(
        "server {{\n    listen 127.0.0.1:{{{{http}}}};\n    server_name {name}.example.test;\n    location / {{ return 200 '{name}'; }}\n}}\n"
    )
}

/// Sites in two files, and an authority that asks to be asked again half a minute later: so a run that has shown its
/// answers is parked, by the test's clock, until the test goes on.
async fn start(first: &[&str], second: &[&str]) -> Result<Lane> {
    let sites = |names: &[&str]| names.iter().map(|name| site(name)).collect::<String>();
    let nginx = Nginx::builder()
        .file("nginx.conf", NGINX)
        .file("conf.d/all.conf", NESTED)
        .file("sites/a.conf", &sites(first))
        .file("sites/b.conf", &sites(second))
        .start()?;
    let pebble = Pebble::builder().http_port(nginx.http_port()).gentle().retry_after(30, 0);
    let pebble = pebble.profile("default", "ninety days", 7_776_000).start()?;
    Lane::start(pebble, nginx).await
}

/// Creates a certificate of these sites and asks for it; gives its name and the id by which lines name it.
async fn ask(lane: &Lane, sites: &[&str]) -> Result<(String, String)> {
    let hosts: Vec<_> = sites.iter().map(|site| format!("{site}.example.test")).collect();
    let hosts: Vec<_> = hosts.iter().map(String::as_str).collect();
    let row = lane.engine().create_certificate(lane.draft(&hosts), "test").await?;
    let name = row.certificate.settings.name;
    lane.engine().request(&name, None, "test").await?;
    Ok((name, row.certificate.id.to_string()))
}

async fn work(lane: &Lane) -> Result<()> {
    ensure!(lane.engine().work_off().await.map_err(anyhow::Error::msg)?, "nothing stops it");
    Ok(())
}

async fn live(lane: &Lane, name: &str) -> Result<Run> {
    let id = lane.row(name).await?.certificate.id;
    lane.engine().store().live_run(&id).await?.with_context(|| format!("{name} has no run"))
}

/// What the run's preparation waits for.
fn waits_for(run: &Run) -> Option<&str> {
    run.plan.steps.iter().zip(&run.marks).find_map(|(step, mark)| match (step, mark) {
        (Step::PrepareResponder { .. }, Mark::Later { why, .. }) => Some(why.as_str()),
        _ => None,
    })
}

/// Plans list files in the order of their paths; here one lists them in the other order.
async fn turn_round(lane: &Lane, name: &str) -> Result<()> {
    let mut run = live(lane, name).await?;
    for step in &mut run.plan.steps {
        if let Step::PrepareResponder { preparation } | Step::RetireResponder { preparation } = step {
            ensure!(preparation.acts[..2].iter().all(|act| act.act["act"] == "edit"), "{preparation:?}");
            preparation.acts.swap(0, 1);
        }
    }
    let (store, now) = (lane.engine().store(), lane.engine().now());
    let fence =
        store.claim(&run.certificate, "test", now + certwright_core::SignedDuration::from_mins(1), now);
    let fence = fence.await?.context("somebody works on it")?;
    store.save_run(RunWrite { run: &run, fence, wake_at: None, events: &[] }).await?;
    Ok(store.release(&run.certificate, fence).await?)
}

/// Everything is served, and nobody has failed on the way.
async fn check_all(lane: &Lane, certificates: &[(&str, &[&str])]) -> Result<()> {
    for (name, sites) in certificates {
        let hosts: Vec<_> = sites.iter().map(|site| format!("{site}.example.test")).collect();
        lane.check_served(name, &hosts.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        let standing = lane.row(name).await?.certificate.standing;
        ensure!(standing.failures == 0, "{name}: {standing:?}");
        let runs = lane.engine().runs(Some(name), certwright_engine::Page::default()).await?.items;
        ensure!(runs.iter().all(|run| run.state == RunState::Done), "{runs:#?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_another_holding_a_file() -> Result<()> {
    let lane = start(&["one", "two"], &["three", "four", "five"]).await?;
    let before = lane.configuration()?;
    let (a, b) = (Path::new("sites/a.conf"), Path::new("sites/b.conf"));
    let (holder, id) = ask(&lane, &["five"]).await?;
    work(&lane).await?;
    let held = lane.configuration()?;
    ensure!(held[a] == before[a] && held[b].contains(&format!("(?#{id})")), "{held:#?}");

    // Both edit two files, one of them in the other order. The first one has edited a.conf when it meets the holder.
    let (forth, _) = ask(&lane, &["one", "three"]).await?;
    work(&lane).await?;
    let (back, _) = ask(&lane, &["two", "four"]).await?;
    turn_round(&lane, &back).await?;
    work(&lane).await?;
    for name in [&forth, &back] {
        let run = live(&lane, name).await?;
        let why = waits_for(&run).with_context(|| format!("{name} does not wait: {:?}", run.marks))?;
        ensure!(run.state == RunState::Waiting && why.contains(&format!("answering for {id} ")), "{why}");
    }
    ensure!(lane.configuration()? == held, "somebody waits holding something: {:#?}", lane.configuration()?);

    ensure!(lane.settle().await?);
    check_all(&lane, &[(&holder, &["five"]), (&forth, &["one", "three"]), (&back, &["two", "four"])]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_of_a_certificate_is_removed_by_whoever_meets_it() -> Result<()> {
    let lane = start(&["one"], &["two", "three"]).await?;
    let (first, id) = ask(&lane, &["two"]).await?;
    work(&lane).await?;
    let b = Path::new("sites/b.conf");
    // Somebody's formatter ran while it was ordered, and later somebody put that file back.
    let left = lane.configuration()?[b].replace("        default_type", "  default_type");
    ensure!(left.contains(&format!("(?#{id})")), "{left}");
    ensure!(lane.settle().await?);
    check_all(&lane, &[(&first, &["two"])]).await?;
    let deployed = lane.configuration()?[b].clone();
    let (before, _) = deployed.split_once("    server_name two").context("the site is there")?;
    let lines =
        left.split_once("server {\n").and_then(|(_, rest)| rest.split_once("    listen")).context("lines")?.0;
    let put_back = |text: &str| text.replacen("server {\n", &format!("server {{\n{lines}"), 1);
    ensure!(before.starts_with("server {\n") && lines.contains("acme-challenge"), "{deployed}\n{lines}");

    // Its run is over; then it is not even known any more.
    for (site, is_deleted) in [("one", false), ("three", true)] {
        if is_deleted {
            lane.delete(&first).await?;
        }
        lane.nginx.write("sites/b.conf", &put_back(&lane.configuration()?[b]))?;
        lane.nginx.reload()?;
        let sites = [site, "three"];
        let sites = if site == "three" { &sites[1..] } else { &sites };
        let (name, _) = ask(&lane, sites).await?;
        work(&lane).await?;
        let run = live(&lane, &name).await?;
        ensure!(waits_for(&run).is_none(), "it waits for nobody's lines: {:?}", run.marks);
        ensure!(!lane.configuration()?[b].contains(&format!("(?#{id})")), "{:#?}", lane.configuration()?);
        ensure!(lane.settle().await?);
        check_all(&lane, &[(&name, sites)]).await?;
        let log = lane.engine().certificate_log(&name, 400).await?.join("\n");
        ensure!(
            log.contains("what was left of answering http-01 for ") && log.contains("b.conf, line 2"),
            "{log}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_takes_back_what_its_own_earlier_run_has_left() -> Result<()> {
    let lane = start(&["one"], &["two"]).await?;
    let (name, id) = ask(&lane, &["one"]).await?;
    work(&lane).await?;
    let a = Path::new("sites/a.conf");
    let lines = lane.configuration()?[a].lines().skip(1).take(5).collect::<Vec<_>>().join("\n  ");
    ensure!(lines.contains(&id) && lines.ends_with('}'), "{lines}");
    ensure!(lane.settle().await?);
    let text = lane.configuration()?[a].replacen("server {\n", &format!("server {{\n  {lines}\n"), 1);
    lane.nginx.write("sites/a.conf", &text)?;
    lane.nginx.reload()?;
    lane.engine().request(&name, None, "test").await?;
    ensure!(lane.settle().await?);
    check_all(&lane, &[(&name, &["one"])]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_name_nobody_fail_the_order_with_their_place() -> Result<()> {
    let lane = start(&["one"], &["two"]).await?;
    let (a, before) = (Path::new("sites/a.conf"), lane.configuration()?);
    let (_, id) = ask(&lane, &["one"]).await?;
    work(&lane).await?;
    let named = lane.configuration()?[a].clone();
    ensure!(lane.settle().await?);
    let nameless: Vec<_> = named.lines().filter(|line| !line.contains("# certwright")).collect();
    let nameless = nameless.join("\n").replace(&format!("(?#{id})"), "") + "\n";
    ensure!(!nameless.contains(&id) && nameless.contains("acme-challenge"), "{nameless}");
    lane.nginx.write("sites/a.conf", &nameless)?;
    lane.nginx.reload()?;
    let (other, _) = ask(&lane, &["two", "one"]).await?;
    work(&lane).await?;
    let standing = lane.row(&other).await?.certificate.standing;
    let failure = standing.last_failure.context("the order has not failed")?;
    ensure!(failure.kind == "answer-left-over", "{failure}");
    for words in [&failure.answer, &failure.remedy] {
        ensure!(words.contains("sites/a.conf, line 2"), "{failure}");
    }
    ensure!(lane.configuration()?[a] == nameless, "what names nobody is left alone");
    ensure!(before[a].lines().count() + 4 == nameless.lines().count());
    Ok(())
}
