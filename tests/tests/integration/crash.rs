//! The crash test: the engine is stopped before and after every write and act of the real plans, started again,
//! and the world must end the same: served with the stored key, nothing issued and lost, no answer left behind.

use crate::lane::{Files, Lane, two_sites};
use anyhow::{Context, Result, ensure};
use certwright_engine::failpoint;
use certwright_tests::Pebble;
use std::sync::{Arc, Mutex};

pub(crate) const HOSTS: [&str; 3] = ["shop.example.test", "www.shop.example.test", "blog.example.test"];

/// How many engines are stopped and started side by side.
pub(crate) const LANES: usize = 4;

pub(crate) async fn lane() -> Result<Lane> {
    let nginx = two_sites()?;
    // No reuse: every run shall show control, so that challenges are open when it is stopped.
    let pebble = Pebble::builder()
        .http_port(nginx.http_port())
        .gentle()
        .retry_after(0, 0)
        .profile("default", "ninety days", 7_776_000)
        .start()?;
    Lane::start(pebble, nginx).await
}

/// Runs one certificate with these stops; gives the places it passed and the configuration at the end.
pub(crate) async fn performance(
    lane: &mut Lane,
    original: &Files,
    stops: &[usize],
) -> Result<(Vec<String>, Files)> {
    let draft = lane.draft(&HOSTS);
    let row = lane.engine().create_certificate(draft, "test").await?;
    let (id, name) = (row.certificate.id.clone(), row.certificate.settings.name.clone());
    failpoint::watch(id.as_str(), stops.to_vec());
    lane.engine().request(id.as_str(), None, "test").await?;
    let mut restarts = 0;
    while !lane.settle().await? {
        restarts += 1;
        ensure!(restarts <= stops.len(), "stopped more often than asked");
        lane.open().await?;
    }
    lane.check_served(&name, &HOSTS).await?;
    let configuration = lane.configuration()?;
    let passed = failpoint::passed(id.as_str());
    lane.reset(&name, original).await?;
    let normal =
        configuration.into_iter().map(|(path, text)| (path, text.replace(id.as_str(), "CERT"))).collect();
    Ok((passed, normal))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fault_28_stopped_anywhere_it_ends_the_same() -> Result<()> {
    let mut first = lane().await?;
    let original = first.configuration()?;
    let (places, expected) = performance(&mut first, &original, &[]).await.context("without a stop")?;
    for kind in [
        "make-key",
        "open-order",
        "prepare-responder",
        "finalize",
        "publish",
        "act",
        "switch-version",
        "verify",
    ] {
        ensure!(places.iter().any(|place| place.starts_with(kind)), "the plan has no {kind}: {places:?}");
    }
    // All single stops, and pairs drawn by a fixed rule so that a failure can be repeated.
    let mut patterns: Vec<Vec<usize>> = (0..places.len()).map(|stop| vec![stop]).collect();
    patterns.extend((0..places.len()).step_by(5).map(|stop| vec![stop, stop + 1 + (stop * 7) % 11]));
    let total = patterns.len();
    let queue = Arc::new(Mutex::new(patterns));
    let mut lanes = vec![first];
    for _ in 1..LANES {
        lanes.push(lane().await?);
    }
    let expected = normalized(&expected, &lanes[0]);
    let mut tasks = tokio::task::JoinSet::new();
    for mut lane in lanes {
        let (queue, expected, places) = (Arc::clone(&queue), expected.clone(), places.clone());
        tasks.spawn(async move {
            let original = lane.configuration()?;
            loop {
                let Some(stops) = queue.lock().unwrap().pop() else { return Ok::<(), anyhow::Error>(()) };
                let names: Vec<_> = stops.iter().filter_map(|stop| places.get(*stop)).collect();
                let (_, end) = performance(&mut lane, &original, &stops)
                    .await
                    .with_context(|| format!("stopped at {stops:?} {names:?}"))?;
                ensure!(
                    normalized(&end, &lane) == expected,
                    "stopped at {stops:?} {names:?} the configuration ended as {end:#?}"
                );
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    assert!(total >= 60, "only {total} patterns: the failpoints are gone");
    Ok(())
}

/// The configuration without what differs from lane to lane.
pub(crate) fn normalized(files: &Files, lane: &Lane) -> Files {
    let replacements = [
        (lane.nginx.dir().display().to_string(), "NGINX"),
        (lane.data_path().display().to_string(), "DATA"),
        (lane.nginx.http_port().to_string(), "HTTP"),
        (lane.nginx.https_port().to_string(), "HTTPS"),
    ];
    files
        .iter()
        .map(|(path, text)| {
            let text = replacements.iter().fold(text.clone(), |text, (from, to)| text.replace(from, to));
            (path.clone(), text)
        })
        .collect()
}
