//! The service's own life: a backup that restores to renewals, a disk that takes nothing, a database that is damaged,
//! history that is pruned, a version that is served again.

use crate::lane::{Lane, two_sites};
use crate::process::openssl;
use crate::vaults::keys_of;
use crate::watching::ask;
use crate::world::World;
use anyhow::{Context, Result, ensure};
use certwright_core::SignedDuration;
use certwright_core::history::HistoryPolicy;
use certwright_engine::{Clock, Engine, Page};
use certwright_tests::{Ended, Pebble, wait_for};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

const HOSTS: [&str; 2] = ["shop.example.test", "www.shop.example.test"];

fn issued(pebble: certwright_tests::PebbleBuilder) -> Result<World> {
    let world = World::start(pebble, &[])?;
    world.register("pebble")?;
    world.obtain("shop", &HOSTS)?;
    Ok(world)
}

#[test]
fn fault_51_a_backup_holds_no_key_in_the_clear_and_restores_to_renewals() -> Result<()> {
    let mut world = issued(Pebble::builder())?;
    world.service.stop()?;
    let recovery = world.service.command(&["recovery", "new"])?.trim().to_owned();
    world.service.start(&[])?;
    let made = world.service.json(&["backup", "create"])?;
    let file = PathBuf::from(made["path"].as_str().context("no path")?);
    let name = made["name"].as_str().context("no name")?;
    let check = world.service.json(&["backup", "verify", name])?;
    ensure!(check["has_recovery"] == true && check["checksum_compared"] == true, "{check}");
    ensure!(check["certificates"] == 1, "{check}");
    let listed = world.service.json(&["backup", "list"])?;
    ensure!(listed["items"][0]["name"] == name, "{listed}");

    // A version that the backup does not know, and then the machine is lost but for the backup.
    world.service.command(&["cert", "request", "shop", "--yes"])?;
    let newer = world.wait_until("shop", "served")?;
    world.service.stop()?;
    let secrets = keys_of(&world.service.data())?;
    ensure!(secrets.len() >= 4, "{} secrets", secrets.len());
    let archive = std::fs::read(&file)?;
    for (what, secret) in &secrets {
        for (form, bytes) in [("raw", secret.clone()), ("hex", hex::encode(secret).into_bytes())] {
            let found = archive.windows(bytes.len()).any(|window| window == bytes);
            ensure!(!found, "{what} is in the backup ({form})");
        }
    }
    ensure!(!archive.windows(11).any(|window| window == b"PRIVATE KEY"), "a key in PEM is in the backup");
    let kept = world.service.folder().join("kept");
    std::fs::create_dir(&kept)?;
    let backup = kept.join(name);
    std::fs::copy(&file, &backup)?;
    std::fs::copy(format!("{}.sha256", file.display()), kept.join(format!("{name}.sha256")))?;
    let lost = world.service.folder().join("lost");
    std::fs::rename(world.service.data(), &lost)?;

    // Another key opens nothing, and nothing is made by trying.
    let backup = backup.display().to_string();
    let wrong = recovery.chars().rev().collect::<String>();
    ensure!(world.service.call(&["restore", &backup], &wrong)?.code == 1, "a wrong recovery key was taken");
    ensure!(!world.service.data().join("certwright.db").exists(), "a database was made without its key");
    let restored = world.service.call(&["--json", "restore", &backup], &recovery)?;
    ensure!(restored.code == 0, "{}", restored.all());
    let restored: Value = serde_json::from_str(&restored.out)?;
    ensure!(restored["certificates"] == 1 && restored["links_made"] == 1, "{restored}");
    ensure!(restored["checksum_compared"] == true, "{restored}");
    let again = world.service.call(&["restore", &backup], &recovery)?;
    ensure!(again.code == 1 && again.err.contains("--replace"), "{}", again.all());

    // The server finds its files again, with the version of the backup; and a renewal works.
    world.nginx.reload()?;
    world.service.start(&[])?;
    let old = world.show("shop")?;
    ensure!(old["version"]["id"] != newer["version"]["id"], "the backup knows what was issued after it");
    let certificate = old["id"].as_str().context("no id")?;
    let current = world.service.data().join("certificates").join(certificate).join("current");
    let key = openssl(&["pkey", "-pubout"], &std::fs::read_to_string(current.join("privkey.pem"))?)?;
    let leaf = std::fs::read_to_string(current.join("cert.pem"))?;
    ensure!(openssl(&["x509", "-noout", "-pubkey"], &leaf)? == key, "key and certificate do not match");
    world.service.command(&["cert", "request", "shop", "--yes"])?;
    let renewed = world.wait_until("shop", "served")?;
    ensure!(renewed["version"]["id"] != old["version"]["id"], "it was not renewed");
    for deployment in renewed["deployments"].as_array().context("no deployments")? {
        ensure!(deployment["deployed"] == renewed["version"]["id"], "{deployment}");
    }
    Ok(())
}

