//! `certwright gui`: a link where the service runs, cause and remedy where it does not (F39).
#![expect(clippy::disallowed_methods, reason = "what is damaged here need not survive a power cut")]

use crate::process::Process;
use crate::service::Said;
use anyhow::{Context, Result, ensure};
use certwright_tests::{Ended, Launch, Running, certwright_binary, find_program, free_port, post, wait_for};
use rustix::fs::FlockOperation;
use serde_json::Value;
use std::fs::{self, File, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(30);
/// A user whom nothing belongs to: `nobody`.
const NOBODY: u32 = 65534;

/// What `certwright gui` says of a service that does not run.
fn absence(process: &Process) -> Result<Value> {
    let said = process.call(&["gui", "--json"], "")?;
    ensure!(said.code == 3 && said.out.is_empty(), "{}: {}", said.code, said.all());
    serde_json::from_str(&said.err).with_context(|| said.err.clone())
}

fn kinds(absence: &Value) -> Vec<&str> {
    let obstacles = absence["obstacles"].as_array().map(Vec::as_slice).unwrap_or_default();
    obstacles.iter().filter_map(|obstacle| obstacle["kind"].as_str()).collect()
}

/// The one obstacle that there is.
fn obstacle(absence: &Value, kind: &str) -> Result<(String, String)> {
    ensure!(kinds(absence) == [kind], "{absence:#}");
    let text = |name: &str| absence["obstacles"][0][name].as_str().unwrap_or_default().to_owned();
    Ok((text("what"), text("remedy")))
}

#[test]
fn a_service_that_does_not_run_says_how_it_ended() -> Result<()> {
    let mut process = Process::with(&[])?;
    let usual = absence(&process)?;
    ensure!(usual["state"] == "never-started", "{usual:#}");
    process.start(&[])?;
    let link = process.json(&["gui", "--print"])?;
    ensure!(link["purpose"] == "set-up", "{link:#}");
    let id = process.process_id().context("it runs")?;
    process.stop()?;
    let stopped = absence(&process)?;
    ensure!(stopped["state"] == "stopped" && kinds(&stopped).is_empty(), "{stopped:#}");
    let remedy = stopped["remedy"].as_str().unwrap_or_default();
    ensure!(remedy.contains("systemctl start certwright"), "{remedy}");

    process.start(&[])?;
    let running = process.process_id().context("it runs")?;
    ensure!(running != id);
    process.kill();
    let crashed = absence(&process)?;
    ensure!(crashed["state"] == "crashed", "{crashed:#}");
    let detail = crashed["detail"].as_str().unwrap_or_default();
    ensure!(detail.contains(&format!("as process {running}")), "{detail}");
    let words = process.call(&["gui"], "")?;
    ensure!(words.err.starts_with("error: The service does not run") && words.err.contains("What to do"));
    Ok(())
}

#[test]
fn a_port_that_is_held_is_named_with_who_holds_it() -> Result<()> {
    let mut process = Process::with(&[])?;
    process.start(&[])?;
    process.stop()?;
    let holder = TcpListener::bind(("127.0.0.1", process.port()))?;
    let held = absence(&process)?;
    let (what, remedy) = obstacle(&held, "port-held")?;
    let address = format!("127.0.0.1:{}", process.port());
    let pid = format!("(pid {})", std::process::id());
    ensure!(what.contains(&address) && what.contains(&pid), "{what}");
    ensure!(remedy.contains("--listen"), "{remedy}");
    // The service itself says the same and leaves it behind.
    let running = process.launch(&[])?.start()?;
    ensure!(matches!(running.wait_for_end(LIMIT)?, Ended::Code(1)), "{}", running.log_text());
    drop(holder);
    let failed = absence(&process)?;
    ensure!(failed["state"] == "failed" && kinds(&failed).is_empty(), "{failed:#}");
    let detail = failed["detail"].as_str().unwrap_or_default();
    ensure!(detail.contains(&address) && detail.contains(&pid), "{detail}");
    Ok(())
}

#[test]
fn a_damaged_a_locked_and_a_keyless_database_are_told_apart_and_left_alone() -> Result<()> {
    let mut process = Process::with(&[])?;
    process.start(&[])?;
    process.stop()?;
    let database = process.data().join("certwright.db");
    let sound = fs::read(&database)?;

    let lock = File::options().read(true).write(true).open(&database)?;
    rustix::fs::fcntl_lock(&lock, FlockOperation::NonBlockingLockExclusive)?;
    let (what, remedy) = obstacle(&absence(&process)?, "database-locked")?;
    ensure!(what.contains(&format!("(pid {})", std::process::id())), "{what}");
    ensure!(!remedy.is_empty());
    drop(lock);
    ensure!(kinds(&absence(&process)?).is_empty(), "the lock is gone");
    ensure!(fs::read(&database)? == sound, "the look changed the database");

    let key = process.data().join("data.key");
    let aside = process.data().join("data.key.aside");
    fs::rename(&key, &aside)?;
    let (what, remedy) = obstacle(&absence(&process)?, "data-key-missing")?;
    ensure!(what.contains("data.key") && remedy.contains("recovery restore"), "{what} {remedy}");
    fs::rename(&aside, &key)?;

    let mut damaged = sound.clone();
    damaged[100..4096].fill(0x5a);
    fs::write(&database, &damaged)?;
    let (what, remedy) = obstacle(&absence(&process)?, "database-damaged")?;
    ensure!(what.contains("damaged"), "{what}");
    ensure!(remedy.contains("certwright restore") && remedy.contains("backups"), "{remedy}");
    ensure!(fs::read(&database)? == damaged, "the look changed the database");
    fs::write(&database, sound)?;
    process.start(&[])?;
    process.stop()
}

#[test]
fn a_service_that_hangs_and_one_that_is_not_ones_own_are_told_apart() -> Result<()> {
    let mut process = Process::with(&[])?;
    process.start(&[])?;
    process.stop()?;
    let lock = File::open(process.data().join("lock"))?;
    rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
    let hangs = absence(&process)?;
    ensure!(hangs["state"] == "not-answering" && kinds(&hangs).is_empty(), "{hangs:#}");
    let detail = hangs["detail"].as_str().unwrap_or_default();
    ensure!(detail.contains(&format!("(pid {})", std::process::id())), "{detail}");
    drop(lock);
    if !rustix::process::getuid().is_root() {
        return Ok(());
    }
    fs::set_permissions(process.folder(), Permissions::from_mode(0o755))?;
    process.start(&[])?;
    let said = as_nobody(&process.data(), &["gui", "--json"])?;
    let refused: Value = serde_json::from_str(&said.err).with_context(|| said.all())?;
    ensure!(said.code == 3 && refused["state"] == "not-permitted", "{refused:#}");
    process.stop()
}

#[test]
fn a_data_folder_that_cannot_be_written_or_is_none_is_named() -> Result<()> {
    let folder = tempfile::tempdir()?;
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
    let data = folder.path().join("data");
    fs::create_dir(&data)?;
    let look = |arguments: &[&str]| -> Result<Value> {
        let said = match rustix::process::getuid().is_root() {
            true => as_nobody(&data, arguments)?,
            false => certwright(Command::new(certwright_binary()?), &data, arguments)?,
        };
        ensure!(said.code == 3, "{}", said.all());
        serde_json::from_str(&said.err).with_context(|| said.all())
    };
    if rustix::process::getuid().is_root() {
        chown(&data, Some(NOBODY), Some(NOBODY))?;
    }
    fs::set_permissions(&data, Permissions::from_mode(0o500))?;
    let (what, remedy) = obstacle(&look(&["gui", "--json"])?, "data-directory-not-writable")?;
    ensure!(what.contains(&data.display().to_string()) && what.contains("denied"), "{what}");
    ensure!(remedy.contains("chmod 700"), "{remedy}");
    fs::set_permissions(&data, Permissions::from_mode(0o755))?;
    let (_, remedy) = obstacle(&look(&["gui", "--json"])?, "data-directory-open")?;
    ensure!(remedy == format!("chmod 700 {}", data.display()), "{remedy}");
    fs::remove_dir(&data)?;
    fs::write(&data, "a file")?;
    obstacle(&look(&["gui", "--json"])?, "data-directory")?;
    Ok(())
}

#[test]
fn a_link_makes_the_first_administrator_and_no_log_knows_it() -> Result<()> {
    let mut process = Process::with(&[])?;
    process.start(&[("CERTWRIGHT_LOG", "trace")])?;
    let url = process.command(&["gui", "--print"])?;
    let code = url.trim().split_once("/welcome#code=").context("a link")?.1.to_owned();
    ensure!(url.starts_with(&format!("http://127.0.0.1:{}/", process.port())), "{url}");
    let password = "plain sailing in fog";
    let set_up = |name: &str| format!(r#"{{"code":"{code}","name":"{name}","password":"{password}"}}"#);
    let made = post(process.port(), "/api/v1/setup", &set_up("alice"))?;
    ensure!(made.status == 200, "{made:?}");
    let again = post(process.port(), "/api/v1/setup", &set_up("mallory"))?;
    ensure!(again.status == 409, "{again:?}");
    let wrong = r#"{"name":"alice","password":"another secret one"}"#;
    ensure!(post(process.port(), "/api/v1/session", wrong)?.status == 401);
    let link = process.json(&["gui"])?;
    ensure!(link["purpose"] == "sign-in" && link["user"] == "alice", "{link:#}");

    let added = process
        .tell(&["user", "add", "bob", "--role", "viewer", "--password-file", "-"], "seven red lanterns\n")?;
    ensure!(added.code == 0, "{}", added.all());
    process.command(&["user", "role", "bob", "operator"])?;
    ensure!(process.json(&["user", "show", "bob"])?["role"] == "operator");
    let last = process.tell(&["user", "remove", "alice", "--yes"], "")?;
    ensure!(last.code == 2 && last.err.contains("only administrator"), "{}", last.all());
    let sessions = process.json(&["session", "list"])?;
    ensure!(sessions["total"] == 1 && sessions["items"][0]["user"]["name"] == "alice", "{sessions:#}");
    let id = sessions["items"][0]["id"].as_str().context("an id")?.to_owned();
    process.command(&["session", "end", &id])?;
    ensure!(process.json(&["session", "list"])?["total"] == 0);
    process.command(&["user", "remove", "bob", "--yes"])?;

    let file = process.folder().join("deploy.token");
    let path = file.display().to_string();
    process.command(&[
        "token",
        "create",
        "deploy",
        "--role",
        "viewer",
        "--expires-in",
        "1h",
        "--out",
        &path,
    ])?;
    ensure!(fs::metadata(&file)?.permissions().mode() & 0o777 == 0o600);
    let address = format!("http://127.0.0.1:{}", process.port());
    let remote = ["--url", &address, "--token-file", &path];
    process.command(&[&["cert", "list"], &remote[..]].concat())?;
    let refused = process.tell(&[&["user", "list"], &remote[..]].concat(), "")?;
    ensure!(refused.code == 2 && refused.err.contains("administrator"), "{}", refused.all());
    process.command(&["token", "revoke", "deploy", "--yes"])?;
    let gone = process.tell(&[&["cert", "list"], &remote[..]].concat(), "")?;
    ensure!(gone.code == 2, "{}", gone.all());

    let log = fs::read_to_string(process.log_path())?;
    let token = fs::read_to_string(&file)?;
    for secret in [&code, password, "another secret one", "seven red lanterns", &token] {
        ensure!(!log.contains(secret), "the log knows {secret:?}");
    }
    process.stop()
}

#[test]
fn the_first_start_at_a_terminal_shows_the_link_and_later_ones_do_not() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (data, port) = (folder.path().join("data"), free_port()?);
    let service = format!(
        "{} serve --data-dir {} --listen 127.0.0.1:{port}",
        certwright_binary()?.display(),
        data.display()
    );
    // `script` gives it a terminal.
    let start = |log: &str| -> Result<Running> {
        let launch = Launch::new(find_program("script")?, folder.path().join(log));
        launch.arguments(["--quiet", "--flush", "--command", &service, "/dev/null"]).start()
    };
    let first = start("first.log")?;
    let code = wait_for("the link", LIMIT, || {
        first.expect_running()?;
        let text = first.log_text();
        let shown = text.split_once("/welcome#code=").and_then(|(_, rest)| rest.split_once('\r'));
        Ok(shown.map(|(code, _)| code.to_owned()))
    })?;
    ensure!(first.log_text().contains("Recovery key:"), "{}", first.log_text());
    let set_up = format!(r#"{{"code":"{code}","name":"alice","password":"plain sailing in fog"}}"#);
    ensure!(post(port, "/api/v1/setup", &set_up)?.status == 200);
    drop(first);
    let second = start("second.log")?;
    wait_for("the service to answer", LIMIT, || {
        second.expect_running()?;
        Ok(post(port, "/api/v1/session", r#"{"name":"alice","password":"plain sailing in fog"}"#).ok())
    })?;
    second.terminate(LIMIT)?;
    ensure!(!second.log_text().contains("/welcome"), "{}", second.log_text());
    Ok(())
}

/// The program as somebody whom the data directory does not belong to.
fn as_nobody(data: &Path, arguments: &[&str]) -> Result<Said> {
    let mut command = Command::new(find_program("setpriv")?);
    let id = NOBODY.to_string();
    command.args(["--reuid", &id, "--regid", &id, "--clear-groups"]).arg(certwright_binary()?);
    certwright(command, data, arguments)
}

fn certwright(mut command: Command, data: &Path, arguments: &[&str]) -> Result<Said> {
    command.args(arguments).env("CERTWRIGHT_DATA_DIR", data);
    command.env("CERTWRIGHT_LISTEN", format!("127.0.0.1:{}", free_port()?));
    for name in ["CERTWRIGHT_URL", "CERTWRIGHT_SOCKET", "CERTWRIGHT_TOKEN_FILE", "CERTWRIGHT_CONFIG"] {
        command.env_remove(name);
    }
    let output = command.output().with_context(|| format!("starting {command:?}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().context("certwright was ended by a signal")?;
    Ok(Said { code, out: text(&output.stdout), err: text(&output.stderr) })
}
