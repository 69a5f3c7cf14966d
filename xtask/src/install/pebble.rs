//! Pebble, unpacked (not installed) from Debian's newest suite: the stable ones carry it too old.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::mirror::{self, Mirror};
use crate::command::{command, output};
use crate::workspace;

/// Where the testbed looks for it (`tests/src/pebble/locate.rs`).
const FOLDER: &str = "target/testbed/pebble";

/// The first version with all the tests need (profiles, renewal information, every challenge type).
const NEEDED: (u32, u32) = (2, 10);

/// Newest first; a suite older than these has at most 2.6.
const SUITES: [&str; 2] = ["sid", "testing"];

pub(super) fn install() -> Result<()> {
    if std::env::var_os("CERTWRIGHT_PEBBLE_DIR").is_some() {
        println!("pebble: the one of CERTWRIGHT_PEBBLE_DIR");
        return Ok(());
    }
    let folder = workspace::root().join(FOLDER);
    if let Some(version) = unpacked_version(&folder) {
        println!("pebble: {version} is there");
        return Ok(());
    }
    let mirror = mirror::find(Path::new("/etc/apt"))?;
    let mut reasons = Vec::new();
    for suite in SUITES {
        match fetch(&mirror, suite, &folder) {
            Ok(version) => {
                println!("pebble: {version} unpacked from {suite}");
                return Ok(());
            }
            Err(error) => reasons.push(format!("{suite}: {error:#}")),
        }
    }
    bail!(
        "no Pebble of {}.{} or newer to be had. Unpack one yourself and set CERTWRIGHT_PEBBLE_DIR to the folder \
         of its programs.\n{}",
        NEEDED.0,
        NEEDED.1,
        reasons.join("\n")
    )
}

/// The version once unpacked here, if it is new enough and still starts.
fn unpacked_version(folder: &Path) -> Option<String> {
    let version = fs::read_to_string(folder.join("version")).ok()?.trim().to_owned();
    (is_new_enough(&version) && starts(folder)).then_some(version)
}

/// Built for this machine's C library, that is: its own idea of its version is "dev".
fn starts(folder: &Path) -> bool {
    let mut asked = Command::new(folder.join("usr/bin/pebble"));
    asked.arg("-version");
    output(asked).is_ok() && folder.join("usr/bin/pebble-challtestsrv").is_file()
}

fn fetch(mirror: &Mirror, suite: &str, folder: &Path) -> Result<String> {
    let parent = folder.parent().context("Pebble's folder has no parent")?;
    // Beside the goal, so that the last step is a rename.
    let work = parent.join(format!("fetching-{}", std::process::id()));
    let fetched = fetch_into(&work, mirror, suite, folder);
    fs::remove_dir_all(&work).context("removing the work folder")?;
    fetched
}

fn fetch_into(work: &Path, mirror: &Mirror, suite: &str, folder: &Path) -> Result<String> {
    let apt = Apt::new(mirror, suite, work)?;
    apt.run(&["update"]).context("fetching the package lists")?;
    apt.run(&["download", "pebble"]).context("fetching the package")?;
    let package = workspace::files(work, &[".deb"])?.pop().context("apt-get downloaded no package")?;
    let package = package.to_str().context("a path that is not UTF-8")?;
    let version = output(command(&["dpkg-deb", "--field", package, "Version"]))?.trim().to_owned();
    if !is_new_enough(&version) {
        bail!("Pebble is {version} there");
    }
    let unpacked = work.join("unpacked");
    output(command(&[
        "dpkg-deb",
        "--extract",
        package,
        unpacked.to_str().context("a path that is not UTF-8")?,
    ]))?;
    if !starts(&unpacked) {
        bail!("Pebble {version} does not start on this machine");
    }
    fs::write(unpacked.join("version"), &version).context("noting the version")?;
    if folder.exists() {
        fs::remove_dir_all(folder).context("removing the Pebble that was there")?;
    }
    fs::rename(&unpacked, folder).context("putting Pebble in its place")?;
    Ok(version)
}

/// apt with lists and a cache of its own: the machine's own are left alone, signatures are checked as ever.
struct Apt {
    folder: PathBuf,
    options: Vec<String>,
}

impl Apt {
    fn new(mirror: &Mirror, suite: &str, folder: &Path) -> Result<Self> {
        for needed in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(folder.join(needed)).context("making apt's folders")?;
        }
        let source = folder.join("source.list");
        let line = format!("deb [signed-by={}] {} {suite} main\n", mirror.keyring, mirror.address);
        fs::write(&source, line).context("writing apt's source")?;
        let options = vec![
            format!("Dir::Etc::sourcelist={}", source.display()),
            "Dir::Etc::sourceparts=-".to_owned(),
            format!("Dir::State::lists={}", folder.join("lists").display()),
            format!("Dir::Cache={}", folder.join("cache").display()),
            "APT::Sandbox::User=root".to_owned(),
            "Acquire::Languages=none".to_owned(),
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false".to_owned(),
            // apt-get calls a list that could not be fetched a warning.
            "APT::Update::Error-Mode=any".to_owned(),
        ];
        Ok(Self { folder: folder.to_owned(), options })
    }

    fn run(&self, arguments: &[&str]) -> Result<String> {
        let mut apt = command(&["apt-get", "--quiet", "--quiet"]);
        for option in &self.options {
            apt.args(["-o", option]);
        }
        apt.args(arguments).current_dir(&self.folder);
        output(apt)
    }
}

/// From `2.10.0+ds1-2`.
fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.split(['.', '+', '-', '~']).map(|part| part.parse::<u32>().unwrap_or_default());
    (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default()) >= NEEDED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for good in ["2.10.0+ds1-2", "2.10", "2.11.1-1", "3.0.0"] {
            assert!(is_new_enough(good), "{good}");
        }
        for old in ["2.6.0-1", "2.4.0+ds1-1+b4", "2.9.9", "", "dev"] {
            assert!(!is_new_enough(old), "{old}");
        }
    }
}
