//! The tests that are named after faults: functions `fault_NN_…` anywhere in the workspace.

use std::path::Path;

use anyhow::Result;

use crate::workspace;

/// A test that is named after a fault.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Test {
    pub(super) number: u32,
    pub(super) name: String,
}

/// All of them, by number and name. Sources of this program are left out: they speak of tests.
pub(super) fn tests(root: &Path) -> Result<Vec<Test>> {
    let mut found = Vec::new();
    for path in workspace::files(root, &[".rs"])? {
        if workspace::shown(root, &path).starts_with("xtask/") {
            continue;
        }
        found.extend(workspace::read(&path)?.lines().filter_map(of_line));
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn of_line(line: &str) -> Option<Test> {
    let line = line.trim_start();
    let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
    let name = name.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next()?;
    let number = name.strip_prefix("fault_")?.split('_').next()?.parse().ok()?;
    Some(Test { number, name: name.to_owned() })
}
