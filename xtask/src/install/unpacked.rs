//! Programs unpacked (not installed) from Debian's newest suite, because the stable ones carry them too old or
//! because installing them would start a service.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::apt::Apt;
use super::mirror;
use crate::command::{command, output};
use crate::workspace;

/// Where the testbed looks for them (`tests/src/program.rs`): each in a folder of its package's name.
const FOLDER: &str = "target/testbed";

/// Newest first; a suite older than these has them all too old.
const SUITES: [&str; 2] = ["sid", "testing"];

/// A package to be unpacked.
pub(super) struct Unpacked {
    /// Debian's name of it.
    package: &'static str,
    /// The first version with all the tests need.
    needed: (u32, u32),
    /// Its programs, the first of which is tried with this argument: it may be built for another C library.
    programs: &'static [&'static str],
    probe: &'static str,
    /// Names a folder with programs of one's own.
    variable: &'static str,
}

/// The small test authority, with its name server: profiles, renewal information, every challenge type.
/// Its own idea of its version is "dev".
pub(super) const PEBBLE: Unpacked = Unpacked {
    package: "pebble",
    needed: (2, 10),
    programs: &["pebble", "pebble-challtestsrv"],
    probe: "-version",
    variable: "CERTWRIGHT_PEBBLE_DIR",
};

/// An authority that shares no code with the others: `acme_server` with the policies of names the tests set.
pub(super) const CADDY: Unpacked = Unpacked {
    package: "caddy",
    needed: (2, 11),
    programs: &["caddy"],
    probe: "version",
    variable: "CERTWRIGHT_CADDY_DIR",
};

/// Unpacks those that are not there.
pub(super) fn install(wanted: &[Unpacked]) -> Result<()> {
    let mut missing: Vec<&Unpacked> = wanted.iter().filter(|unpacked| !unpacked.is_there()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mirror = mirror::find(Path::new("/etc/apt"))?;
    let mut reasons = Vec::new();
    for suite in SUITES {
        // Beside the goal, so that the last step is a rename.
        let work = workspace::root().join(FOLDER).join(format!("fetching-{}", std::process::id()));
        match Apt::of(&mirror, suite, &work) {
            Ok(apt) => missing.retain(|unpacked| match unpacked.fetch(&apt, &work) {
                Ok(version) => {
                    println!("{}: {version} unpacked from {suite}", unpacked.package);
                    false
                }
                Err(error) => {
                    reasons.push(format!("{}, {suite}: {error:#}", unpacked.package));
                    true
                }
            }),
            Err(error) => reasons.push(format!("{suite}: {error:#}")),
        }
        fs::remove_dir_all(&work).context("removing the work folder")?;
        if missing.is_empty() {
            return Ok(());
        }
    }
    let remedies: Vec<_> = missing.iter().map(|unpacked| unpacked.remedy()).collect();
    bail!("{}\n{}", remedies.join("\n"), reasons.join("\n"))
}

impl Unpacked {
    fn remedy(&self) -> String {
        format!(
            "no {} of {}.{} or newer to be had. Unpack one yourself and set {} to the folder of its programs.",
            self.package, self.needed.0, self.needed.1, self.variable
        )
    }

    fn is_there(&self) -> bool {
        if std::env::var_os(self.variable).is_some() {
            println!("{}: the one of {}", self.package, self.variable);
            return true;
        }
        let version = self.unpacked_version();
        if let Some(version) = &version {
            println!("{}: {version} is there", self.package);
        }
        version.is_some()
    }

    fn folder(&self) -> PathBuf {
        workspace::root().join(FOLDER).join(self.package)
    }

    /// The version once unpacked here, if it is new enough and still starts.
    fn unpacked_version(&self) -> Option<String> {
        let version = fs::read_to_string(self.folder().join("version")).ok()?.trim().to_owned();
        (self.is_new_enough(&version) && self.starts(&self.folder())).then_some(version)
    }

    /// Built for this machine's C library, that is.
    fn starts(&self, folder: &Path) -> bool {
        let [first, others @ ..] = self.programs else { return false };
        let path = |program: &str| folder.join("usr/bin").join(program);
        let mut asked = Command::new(path(first));
        asked.arg(self.probe);
        output(asked).is_ok() && others.iter().all(|program| path(program).is_file())
    }

    fn fetch(&self, apt: &Apt, work: &Path) -> Result<String> {
        let package = apt.download(self.package)?;
        let package = package.to_str().context("a path that is not UTF-8")?;
        let version = output(command(&["dpkg-deb", "--field", package, "Version"]))?.trim().to_owned();
        if !self.is_new_enough(&version) {
            bail!("it is {version} there");
        }
        let unpacked = work.join("unpacked").join(self.package);
        fs::create_dir_all(&unpacked).context("making a folder to unpack into")?;
        let goal = unpacked.to_str().context("a path that is not UTF-8")?;
        output(command(&["dpkg-deb", "--extract", package, goal]))?;
        if !self.starts(&unpacked) {
            bail!("{version} does not start on this machine");
        }
        fs::write(unpacked.join("version"), &version).context("noting the version")?;
        let folder = self.folder();
        if folder.exists() {
            fs::remove_dir_all(&folder).context("removing the one that was there")?;
        }
        fs::rename(&unpacked, folder).context("putting it in its place")?;
        Ok(version)
    }

    /// From `2.10.0+ds1-2`.
    fn is_new_enough(&self, version: &str) -> bool {
        let mut numbers =
            version.split(['.', '+', '-', '~']).map(|part| part.parse::<u32>().unwrap_or_default());
        (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default()) >= self.needed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for good in ["2.10.0+ds1-2", "2.10", "2.11.1-1", "3.0.0"] {
            assert!(PEBBLE.is_new_enough(good), "{good}");
        }
        for old in ["2.6.0-1", "2.4.0+ds1-1+b4", "2.9.9", "", "dev"] {
            assert!(!PEBBLE.is_new_enough(old), "{old}");
        }
        assert!(CADDY.is_new_enough("2.11.4-1") && !CADDY.is_new_enough("2.6.2-12"));
    }
}
