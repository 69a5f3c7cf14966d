//! A name that holds up the others of its certificate: found over the runs, told, offered for removal, never removed.

use super::scene::Scene;
use anyhow::{Context, Result, ensure};
use certwright_api::certificates::{Certificate, CertificateParts};
use certwright_core::SignedDuration;
use certwright_engine::{Changes, Clock as _};
use certwright_tests::Pebble;

const NAMES: [&str; 5] =
    ["a.example.test", "b.example.test", "bad.example.test", "c.example.test", "d.example.test"];
const BAD: &str = NAMES[2];
const BEFORE_BACK_OFF: SignedDuration = SignedDuration::from_secs(50);

async fn shown(scene: &Scene) -> Result<Certificate> {
    let row = scene.row(NAMES[0]).await?;
    Ok(Certificate::from(CertificateParts {
        certificate: &row.certificate,
        version: row.version.as_ref(),
        deployments: &row.deployments,
        live_run: row.live_run.as_ref(),
        graded: &row.graded,
        now: scene.clock.now(),
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_holds_up_the_others_is_found_over_the_runs_and_offered_for_removal() -> Result<()> {
    let mut scene = Scene::start(Pebble::builder().gentle()).await?;
    // Nobody answers for it there.
    scene.pebble.names().add_a(BAD, "127.0.0.2")?;
    scene.ask(&NAMES).await?;
    scene.settle(BEFORE_BACK_OFF).await?;
    let once = shown(&scene).await?;
    ensure!(once.failures == 1 && once.removal_offer.is_none(), "{once:?}");
    let first = scene.clock.now();

    // What was learnt outlives the process; the third refusal is ten minutes later.
    scene.reopen().await?;
    scene.settle(SignedDuration::from_mins(50)).await?;
    let blocked = shown(&scene).await?;
    ensure!(blocked.failures == 3, "{blocked:?}");
    let offer = blocked.removal_offer.context("nothing is offered")?;
    let [name] = &offer.names[..] else { anyhow::bail!("it blames {:?}", offer.names) };
    ensure!(name.identifier == BAD && name.times == 3 && name.kind == "connection", "{name:?}");
    ensure!(name.since <= first && !name.detail.is_empty(), "{name:?}");
    ensure!(offer.command == format!("certwright cert edit {} --remove-name {BAD}", NAMES[0]), "{offer:?}");
    let failure = blocked.last_failure.context("no failure")?;
    ensure!(failure.remedy.contains(&offer.command), "{}", failure.remedy);
    let log = scene.engine().certificate_log(NAMES[0], 100).await?.join("\n");
    ensure!(log.contains(&offer.command), "{log}");

    // Nothing was removed unasked, and nothing is by waiting.
    scene.settle(SignedDuration::from_hours(5)).await?;
    let waiting = shown(&scene).await?;
    ensure!(waiting.identifiers == NAMES && waiting.version.is_none(), "{:?}", waiting.identifiers);
    ensure!(waiting.removal_offer.is_some_and(|offer| offer.names[0].times > 3));

    // A person takes the offer.
    let changes = Changes { identifiers: Some(offer.identifiers), ..Changes::default() };
    scene.engine().update_certificate(NAMES[0], waiting.revision, changes, "test").await?;
    scene.request(NAMES[0]).await?;
    scene.settle(BEFORE_BACK_OFF).await?;
    scene.check_issued(NAMES[0], 0).await?;
    ensure!(shown(&scene).await?.removal_offer.is_none(), "still offered");
    Ok(())
}
