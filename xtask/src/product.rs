//! Building the workspace, always in the same way, so that nothing is compiled twice.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::command::{cargo, command, output, run};
use crate::{install, workspace};

/// The features of every build, lint and test: one set, because cargo compiles a library again for each set.
/// Fail points do nothing until a test's environment names one.
const FEATURES: &str = "certwright/failpoints,certwright-tests/failpoints";

/// The same where the whole workspace is named: the simulation dies at fail points too.
const WORKSPACE_FEATURES: &str =
    "certwright/failpoints,certwright-tests/failpoints,certwright-simulation/failpoints";

/// `--features` with these, once the binary has fail points at all.
fn features(wanted: &'static str) -> Result<Vec<&'static str>> {
    let manifest = workspace::read(&workspace::root().join("crates/certwright/Cargo.toml"))?;
    let manifest: toml::Table = manifest.parse()?;
    let declared = manifest.get("features").and_then(|features| features.get("failpoints")).is_some();
    Ok(if declared { vec!["--features", wanted] } else { Vec::new() })
}

/// `cargo VERB --workspace MORE` with the common features.
pub(crate) fn workspace_command(verb: &str, more: &[&str]) -> Result<Command> {
    let mut command = linting(cargo(&[verb, "--workspace"]))?;
    command.args(features(WORKSPACE_FEATURES)?).args(more);
    Ok(command)
}

/// Has Clippy compile this workspace's crates, with its warnings as errors. That is how `cargo clippy` does it too; but
/// `cargo clippy` only checks, so that every library would be compiled once for the lints and once for the tests.
fn linting(mut command: Command) -> Result<Command> {
    let driver = match std::env::var_os("CARGO").map(PathBuf::from) {
        Some(cargo) => cargo.with_file_name(format!("clippy-driver{}", std::env::consts::EXE_SUFFIX)),
        None => bail!("call it by cargo: cargo xtask ..."),
    };
    ensure!(
        driver.is_file(),
        "{} is not there; install Clippy: rustup component add clippy",
        driver.display()
    );
    command.env("RUSTC_WORKSPACE_WRAPPER", driver);
    // The arguments of `cargo clippy -- -D warnings`, in the form in which it hands them to its driver.
    command.env("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");
    // A program without its web interface is not what is tested.
    command.env("CERTWRIGHT_UI", "require");
    Ok(command)
}

/// Builds and lints everything, the tests included.
pub(crate) fn build_all() -> Result<()> {
    run(workspace_command("build", &["--all-targets"])?)
}

/// Builds the binary and the story of `cargo xtask try`. Together they need every library with the features
/// [`build_all`] gives it, so that neither compiles it again for the other.
pub(crate) fn build() -> Result<()> {
    let command = cargo(&["build", "--package", "certwright", "--package", "certwright-tests"]);
    let mut command = linting(command)?;
    command.args(["--bins", "--examples"]).args(features(FEATURES)?);
    run(command)
}

/// Shows the product at work.
pub(crate) fn try_it() -> Result<()> {
    install::servers()?;
    build()?;
    run(command(&[&built("examples/try_it")?]))
}

/// Has the browser tests make the pictures of `docs/screenshots`.
pub(crate) fn screenshots() -> Result<()> {
    install::run()?;
    build()?;
    let mut tests = browser(&["screenshots"])?;
    tests.env("CERTWRIGHT_SCREENSHOTS", workspace::root().join("docs/screenshots"));
    run(tests)
}

/// The browser tests, or those whose files are named.
pub(crate) fn browser(files: &[&str]) -> Result<Command> {
    let mut tests = web(&["run", "--silent", "test", "--"]);
    tests.args(files).env("CERTWRIGHT_GUI_STAGE", built("examples/gui_stage")?);
    Ok(tests)
}

/// npm in the folder of the pages.
pub(crate) fn web(arguments: &[&str]) -> Command {
    let mut npm = command(&["npm"]);
    npm.args(arguments).current_dir(workspace::root().join("web"));
    npm
}

/// Measures the product as users get it, and writes `docs/benchmarks.md`.
pub(crate) fn bench() -> Result<()> {
    install::run()?;
    run(cargo(&["build", "--release", "--package", "certwright", "--bin", "certwright"]))?;
    build()?;
    let root = workspace::root();
    let page = root.join("docs/benchmarks.md");
    let page = page.to_str().context("a path that is not UTF-8")?;
    let mut command = command(&[&built("examples/bench")?, page]);
    command.env("CERTWRIGHT_BINARY", built("../release/certwright")?);
    run(command)
}

/// The path of a built program: they are where this one is.
pub(crate) fn built(name: &str) -> Result<String> {
    let xtask = std::env::current_exe().context("asking for this program's path")?;
    let path = xtask.with_file_name(name);
    ensure!(path.is_file(), "{} is not built", path.display());
    path.into_os_string().into_string().ok().context("a path that is not UTF-8")
}

/// What the built binary prints.
pub(crate) fn binary_output(arguments: &[&str]) -> Result<String> {
    let mut command = command(&[&built("certwright")?]);
    command.args(arguments);
    let printed = output(command)?;
    ensure!(!printed.is_empty(), "`certwright {}` printed nothing", arguments.join(" "));
    Ok(printed)
}
