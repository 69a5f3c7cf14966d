//! http-01 by our own listener on a free port, and the `files` target: modes, reload command, internationalized
//! names and addresses; cancelling and pausing.

use crate::service::{Service, write};
use anyhow::{Context, Result, ensure};
use certwright_tests::{Pebble, PebbleBuilder, wait_for};
use serde_json::Value;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(30);

fn start(pebble: PebbleBuilder) -> Result<(Pebble, Service)> {
    let pebble = pebble.start()?;
    let service = Service::start(&pebble)?;
    service.join(&pebble)?;
    Ok((pebble, service))
}

fn listens(pebble: &Pebble) -> bool {
    TcpStream::connect(("127.0.0.1", pebble.http_port())).is_ok()
}

/// Our listener is closed, nothing is owed: the port is closed with the last answer.
fn check_closed(pebble: &Pebble) -> Result<()> {
    ensure!(!listens(pebble), "the challenge port is still open");
    Ok(())
}

#[test]
fn names_and_addresses_go_to_files_through_our_own_listener() -> Result<()> {
    let (pebble, service) = start(Pebble::builder().validation_sleep(1))?;
    let folder = tempfile::Builder::new().prefix("certwright-files-").tempdir()?;
    let place = |name: &str| folder.path().join(name).display().to_string();
    // Runs after all files are written: what it saw is what a server would read.
    let reload = place("reload.sh");
    write(
        Path::new(&reload),
        "#!/bin/sh\nopenssl x509 -noout -pubkey -in \"$1/cert.pem\" >\"$1/reloaded.txt\"\n",
    )?;
    let reload = serde_json::to_string(&["/bin/sh", &reload, &folder.path().display().to_string()])?;
    let mut arguments: Vec<String> = ["cert", "create", "--name=files", "--ca=pebble", "--deploy=files"]
        .into_iter()
        .chain(["bücher.example.test", "files.example.test", "127.0.0.1"])
        .map(str::to_owned)
        .collect();
    for part in ["cert", "chain", "fullchain", "key"] {
        arguments.push(format!("--set=files.{part}={}", place(&format!("{part}.pem"))));
    }
    arguments.push(format!("--set=files.reload={reload}"));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let created = service.done(&arguments)?;
    ensure!(created["identifiers"][0] == "xn--bcher-kva.example.test", "{created:#}");
    ensure!(created["identifiers_shown"][0] == "bücher.example.test", "{created:#}");

    ensure!(service.done(&["cert", "test", "files"])?["passed"] == true);
    check_closed(&pebble)?;
    ensure!(pebble.orders_opened() == 0, "Test opened an order");
    service.done(&["cert", "request", "files", "--yes"])?;
    check_closed(&pebble)?;

    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).context(name.to_owned());
    let [certificate, chain, full, key] =
        ["cert.pem", "chain.pem", "fullchain.pem", "key.pem"].map(read).map(Result::unwrap);
    ensure!(full == format!("{certificate}{chain}"), "the full chain is not certificate and chain");
    ensure!(key.contains("PRIVATE KEY") && !full.contains("PRIVATE KEY"));
    for (name, mode) in [("key.pem", 0o600), ("cert.pem", 0o644), ("fullchain.pem", 0o644)] {
        let found = std::fs::metadata(folder.path().join(name))?.permissions().mode() & 0o7777;
        ensure!(found == mode, "{name} has mode {found:o}");
    }
    let key = openssl(folder.path(), &["pkey", "-pubout", "-in", "key.pem"])?;
    ensure!(read("reloaded.txt")? == key, "the command ran before the files fitted, or not at all");
    let text = openssl(folder.path(), &["x509", "-noout", "-ext", "subjectAltName", "-in", "cert.pem"])?;
    for name in ["DNS:xn--bcher-kva.example.test", "DNS:files.example.test", "IP Address:127.0.0.1"] {
        ensure!(text.contains(name), "{name} is not in {text}");
    }
    ensure!(text.matches("DNS:").count() + text.matches("IP Address:").count() == 3, "{text}");
    Ok(())
}

fn openssl(folder: &Path, arguments: &[&str]) -> Result<String> {
    let output = std::process::Command::new("openssl").args(arguments).current_dir(folder).output()?;
    ensure!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

fn obtain_run<'a>(runs: &'a Value, id: &str) -> Result<&'a Value> {
    let runs = runs["items"].as_array().context("no runs")?;
    runs.iter().find(|run| run["id"] == id).context("the run is not listed")
}

#[test]
fn cancelled_while_the_authority_looks_it_leaves_nothing() -> Result<()> {
    let (pebble, service) = start(Pebble::builder().authorization_reuse(0).validation_sleep(15))?;
    service.done(&["cert", "create", "a.example.test", "--name=a", "--ca=pebble", "--deploy=none"])?;
    let run = service.done(&["cert", "request", "a", "--yes", "--no-wait"])?;
    let id = run["id"].as_str().context("a run without an id")?.to_owned();
    wait_for("our listener", LIMIT, || Ok(listens(&pebble).then_some(())))?;
    service.done(&["run", "cancel", &id])?;
    wait_for("the clean-up", LIMIT, || Ok((!listens(&pebble)).then_some(())))?;
    wait_for("the end of the run", LIMIT, || {
        let runs = service.done(&["run", "list", "--cert=a"])?;
        Ok((obtain_run(&runs, &id)?["state"] == "cancelled").then_some(()))
    })?;
    let certificate = service.done(&["cert", "show", "a"])?;
    ensure!(certificate["version"].is_null() && certificate["live_run"].is_null(), "{certificate:#}");
    ensure!(certificate["failures"] == 0, "a cancel is no failure: {certificate:#}");
    ensure!(pebble.issued_serials().is_empty());

    // Asked again it is done, whatever became of the first order at the authority.
    let certificate = service.done(&["cert", "request", "a", "--yes"])?;
    ensure!(certificate["health_reason"] == "issued", "{certificate:#}");
    ensure!(pebble.issued_serials().len() == 1);
    check_closed(&pebble)
}

#[test]
fn a_paused_certificate_is_never_ordered() -> Result<()> {
    let (pebble, service) = start(Pebble::builder().gentle())?;
    let create = ["cert", "create", "a.example.test", "--name=a", "--ca=pebble", "--deploy=none"];
    let created = service.done(&[&create[..], &["--paused"]].concat())?;
    ensure!(created["next_at"].is_null() && created["health"] == "paused", "{created:#}");
    let refused = service.expect(2, &["cert", "request", "a", "--yes"])?;
    ensure!(refused["type"] == "/problems/paused", "{refused:#}");
    ensure!(refused.to_string().contains("certwright cert edit a --resume"), "{refused:#}");
    ensure!(pebble.orders_opened() == 0, "an order was opened");
    service.done(&["cert", "edit", "a", "--resume"])?;
    service.done(&["cert", "request", "a", "--yes"])?;
    ensure!(pebble.orders_opened() == 1);
    check_closed(&pebble)
}