fn get(world: &World, path: &str, token: &str) -> Result<String> {
    ask(world.service.port(), "GET", path, token, "")
}

#[test]
fn fault_27_nothing_is_ordered_that_cannot_be_saved_and_it_says_so() -> Result<()> {
    let world = issued(Pebble::builder())?;
    let token = std::fs::read_to_string(world.service.data().join("metrics-token"))?.trim().to_owned();
    let orders = world.pebble.orders_opened();
    ensure!(get(&world, "/metrics", "")?.starts_with("HTTP/1.1 401"), "figures for everybody");
    let metrics = get(&world, "/metrics", &token)?;
    for line in [
        "certwright_storage_works 1",
        "certwright_certificates{health=\"healthy\"} 1",
        "certwright_orders_total{authority=\"pebble\"} 1",
        "certwright_runs_total{kind=\"deploy\",result=\"done\"} 1",
        "certwright_earliest_served_expiry_seconds 1",
    ] {
        ensure!(metrics.contains(line), "there is no {line} in\n{metrics}");
    }
    let path = "/api/v1/certificates";
    ensure!(get(&world, path, &token)?.starts_with("HTTP/1.1 401"), "the token of metrics opens more");

    let offered = world.service.json(&["doctor"])?;
    ensure!(finding(&offered, "backup")?["repair"] == "backup", "{offered:#}");
    for check in ["modes", "owners", "database", "clock"] {
        ensure!(finding(&offered, check)?["grade"] == "ok", "{offered:#}");
    }
    let repaired = world.service.json(&["doctor", "--fix", "--yes"])?;
    ensure!(finding(&repaired, "backup")?["grade"] == "ok", "{repaired:#}");

    // No file can grow: to root as well, and on every file system.
    world.service.limit_files("4096")?;
    let said = world.service.tell(&["cert", "request", "shop", "--yes"], "")?;
    ensure!(said.code != 0, "a request was taken: {}", said.all());
    wait_for("the service to say so", Duration::from_secs(90), || {
        std::thread::sleep(Duration::from_millis(250));
        Ok(get(&world, "/readyz", "")?.starts_with("HTTP/1.1 503").then_some(()))
    })?;
    ensure!(get(&world, "/healthz", "")?.starts_with("HTTP/1.1 200"), "it says that it does not live");
    ensure!(get(&world, "/metrics", &token)?.contains("certwright_storage_works 0"));
    let doctor = world.service.tell(&["doctor", "--json"], "")?;
    ensure!(doctor.code == 7, "{}", doctor.all());
    let doctor: Value = serde_json::from_str(&doctor.out)?;
    ensure!(finding(&doctor, "storage")?["grade"] == "error", "{doctor:#}");
    let status = world.service.command(&["status"])?;
    ensure!(status.contains("storage: "), "{status}");
    ensure!(world.pebble.orders_opened() == orders, "something was ordered");

    world.service.limit_files("unlimited")?;
    wait_for("the service to be ready again", Duration::from_secs(90), || {
        std::thread::sleep(Duration::from_millis(250));
        Ok(get(&world, "/readyz", "")?.starts_with("HTTP/1.1 200").then_some(()))
    })?;
    world.service.command(&["cert", "request", "shop", "--yes"])?;
    world.check_served("shop", &HOSTS, world.nginx.https_port())
}

fn finding<'a>(diagnosis: &'a Value, check: &str) -> Result<&'a Value> {
    let findings = diagnosis["findings"].as_array().context("no findings")?;
    findings
        .iter()
        .find(|finding| finding["check"] == check)
        .with_context(|| format!("no {check}: {diagnosis:#}"))
}

