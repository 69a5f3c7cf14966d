//! Node and npm: whether they are there, the packages by the lock file, the build of the pages.

use crate::Result;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest Node that Vite 8 runs on.
const OLDEST: (u32, u32) = (20, 19);
/// Fetching packages over a network fails now and then.
const TRIES: u32 = 3;

/// Builds the pages into `dist`.
pub(super) fn build(web: &Path, dist: &Path) -> Result<PathBuf> {
    check_node()?;
    // An editor builds beside a terminal: one of them fetches packages, the other waits.
    let lock = File::options().create(true).truncate(false).write(true).open(web.join(".build.lock"))?;
    lock.lock()?;
    install(web)?;
    run(npm(web).args(["run", "--silent", "types"]))?;
    run(npm(web).args(["run", "--silent", "build", "--", "--outDir"]).arg(dist).arg("--emptyOutDir"))?;
    Ok(dist.to_owned())
}

fn check_node() -> Result<()> {
    let want = format!(
        "install Node.js {}.{} or newer (https://nodejs.org), with npm, and build again; or give a built folder by CERTWRIGHT_UI_DIST",
        OLDEST.0, OLDEST.1
    );
    let answer = Command::new("node").arg("--version").output();
    let Ok(answer) = answer else {
        return Err(format!("there is no Node.js here; {want}").into());
    };
    let text = String::from_utf8_lossy(&answer.stdout);
    let mut numbers = text.trim().trim_start_matches('v').split('.').map(|part| part.parse().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    match version >= OLDEST {
        true => Ok(()),
        false => Err(format!("Node.js is {} here; {want}", text.trim()).into()),
    }
}

/// The packages of the lock file, fetched again only when it has changed. Their install scripts are never run.
fn install(web: &Path) -> Result<()> {
    let mut hasher = DefaultHasher::new();
    fs::read(web.join("package-lock.json"))?.hash(&mut hasher);
    fs::read(web.join("package.json"))?.hash(&mut hasher);
    let wanted = format!("{:016x}", hasher.finish());
    let stamp = web.join("node_modules/.certwright-stamp");
    if fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    let mut tries = 1;
    while let Err(error) = run(npm(web).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])) {
        if tries == TRIES {
            return Err(error);
        }
        tries += 1;
    }
    fs::write(stamp, wanted)?;
    Ok(())
}

/// npm is a script on Windows, which only a shell finds.
fn npm(web: &Path) -> Command {
    let mut command = if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.args(["/C", "npm"]);
        command
    } else {
        Command::new("npm")
    };
    command.current_dir(web);
    command
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output().map_err(|error| format!("npm cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    let (out, err) = (words(&output.stdout), words(&output.stderr));
    Err(format!("{command:?} failed ({}): {err} {out}", output.status).into())
}
