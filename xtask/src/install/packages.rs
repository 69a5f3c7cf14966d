//! The distribution's own packages (Debian and its children).

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::command::{command, line, output, run};

/// A package, and a program of it by which a machine without dpkg is judged.
const PACKAGES: [(&str, &str); 7] = [
    ("nginx", "nginx"),
    ("openssl", "openssl"),
    ("curl", "curl"),
    ("util-linux", "setpriv"),
    ("certbot", "certbot"),
    ("lego", "lego"),
    ("uacme", "uacme"),
];

pub(super) fn install() -> Result<()> {
    let missing: Vec<&str> = PACKAGES
        .into_iter()
        .filter(|(package, program)| !is_there(package, program))
        .map(|(name, _)| name)
        .collect();
    if missing.is_empty() {
        println!("packages: all there ({})", PACKAGES.map(|(package, _)| package).join(", "));
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
