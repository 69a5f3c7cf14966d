//! No secret leaves its place: a story at trace level with a canary in every kind of secret, and then a search of
//! database, logs, events, answers, arguments and environments for each of them in every writing.

use crate::canary::Canaries;
use crate::kept::{check_modes, search_files};
use crate::service::write;
use crate::vaults::{keys_of, random};
use crate::watching::{Watch, ask, follow};
use crate::world::World;
use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use certwright_tests::Pebble;
use std::collections::BTreeSet;

const HOSTS: [&str; 3] = ["shop.example.test", "www.shop.example.test", "blog.example.test"];
const TRACE: (&str, &str) = ("CERTWRIGHT_LOG", "trace");
const WRONG_TOKEN: &str = "f00dfacef00dfacef00dfacef00dface0123456789";

/// What a person brings along.
struct Brought {
    mac: Vec<u8>,
    wrong_mac: Vec<u8>,
    misplaced: Vec<u8>,
    /// Not even base64url.
    garbled: String,
}

#[test]
fn no_secret_leaves_its_place() -> Result<()> {
    let brought = Brought {
        mac: random()?,
        wrong_mac: random()?,
        misplaced: random()?,
        garbled: format!("!{}!", hex::encode(random()?)),
    };
    let pebble = Pebble::builder()
        .external_account("kid-1", &URL_SAFE_NO_PAD.encode(&brought.mac))
        .block_domain("blocked.example.test")
        .profile("default", "ninety days", 7_776_000);
    let mut world = World::start(pebble, &[TRACE])?;
    let watch = Watch::begin(world.service.process_id().context("no process")?);
    let token = std::fs::read_to_string(world.service.data().join("api-token"))?.trim().to_owned();
    let events = follow(world.service.port(), &token)?;

    register(&world, &brought, &token)?;
    issue(&world, &token)?;
    read_everything(&world, &token)?;
    check_modes(&world.service.data())?;
    world.service.stop()?;
    let mut seen = watch.end();
    let streamed = events.join().unwrap();
    let recovery = recover(&world)?;
    world.service.start(&[TRACE])?;
    let watch = Watch::begin(world.service.process_id().context("no process")?);
    world.service.command(&["status"])?;
    world.service.stop()?;
    seen.extend(watch.end());
    check_modes(&world.service.data())?;

    let mut canaries = Canaries::default();
    canaries.add("EAB key", &brought.mac);
    canaries.add("wrong EAB key", &brought.wrong_mac);
    canaries.add("misplaced EAB key", &brought.misplaced);
    canaries.add("garbled EAB key", brought.garbled.as_bytes());
    canaries.add("API token", token.as_bytes());
    canaries.add("API token", &hex::decode(&token)?);
    canaries.add("wrong API token", WRONG_TOKEN.as_bytes());
    for text in [recovery.clone(), recovery.replace('-', ""), recovery.to_lowercase()] {
        canaries.add("recovery key", text.as_bytes());
    }
    let keys = keys_of(&world.service.data())?;
    let kinds: BTreeSet<_> = keys.iter().map(|(what, _)| what.as_str()).collect();
    let count = |kind: &str| kinds.iter().filter(|what| what.starts_with(kind)).count();
    // Two versions on nginx, one with an RSA key, one that was never issued.
    ensure!(count("leaf key") == 4 && count("account key") == 1, "other keys are sealed: {kinds:?}");
    for (what, key) in &keys {
        canaries.add(what, key);
    }

    let mut leaks = search_files(&mut canaries, &world.service.data())?;
    let log = std::fs::read(world.service.log_path())?;
    ensure!(log.windows(5).any(|word| word == b"TRACE"), "the log is not at trace level");
    let said = world.service.said();
    ensure!(streamed.windows(9).any(|word| word == b"run-ended"), "no events were streamed");
    let children = seen.iter().filter(|bytes| bytes.windows(7).any(|word| word == b"-s\0relo")).count();
    ensure!(children > 0, "no child of the service was seen");
    println!(
        "{} answers, {} command lines and environments, {} B of log, {} B of streamed events",
        said.len(),
        seen.len(),
        log.len(),
        streamed.len()
    );
    let others = [("the service's log", log), ("the stream of events", streamed)].into_iter();
    let others = others.chain(said.into_iter().map(|text| ("an answer", text.into_bytes())));
    let others = others.chain(seen.into_iter().map(|bytes| ("a command line or environment", bytes)));
    for (place, bytes) in others {
        leaks.extend(
            canaries.find(&bytes).into_iter().map(|what| format!("{what}: in {place}: {}", around(&bytes))),
        );
    }
    println!("{}", canaries.report());
    ensure!(leaks.is_empty(), "secrets were found:\n{}", leaks.join("\n"));
    Ok(())
}

/// The beginning, for finding out which answer it was.
fn around(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned()
}

