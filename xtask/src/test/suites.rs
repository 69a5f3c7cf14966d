//! The suites: what each runs and what it may cost.

use anyhow::{Context, Result, bail};

use crate::check;
use crate::command::{cargo, output, run};
use crate::product::{self, workspace_command};

/// One suite.
pub(super) struct Suite {
    pub(super) name: &'static str,
    /// On two cores with nothing compiled yet; exceeding it is a warning, not a failure.
    pub(super) budget_seconds: u64,
    pub(super) needs: Needs,
    pub(super) when: When,
    pub(super) run: fn() -> Result<()>,
}

/// What has to be on the machine.
#[derive(PartialEq, Eq)]
pub(super) enum Needs {
    Cargo,
    Servers,
}

/// When a suite is part of a run that names none.
pub(super) enum When {
    Always,
    /// With `--all`, and whenever cargo-deny is installed already.
    DenyInstalled,
    WithAll,
    /// Only when it is named: another suite runs it as well.
    Named,
}

impl Suite {
    pub(super) fn is_of_all(&self) -> bool {
        !matches!(self.when, When::Named)
    }

    pub(super) fn by_default(&self) -> bool {
        match self.when {
            When::Always => true,
            When::DenyInstalled => cargo_deny_is_installed(),
            When::WithAll | When::Named => false,
        }
    }
}

/// In the order in which they run: what fails fast comes first. Lints are part of the build: Clippy is its compiler.
pub(super) const SUITES: [Suite; 9] = [
    suite("format", 10, Needs::Cargo, When::Always, format),
    suite("build", 660, Needs::Cargo, When::Always, product::build_all),
    suite("check", 20, Needs::Cargo, When::Always, check::run),
    suite("deny", 20, Needs::Cargo, When::DenyInstalled, deny),
    suite("unit", 60, Needs::Servers, When::Always, unit),
    suite("simulation", 300, Needs::Cargo, When::Named, simulation),
    suite("integration", 420, Needs::Servers, When::Always, integration),
    suite("gui", 300, Needs::Servers, When::Always, gui),
    suite("long", 900, Needs::Servers, When::WithAll, long),
];

const fn suite(
    name: &'static str,
    budget_seconds: u64,
    needs: Needs,
    when: When,
    run: fn() -> Result<()>,
) -> Suite {
    Suite { name, budget_seconds, needs, when, run }
}

fn format() -> Result<()> {
    run(cargo(&["fmt", "--all", "--check"]))
}

/// Every crate's own tests. They are chosen by kind and not by package: cargo would compile the libraries
/// anew for a part of the workspace.
fn unit() -> Result<()> {
    run(workspace_command("test", &["--lib", "--bins"])?)
}

/// What is in the `tests` folder of a package, most of it in `tests/tests`. They start the binary, which `cargo test`
/// would leave as it was. They wait for servers most of the time: more of them run at once than there are cores, and the
/// simulation, which only computes, beside them.
fn integration() -> Result<()> {
    product::build()?;
    let beside = workspace_command("test", &["--test", "simulation", "--", "--test-threads=1"])?;
    let beside = std::thread::spawn(|| output(beside));
    let ran = run(workspace_command("test", &["--test", "[!s]*", "--", "--test-threads=4"])?);
    match beside.join() {
        Ok(simulated) => print!("{}", simulated.context("the simulation")?),
        Err(_) => bail!("the simulation could not be run"),
    }
    ran
}

/// Simulated years, crashes and numbered faults, on a virtual clock. The whole workspace is named so that the
/// libraries have the features of every other suite.
fn simulation() -> Result<()> {
    run(workspace_command("test", &["--test", "simulation"])?)
}

/// The web interface: its types, then Chromium before the real service, with a real authority behind it. The packages of the
/// pages are there since the build, which made the pages.
fn gui() -> Result<()> {
    product::build()?;
    run(product::web(&["run", "--silent", "check"]))?;
    run(product::browser(&[])?)
}

/// The tests marked `#[ignore]`, and every screen in every look.
fn long() -> Result<()> {
    product::build()?;
    run(workspace_command("test", &["--lib", "--bins", "--test", "*", "--", "--ignored"])?)?;
    let mut thorough = product::browser(&["every-screen"])?;
    thorough.env("CERTWRIGHT_GUI_THOROUGH", "1");
    run(thorough)
}

fn deny() -> Result<()> {
    if !cargo_deny_is_installed() {
        run(cargo(&["install", "cargo-deny", "--locked"])).context("installing cargo-deny")?;
    }
    run(cargo(&["deny", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"]))
}

fn cargo_deny_is_installed() -> bool {
    output(cargo(&["deny", "--version"])).is_ok()
}
