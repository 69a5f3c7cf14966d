//! Several things at once: certificates whose sites stand in one file, and edits while a run is going on.

use crate::lane::{Lane, NESTED, NGINX, two_sites};
use anyhow::{Context, Result, ensure};
use certwright_core::run::RunState;
use certwright_engine::Changes;
use certwright_tests::{Nginx, Pebble};
use std::time::Duration;

/// Three sites in one file, none of which has a folder that could be shown: nginx itself must answer.
const SITES: &str = "\
server { listen 127.0.0.1:{{http}}; server_name one.example.test; location / { return 200 'one'; } }
server {
    listen 127.0.0.1:{{http}};
    server_name two.example.test;
    location / { return 200 'two'; }
}
server {
    listen 127.0.0.1:{{http}};
    server_name three.example.test;
    location / { return 200 'three'; }
}
";

const NAMES: [&str; 3] = ["one.example.test", "two.example.test", "three.example.test"];

async fn start(nginx: Nginx) -> Result<Lane> {
    let pebble = Pebble::builder().http_port(nginx.http_port()).authorization_reuse(0);
    let pebble = pebble.profile("default", "ninety days", 7_776_000).start()?;
    Lane::start(pebble, nginx).await
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_of_one_account_in_one_file_are_ordered_and_deployed_by_the_plans_that_were_shown()
-> Result<()> {
    let nginx = Nginx::builder()
        .file("nginx.conf", NGINX)
        .file("conf.d/all.conf", NESTED)
        .file("sites/all.conf", SITES)
        .start()?;
    let lane = start(nginx).await?;
    let engine = lane.engine();
    let mut shown = Vec::new();
    for name in NAMES {
        let row = engine.create_certificate(lane.draft(&[name]), "test").await?;
        let preview = engine.preview(&row.certificate.settings.name).await?;
        shown.push((name, preview.fingerprint.clone().with_context(|| preview.text())?));
    }
    for (name, fingerprint) in &shown {
        engine.request(name, Some(fingerprint), "test").await?;
    }
    ensure!(lane.settle().await?);
    for name in NAMES {
        lane.check_served(name, &[name]).await?;
        let row = lane.row(name).await?;
        ensure!(row.certificate.standing.failures == 0, "{:?}", row.certificate.standing);
        let runs = engine.runs(Some(name), certwright_engine::Page::default()).await?.items;
        ensure!(runs.iter().all(|run| run.state == RunState::Done) && runs.len() == 2, "{runs:#?}");
    }
    ensure!(lane.pebble.orders_opened() == NAMES.len());
    Ok(())
}

/// The edit cancels the run; whoever asks right after it gets a run with the new names, not the dying one.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_after_an_edit_is_for_the_edited_certificate() -> Result<()> {
    let lane = start(two_sites()?).await?;
    let engine = lane.engine();
    let name = engine
        .create_certificate(lane.draft(&["shop.example.test"]), "test")
        .await?
        .certificate
        .settings
        .name;
    let first = engine.request(&name, None, "test").await?;
    let identifiers = Some(vec!["shop.example.test".to_owned(), "blog.example.test".to_owned()]);
    let revision = lane.row(&name).await?.certificate.revision;
    engine.update_certificate(&name, revision, Changes { identifiers, ..Changes::default() }, "test").await?;
    let (second, ended) = tokio::join!(engine.request(&name, None, "test"), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        engine.work_off().await
    });
    let (second, _) = (second?, ended.map_err(anyhow::Error::msg)?);
    ensure!(second.id != first.id, "the cancelled run was taken for an answer");
    ensure!(engine.run(first.id.as_str()).await?.state == RunState::Cancelled);
    ensure!(lane.settle().await?);
    lane.check_served(&name, &["shop.example.test", "blog.example.test"]).await
}
