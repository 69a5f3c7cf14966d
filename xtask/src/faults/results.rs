//! What came of the tests when they were last run, kept in the repository with the day and the commit.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result};
use toml::{Table, Value};

use crate::command::{command, line, output};
use crate::product::{self, workspace_command};
use crate::{install, workspace};

const FILE: &str = "docs/faults-results.toml";

/// The words of a test that failed, here and in what cargo prints.
const FAILED: &str = "FAILED";

/// One run of all of them.
#[derive(Default)]
pub(super) struct Results {
    pub(super) date: String,
    pub(super) commit: String,
    tests: BTreeMap<String, String>,
}

impl Results {
    /// As kept; empty where nothing is.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let path = root.join(FILE);
        if !path.is_file() {
            return Ok(Self::default());
        }
        let table: Table = workspace::read(&path)?.parse().with_context(|| format!("reading {FILE}"))?;
        let text = |name: &str| table.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let tests = table.get("tests").and_then(Value::as_table).into_iter().flatten();
        let tests = tests.filter_map(|(name, result)| Some((name.clone(), result.as_str()?.to_owned())));
        Ok(Self { date: text("date"), commit: text("commit"), tests: tests.collect() })
    }

    pub(super) fn write(&self, root: &Path) -> Result<()> {
        let mut text = format!(
            "# Written by `cargo xtask faults`.\ndate = \"{}\"\ncommit = \"{}\"\n\n[tests]\n",
            self.date, self.commit
        );
        for (name, result) in &self.tests {
            text.push_str(&format!("{name} = \"{result}\"\n"));
        }
        std::fs::write(root.join(FILE), text).with_context(|| format!("writing {FILE}"))
    }

    /// What came of a test.
    pub(super) fn of(&self, test: &str) -> &str {
        self.tests.get(test).map_or("not run", String::as_str)
    }

    pub(super) fn any_failed(&self) -> bool {
        self.tests.values().any(|result| result == FAILED)
    }
}

/// Runs them, showing what cargo shows.
pub(super) fn run() -> Result<Results> {
    install::run()?;
    product::build()?;
    let more = ["--no-fail-fast", "--lib", "--bins", "--test", "*", "--", "fault_"];
    let mut testing = workspace_command("test", &more)?;
    let shown = line(&testing);
    let mut child = testing.stdout(Stdio::piped()).spawn().with_context(|| format!("starting `{shown}`"))?;
    let mut tests = BTreeMap::new();
    for line in BufReader::new(child.stdout.take().context("no output")?).lines() {
        let line = line?;
        println!("{line}");
        tests.extend(of_line(&line));
    }
    child.wait()?;
    let changed = !output(command(&["git", "status", "--porcelain", "--untracked-files=no"]))?.is_empty();
    let commit = output(command(&["git", "rev-parse", "--short", "HEAD"]))?.trim().to_owned();
    Ok(Results {
        date: output(command(&["date", "--utc", "+%Y-%m-%d"]))?.trim().to_owned(),
        commit: if changed { format!("{commit} with changes") } else { commit },
        tests,
    })
}

/// From lines like `test faults::steps::fault_03_slow ... ok`.
fn of_line(line: &str) -> Option<(String, String)> {
    let (path, result) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let name = path.rsplit("::").next()?;
    let result = if result.starts_with("ignored") { "ignored" } else { result.trim() };
    (name.starts_with("fault_") && ["ok", FAILED, "ignored"].contains(&result))
        .then(|| (name.to_owned(), result.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::of_line;

    #[test]
    fn what_cargo_prints_is_read() {
        let read = |line: &str| of_line(line).map(|(_, result)| result);
        assert_eq!(read("test faults::steps::fault_03_slow ... ok").as_deref(), Some("ok"));
        assert_eq!(read("test fault_03_slow ... FAILED").as_deref(), Some("FAILED"));
        assert_eq!(read("test kill::fault_28_x ... ignored, long: places").as_deref(), Some("ignored"));
        assert_eq!(read("test kill::other ... ok"), None);
        assert_eq!(read("running 3 tests"), None);
    }
}
