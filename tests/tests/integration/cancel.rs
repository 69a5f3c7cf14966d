//! Cancel is safe at every step: whatever was going on, no answer is left behind, nothing issued is lost, and the
//! configuration is either untouched or completely deployed.

use crate::crash::{HOSTS, LANES, lane, normalized, performance};
use crate::lane::{Files, Lane};
use anyhow::{Context, Result, ensure};
use certwright_core::run::RunState;
use certwright_engine::failpoint;
use std::sync::{Arc, Mutex};

/// Stops at one place, cancels whatever is going on, and lets it come to its end.
async fn cancelled(lane: &mut Lane, original: &Files, deployed: &Files, stop: usize) -> Result<RunState> {
    let row = lane.engine().create_certificate(lane.draft(&HOSTS), "test").await?;
    let (id, name) = (row.certificate.id.clone(), row.certificate.settings.name.clone());
    failpoint::watch(id.as_str(), vec![stop]);
    lane.engine().request(id.as_str(), None, "test").await?;
    ensure!(!lane.settle().await?, "nothing stopped");
    lane.open().await?;
    let live = lane.engine().store().live_runs(&id).await?;
    for run in &live {
        lane.engine().cancel(run.id.as_str(), "test").await?;
    }
    ensure!(lane.settle().await?, "stopped twice");
    lane.check_nothing_left().await?;
    lane.check_nothing_lost().await?;
    for host in &HOSTS[..2] {
        lane.served(host).context("nothing is served any more")?;
    }
    let own = |files: &Files| -> Files {
        files.iter().map(|(path, text)| (path.clone(), text.replace(id.as_str(), "CERT"))).collect()
    };
    let end = normalized(&own(&lane.configuration()?), lane);
    ensure!(
        end == normalized(original, lane) || end == *deployed,
        "the configuration is neither untouched nor deployed: {end:#?}"
    );
    let state = match live.first() {
        Some(run) => lane.engine().run(run.id.as_str()).await?.state,
        None => RunState::Done,
    };
    lane.reset(&name, original).await?;
    Ok(state)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cancelled_anywhere_nothing_is_left_behind() -> Result<()> {
    let mut first = lane().await?;
    let original = first.configuration()?;
    let (places, deployed) = performance(&mut first, &original, &[]).await.context("without a stop")?;
    let deployed = normalized(&deployed, &first);
    // Before a step is begun nothing differs from the step before having been done.
    let stops: Vec<usize> =
        (0..places.len()).filter(|stop| !places[*stop].ends_with(":before-begun")).collect();
    let queue = Arc::new(Mutex::new(stops));
    let states = Arc::new(Mutex::new(Vec::new()));
    let mut lanes = vec![first];
    for _ in 1..LANES {
        lanes.push(lane().await?);
    }
    let mut tasks = tokio::task::JoinSet::new();
    for mut lane in lanes {
        let (queue, states, places, deployed) =
            (queue.clone(), states.clone(), places.clone(), deployed.clone());
        tasks.spawn(async move {
            let original = lane.configuration()?;
            loop {
                let Some(stop) = queue.lock().unwrap().pop() else { return Ok::<(), anyhow::Error>(()) };
                let state = cancelled(&mut lane, &original, &deployed, stop)
                    .await
                    .with_context(|| format!("cancelled at {stop} {}", places[stop]))?;
                states.lock().unwrap().push((stop, places[stop].clone(), state));
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let states = states.lock().unwrap();
    for (place, expected) in [
        ("open-order:begun", RunState::Cancelled),
        ("finalize:begun", RunState::Done),
        ("verify:begun", RunState::Cancelled),
    ] {
        let found = states.iter().find(|(_, name, _)| name == place).map(|(_, _, state)| *state);
        ensure!(found == Some(expected), "cancelled at {place} the run ended {found:?}");
    }
    Ok(())
}
