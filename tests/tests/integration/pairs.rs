//! Fault 29: key and certificate are published together. Whoever reads them, at whatever moment, finds a pair.

use crate::lane::{Lane, two_sites};
use anyhow::{Context, Result, ensure};
use certwright_pki::{PrivateKey, facts, parse_chain};
use certwright_tests::Pebble;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const HOST: &str = "shop.example.test";

/// Reads what the link names, and gives the folder. A server that resolves the link once has both from there.
fn read(link: &Path) -> Result<PathBuf> {
    let folder = std::fs::read_link(link).with_context(|| format!("{} is not there", link.display()))?;
    let at = link.parent().context("the link is nowhere")?.join(&folder);
    let file = |name: &str| {
        let path = at.join(name);
        std::fs::read_to_string(&path).with_context(|| format!("{} is not whole", path.display()))
    };
    let key = PrivateKey::from_pem(&file("privkey.pem")?)?.spki_fingerprint();
    for name in ["cert.pem", "fullchain.pem"] {
        let chain = parse_chain(&file(name)?)?;
        let leaf = facts(chain.first().with_context(|| format!("{name} is empty"))?)?;
        ensure!(leaf.key_fingerprint == key, "{name} in {} is for another key", at.display());
    }
    Ok(folder)
}

/// Reads without a pause until it is told to end, and once more after that.
fn read_on(link: &Path, ending: &AtomicBool) -> Result<BTreeSet<PathBuf>> {
    let mut seen = BTreeSet::new();
    loop {
        let last = ending.load(Ordering::SeqCst);
        seen.insert(read(link)?);
        if last {
            return Ok(seen);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_29_whoever_reads_key_and_certificate_finds_a_pair_at_every_moment() -> Result<()> {
    let nginx = two_sites()?;
    let pebble = Pebble::builder().http_port(nginx.http_port()).gentle().retry_after(0, 0);
    let lane = Lane::start(pebble.start()?, nginx).await?;
    let id = lane.engine().create_certificate(lane.draft(&[HOST]), "test").await?.certificate.id;
    let renew = async || -> Result<()> {
        lane.engine().request(HOST, None, "test").await?;
        ensure!(lane.settle().await?);
        Ok(())
    };
    renew().await?;
    let link = lane.data_path().join("certificates").join(id.as_str()).join("current");
    let mut expected = BTreeSet::from([read(&link)?]);
    let ending = Arc::new(AtomicBool::new(false));
    let reader = std::thread::spawn({
        let (link, ending) = (link.clone(), Arc::clone(&ending));
        move || read_on(&link, &ending)
    });
    for _ in 0..4 {
        renew().await?;
        expected.insert(read(&link)?);
    }
    ending.store(true, Ordering::SeqCst);
    let seen = reader.join().map_err(|_| anyhow::anyhow!("the reader panicked"))??;
    ensure!(expected.len() == 5, "only {} versions were published", expected.len());
    ensure!(seen == expected, "it read {seen:?}, published were {expected:?}");
    lane.check_served(HOST, &[HOST]).await
}
