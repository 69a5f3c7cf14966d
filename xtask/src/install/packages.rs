//! The distribution's own packages (Debian and its children).

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::command::{command, line, output, run};

/// A package, and a program of it by which a machine without dpkg is judged.
type Package = (&'static str, &'static str);

/// What the story of `cargo xtask try` starts.
pub(super) const SERVERS: &[Package] =
    &[("nginx", "nginx"), ("openssl", "openssl"), ("curl", "curl"), ("util-linux", "setpriv")];

/// The clients of others that the tests try with the built-in authority.
pub(super) const CLIENTS: &[Package] = &[("certbot", "certbot"), ("lego", "lego"), ("uacme", "uacme")];

/// What the browser tests look at the pages with.
pub(super) const BROWSER: &[Package] = &[("chromium", "chromium")];

pub(super) fn install(packages: &[Package]) -> Result<()> {
    let missing: Vec<&str> = packages
        .iter()
        .filter(|(package, program)| !is_there(package, program))
        .map(|(name, _)| *name)
        .collect();
    if missing.is_empty() {
        println!("packages: all there ({})", names(packages));
        return Ok(());
    }
    let install = apt_install(&missing);
    if output(command(&["id", "-u"]))?.trim() != "0" {
        bail!("missing: {}. As root: {}", missing.join(", "), line(&install));
    }
    println!("packages: {}", line(&install));
    if run(install).is_err() {
        // The lists may be missing or out of date, which is not worth finding out beforehand.
        run(command(&["apt-get", "update"])).context("refreshing the package lists")?;
        run(apt_install(&missing)).context("installing the packages")?;
    }
    Ok(())
}

fn names(packages: &[Package]) -> String {
    packages.iter().map(|(package, _)| *package).collect::<Vec<_>>().join(", ")
}

fn apt_install(missing: &[&str]) -> Command {
    let mut install = command(&["apt-get", "install", "-y", "--no-install-recommends"]);
    // RUNLEVEL: Debian would start nginx as a service at once; with this its scripts leave it alone.
    install.args(missing).env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
    install
}

fn is_there(package: &str, program: &str) -> bool {
    let asked = command(&["dpkg", "-s", package]).stdin(Stdio::null()).stderr(Stdio::null()).output();
    asked.map_or_else(
        |_| output(command(&["sh", "-c", &format!("command -v {program}")])).is_ok(),
        |answer| String::from_utf8_lossy(&answer.stdout).contains("Status: install ok installed"),
    )
}
