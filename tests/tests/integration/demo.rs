//! The demo as a newcomer runs it: proven handshake, a renewal, a clean end, nothing left behind.

use anyhow::{Context, Result, ensure};
use certwright_tests::{Ended, Launch, Running, certwright_binary, post, wait_for};
use std::path::PathBuf;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

/// The demo with a folder of its own for temporary files.
fn start(arguments: &[&str], folder: &tempfile::TempDir) -> Result<Running> {
    let log = folder.path().join("demo.log");
    let temporary = folder.path().join("tmp");
    std::fs::create_dir_all(&temporary)?;
    Launch::new(certwright_binary()?, log)
        .arguments(["demo", "--color", "never"].iter().chain(arguments))
        .environment("TMPDIR", temporary)
        .start()
}

fn left_behind(folder: &tempfile::TempDir) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder.path().join("tmp"))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

#[test]
fn goes_through_an_issue_and_a_renewal_and_leaves_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let demo = start(&["--once"], &folder)?;
    let ended = demo.wait_for_end(Duration::from_secs(120))?;
    let text = demo.log_text();
    ensure!(matches!(ended, Ended::Code(0)), "{ended:?}\n{text}");
    for name in ["shop.localhost", "wiki.localhost", "mail.localhost"] {
        let proof = format!("✓ {name}: TLSv1_3, valid until");
        ensure!(text.contains(&proof), "no proof for {name}:\n{text}");
    }
    ensure!(text.contains("renewed and served at 3 names"), "{text}");
    ensure!(!text.contains('✗') && !text.contains('\x1b'), "{text}");
    let left = left_behind(&folder)?;
    ensure!(left.is_empty(), "left behind: {left:?}\n{text}");
    // One after the other, because every demo takes the usual port.
    control_c_ends_it_cleanly_at_any_moment()
}

/// The link that the demo shows opens the web interface as an administrator, without a certificate to be trusted first.
fn signs_in_by_the_link(text: &str) -> Result<()> {
    let link = text.lines().find_map(|line| line.trim().strip_prefix("http://127.0.0.1:"));
    let (port, code) = link.and_then(|link| link.split_once("/welcome#code=")).context("no link")?;
    let opened = post(port.parse()?, "/api/v1/session/link", &format!(r#"{{"code":"{code}"}}"#))?;
    ensure!(opened.status == 200 && opened.body.contains(r#""role":"administrator""#), "{opened:?}");
    Ok(())
}

fn control_c_ends_it_cleanly_at_any_moment() -> Result<()> {
    for moment in ["a built-in authority at", "Send the stored certificate request", "in a second terminal"] {
        let folder = tempfile::tempdir()?;
        let demo = start(&[], &folder)?;
        wait_for("the demo to come so far", LIMIT, || {
            demo.expect_running()?;
            Ok(demo.log_text().contains(moment).then_some(()))
        })?;
        if moment == "in a second terminal" {
            signs_in_by_the_link(&demo.log_text())?;
        }
        let process = i32::try_from(demo.process_id()).ok().and_then(rustix::process::Pid::from_raw);
        rustix::process::kill_process(process.context("no process")?, rustix::process::Signal::INT)?;
        let ended = demo.wait_for_end(LIMIT)?;
        let text = demo.log_text();
        ensure!(matches!(ended, Ended::Code(0)), "at {moment:?}: {ended:?}\n{text}");
        ensure!(text.contains("nothing is left behind"), "{text}");
        ensure!(left_behind(&folder)?.is_empty(), "at {moment:?} something is left behind\n{text}");
    }
    Ok(())
}