#[test]
fn fault_30_a_damaged_database_is_kept_aside_and_refused_until_it_is_restored() -> Result<()> {
    let mut world = issued(Pebble::builder())?;
    world.service.stop()?;
    let recovery = world.service.command(&["recovery", "new"])?.trim().to_owned();
    world.service.start(&[])?;
    let made = world.service.json(&["backup", "create"])?;
    let backup = made["path"].as_str().context("no path")?.to_owned();
    world.service.stop()?;
    let database = world.service.data().join("certwright.db");
    let whole = std::fs::read(&database)?;
    let (mut overwritten, mut cut_off) = (whole.clone(), whole);
    overwritten[..16].fill(0x55);
    cut_off.truncate(100);
    for (case, bytes) in [("another header", overwritten), ("cut off", cut_off)] {
        put(&database, &bytes)?;
        for _ in 0..2 {
            let running = world.service.launch(&[])?.start()?;
            let ended = running.wait_for_end(Duration::from_secs(30))?;
            ensure!(ended == Ended::Code(1), "{case}: {ended}");
            let log = running.log_text();
            ensure!(log.contains("certwright restore"), "{case}: it does not say what to do:\n{log}");
        }
        ensure!(std::fs::read(&database)? == bytes, "{case}: the database was changed");
        let quarantine = world.service.data().join("quarantine");
        let kept: Vec<_> = std::fs::read_dir(&quarantine)?.collect::<Result<_, _>>()?;
        ensure!(
            kept.iter().any(|file| std::fs::read(file.path()).is_ok_and(|kept| kept == bytes)),
            "{case}: no copy was kept aside"
        );
    }
    // Of a backup one bit is enough, wherever it is.
    let sound = std::fs::read(&backup)?;
    for at in (0..sound.len()).step_by(sound.len() / 16) {
        let mut bytes = sound.clone();
        bytes[at] ^= 4;
        put(Path::new(&backup), &bytes)?;
        let said = world.service.call(&["restore", &backup, "--replace"], &recovery)?;
        ensure!(said.code == 1 && said.err.contains("SHA-256"), "bit {at}: {}", said.all());
    }
    put(Path::new(&backup), &sound)?;
    let said = world.service.call(&["restore", &backup, "--replace"], &recovery)?;
    ensure!(said.code == 0 && said.out.contains("replaced-"), "{}", said.all());
    world.service.start(&[])?;
    world.check_served("shop", &HOSTS, world.nginx.https_port())
}

#[expect(clippy::disallowed_methods, reason = "damage need not survive a power cut")]
fn put(file: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(file, bytes).with_context(|| format!("writing {}", file.display()))
}

async fn versions(engine: &Engine, name: &str) -> Result<Vec<String>> {
    let listing = engine.versions(name, Page::default()).await?;
    Ok(listing.items.into_iter().map(|version| version.id.to_string()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_53_pruning_changes_nothing_but_history_and_a_roll_back_holds() -> Result<()> {
    let nginx = two_sites()?;
    let pebble = Pebble::builder().http_port(nginx.http_port()).gentle().retry_after(0, 0);
    let lane = Lane::start(pebble.profile("default", "ninety days", 7_776_000).start()?, nginx).await?;
    let engine = lane.engine();
    let row = engine.create_certificate(lane.draft(&HOSTS), "test").await?;
    let name = row.certificate.settings.name;
    for _ in 0..3 {
        engine.request(&name, None, "test").await?;
        ensure!(lane.settle().await?);
    }
    lane.check_served(&name, &HOSTS).await?;
    let orders = lane.pebble.orders_opened();
    let all = versions(engine, &name).await?;

    // Back to the version before; it stays so, and nothing is ordered.
    let rolled = engine.roll_back(&name, None, "test").await?;
    ensure!(rolled.version.as_ref().is_some_and(|version| version.id.as_str() == all[1]), "{rolled:#?}");
    ensure!(rolled.certificate.standing.next_why.as_ref().is_some_and(|why| why.contains("rolled back")));
    for _ in 0..3 {
        ensure!(lane.settle().await?);
        lane.clock.advance_to(lane.clock.now() + SignedDuration::from_hours(8));
    }
    ensure!(lane.settle().await?);
    let served = lane.row(&name).await?;
    ensure!(served.deployments.iter().all(|it| it.deployed.as_ref().is_some_and(|it| it.as_str() == all[1])));
    lane.check_served(&name, &HOSTS).await?;
    ensure!(lane.pebble.orders_opened() == orders, "the roll-back ordered something");

    // Everything but what is served is old enough to go.
    let policy = HistoryPolicy {
        versions_days: 0,
        versions_kept: 0,
        runs_days: 0,
        runs_kept: 1,
        events_days: 0,
        events_kept: 1,
    };
    let before = (lane.row(&name).await?, engine.store().next_moment().await?);
    lane.clock.advance_to(lane.clock.now() + SignedDuration::from_secs(1));
    ensure!(engine.prune_by(&policy).await.map_err(anyhow::Error::msg)? > 0, "nothing was pruned");
    ensure!(lane.settle().await?);
    ensure!((lane.row(&name).await?, engine.store().next_moment().await?) == before, "something changed");
    ensure!(versions(engine, &name).await? == all[1..2], "what is served went, or the rest stayed");
    let folder = lane.data_path().join("certificates").join(served.certificate.id.as_str());
    let mut left: Vec<String> = std::fs::read_dir(&folder)?
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    left.sort();
    ensure!(left == ["current".to_owned(), all[1].clone()], "{left:?}");
    for host in HOSTS {
        lane.served(host)?;
    }
    // And a renewal works, by hand and against the hold.
    engine.request(&name, None, "test").await?;
    ensure!(lane.settle().await?);
    ensure!(lane.row(&name).await?.version.is_some_and(|version| version.id.as_str() != all[1]));
    Ok(())
}
