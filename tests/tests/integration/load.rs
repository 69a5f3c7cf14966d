//! `kill -9` of the running service under load: whatever it was at, everything is obtained in the end, no key and
//! certificate are mixed up, and no more is ordered than the kills explain.

use crate::process::Process;
use crate::world::{add_pebble, items};
use anyhow::{Context, Result, ensure};
use certwright_tests::{Pebble, free_port, wait_for};
use std::time::Duration;

/// Certificates that are ordered at the same time.
const CERTIFICATES: usize = 60;
/// Runs performed at once.
const AT_ONCE: usize = 8;
/// How long the service lives each time: from the first newOrder to the middle of everything.
const LIVES: [u64; 8] = [1_500, 900, 2_100, 1_200, 1_800, 700, 2_400, 1_100];

#[test]
fn killed_again_and_again_under_load_everything_is_obtained_once() -> Result<()> {
    let port = free_port()?;
    let pebble = Pebble::builder().http_port(port).gentle().retry_after(1, 1).start()?;
    let configuration = tempfile::NamedTempFile::new()?;
    crate::service::write(configuration.path(), &format!("parallel-runs = {AT_ONCE}\n"))?;
    let mut service = Process::with(&[
        format!("--challenge-port={port}"),
        "--challenge-addresses=127.0.0.1".to_owned(),
        format!("--resolvers={}", pebble.names().address()),
        format!("--config={}", configuration.path().display()),
    ])?;
    service.start(&[])?;
    add_pebble(&service, &pebble)?;
    service.command(&[
        "account",
        "create",
        "--ca",
        "pebble",
        "--contact",
        "ada@example.test",
        "--agree-terms",
    ])?;
    for number in 0..CERTIFICATES {
        service.command(&[
            "cert",
            "create",
            &format!("n{number}.load.test"),
            "--ca",
            "pebble",
            "--deploy",
            "none",
        ])?;
    }
    let counts = |service: &Process| -> Result<(u64, u64)> {
        let status = service.json(&["status"])?;
        let count = |health: &str| status["counts"][health].as_u64().context("no count");
        Ok((count("healthy")?, count("none-yet")?))
    };
    service.command(&["renew", "--all", "--no-wait"])?;
    let mut seen = Vec::new();
    for life in LIVES {
        std::thread::sleep(Duration::from_millis(life));
        service.kill();
        service.start(&[])?;
        seen.push(counts(&service)?.0);
    }
    ensure!(
        seen.iter().any(|healthy| (1..CERTIFICATES as u64).contains(healthy)),
        "no kill was in the middle of it: {seen:?}; it is {}, {}",
        service.command(&["status"])?,
        service.command(&["cert", "show", "n1.load.test"])?
    );
    wait_for("everything to be obtained", Duration::from_secs(120), || {
        std::thread::sleep(Duration::from_millis(200));
        Ok((counts(&service)? == (CERTIFICATES as u64, 0)).then_some(()))
    })
    .with_context(|| {
        format!("killed at {seen:?}; it is {}", service.command(&["status"]).unwrap_or_default())
    })?;

    // What a kill may cost: the order of each run that was being performed, when its answer was lost.
    let orders = pebble.orders_opened();
    ensure!(orders <= CERTIFICATES + LIVES.len() * AT_ONCE, "{orders} orders");
    for number in 0..CERTIFICATES {
        let name = format!("n{number}.load.test");
        let versions = service.json(&["cert", "versions", &name])?;
        let published = items(&versions)?.iter().filter(|version| version["state"] == "published").count();
        ensure!(published == 1, "{name}: {versions:#}");
        let folder = service.folder().join(&name);
        service.command(&["cert", "export", &name, "--key", "--out", &folder.display().to_string()])?;
        let (certificate, key) = (folder.join("cert.pem"), folder.join("privkey.pem"));
        let public = |arguments: &[&str]| crate::process::openssl(arguments, "");
        ensure!(
            public(&["x509", "-in", &certificate.display().to_string(), "-noout", "-pubkey"])?
                == public(&["pkey", "-in", &key.display().to_string(), "-pubout"])?,
            "{name}: its key is another certificate's"
        );
    }
    service.stop()
}