/// An account, after a number of vain tries; each with a key that must not be said again.
fn register(world: &World, brought: &Brought, token: &str) -> Result<()> {
    let text = |key: &[u8]| URL_SAFE_NO_PAD.encode(key);
    let terms = ask(world.service.port(), "GET", "/api/v1/authorities/pebble/terms", token, "")?;
    let (_, terms) = terms.split_once("\r\n\r\n").context("no body")?;
    let terms: serde_json::Value = serde_json::from_str(terms)?;
    ensure!(terms["terms_of_service"].is_string(), "there are no terms: {terms}");
    let create = ["account", "create", "--ca=pebble", "--agree-terms", "--eab-key-id=kid-1"];
    for wrong in [text(&brought.wrong_mac), brought.garbled.clone()] {
        let said = world.service.tell(&[&create[..], &["--eab-key-file=-"]].concat(), &wrong)?;
        ensure!(said.code != 0, "a wrong key was taken: {}", said.all());
        let external = serde_json::json!({ "key_id": "kid-1", "key": wrong });
        post(world, token, "/accounts", &draft(&terms, &external))?;
    }
    let misplaced = text(&brought.misplaced);
    for external in [
        serde_json::json!(misplaced),
        serde_json::json!({ "key_id": "kid-1", "key": [misplaced] }),
        serde_json::json!({ "key_id": "kid-1", "key": misplaced, "hmac": misplaced }),
        serde_json::json!({ "key_id": "kid-1", "hmac": misplaced }),
    ] {
        post(world, token, "/accounts", &draft(&terms, &external))?;
    }
    ensure!(world.service.json(&["account", "list"])?["items"].as_array().is_some_and(Vec::is_empty));
    let file = world.service.folder().join("eab.key");
    write(&file, &text(&brought.mac))?;
    world.service.command(&[&create[..], &[&format!("--eab-key-file={}", file.display())]].concat())?;
    Ok(())
}

fn draft(terms: &serde_json::Value, external: &serde_json::Value) -> String {
    let terms = &terms["terms_of_service"];
    serde_json::json!({ "authority": "pebble", "terms_agreed": terms, "external_account": external })
        .to_string()
}

/// A request that must be refused.
fn post(world: &World, token: &str, path: &str, body: &str) -> Result<()> {
    let answer = ask(world.service.port(), "POST", &format!("/api/v1{path}"), token, body)?;
    let refused = ["HTTP/1.1 4", "HTTP/1.1 5"].iter().any(|status| answer.starts_with(status));
    ensure!(refused, "{body} was taken: {answer}");
    world.service.remember(answer);
    Ok(())
}

/// Certificates with keys of both types: issued, deployed, renewed, exported, and one that fails.
fn issue(world: &World, token: &str) -> Result<()> {
    world.create("all", &HOSTS, world.nginx.https_port(), &[])?;
    for _ in 0..2 {
        world.service.command(&["cert", "request", "all", "--yes"])?;
        world.wait_until("all", "served")?;
    }
    let webroot = format!("--webroot={}", world.nginx.path("blog").display());
    let create = ["cert", "create", "--ca=pebble", "--deploy=none", &webroot];
    world.service.command(&[&create[..], &["--key=rsa-2048", "--name=rsa", HOSTS[2]]].concat())?;
    world.service.command(&["cert", "request", "rsa", "--yes"])?;
    world.service.command(&[&create[..], &["--name=blocked", "blocked.example.test"]].concat())?;
    let said = world.service.tell(&["cert", "request", "blocked", "--yes"], "")?;
    ensure!(said.code == 1, "a blocked name was no failure: {}", said.all());
    // The one answer that holds a secret is not searched, but the log of its making is.
    for name in ["all", "rsa"] {
        let exported = world.service.call(&["cert", "export", name, "--key"], "")?;
        ensure!(exported.out.contains("PRIVATE KEY"), "no key was exported: {}", exported.all());
        let path = format!("/api/v1/certificates/{name}/export");
        let exported = ask(world.service.port(), "POST", &path, token, r#"{"key":true}"#)?;
        ensure!(exported.contains("PRIVATE KEY"), "no key was exported: {exported}");
    }
    Ok(())
}

/// Everything that can be read, by both doors.
fn read_everything(world: &World, token: &str) -> Result<()> {
    for words in [
        "status",
        "events --after 0 --limit 200",
        "audit list",
        "run list",
        "account list",
        "ca list",
        "target list",
        "cert list",
        "cert show all",
        "cert versions all",
        "cert log all --lines 5000",
        "cert preview all",
        "cert log blocked --lines 5000",
        "cert export rsa",
    ] {
        let words: Vec<_> = words.split(' ').collect();
        world.service.command(&words)?;
        world.service.json(&words)?;
    }
    world.service.tell(&["cert", "test", "all"], "")?;
    for path in [
        "service",
        "certificates",
        "certificates/all",
        "certificates/all/versions",
        "certificates/all/log?lines=5000",
        "certificates/all/observations",
        "runs",
        "events/list?after=0&limit=200",
        "audit",
        "accounts",
        "authorities",
        "targets",
        "openapi.json",
    ] {
        let path = format!("/api/v1/{path}");
        let answer = ask(world.service.port(), "GET", &path, token, "")?;
        ensure!(answer.starts_with("HTTP/1.1 200"), "GET {path} answered {answer}");
        world.service.remember(answer);
        let refused = ask(world.service.port(), "GET", &path, WRONG_TOKEN, "")?;
        ensure!(refused.starts_with("HTTP/1.1 401"), "GET {path} answered {refused}");
        world.service.remember(refused);
    }
    Ok(())
}

/// Makes a recovery key, loses the data key, and makes it again; gives the recovery key.
fn recover(world: &World) -> Result<String> {
    let made = world.service.call(&["recovery", "new"], "")?;
    ensure!(made.code == 0, "no recovery key was made: {}", made.all());
    world.service.remember(made.err);
    let text = made.out.trim().to_owned();
    let key = world.service.data().join("data.key");
    let before = std::fs::read(&key)?;
    ensure!(world.service.tell(&["recovery", "restore"], &text)?.code == 1, "a data key was overwritten");
    std::fs::remove_file(&key)?;
    let mistyped = text.replacen('-', "", 1) + "7";
    ensure!(world.service.tell(&["recovery", "restore"], &mistyped)?.code == 1, "a mistyped key was taken");
    world.service.tell(&["recovery", "restore"], &text)?;
    ensure!(std::fs::read(&key)? == before, "another data key was made");
    Ok(text)
}
