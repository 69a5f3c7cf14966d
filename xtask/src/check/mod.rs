//! `cargo xtask check`: the project's own rules, one per file.

mod allows;
mod arrows;
mod failpoints;
mod faults;
mod generated;
mod headers;
mod length;
mod libraries;
mod listed;
mod manifest;
mod steps;

use std::path::Path;

use anyhow::{Result, bail};

use crate::workspace;

/// What a rule found: one sentence for each place, naming it.
type Problems = Vec<String>;

/// A rule: its name, and the function that applies it to the checkout at a path.
type Rule = (&'static str, fn(&Path) -> Result<Problems>);

const RULES: [Rule; 10] = [
    ("arrows between crates", arrows::check),
    ("libraries with one user", libraries::check),
    ("length of files", length::check),
    ("first line of files", headers::check),
    ("providers listed", listed::check),
    ("no bare allow", allows::check),
    ("steps wait beside the threads", steps::check),
    ("fail points off by default", failpoints::check),
    ("fault table true", faults::check),
    ("generated files fresh", generated::check),
];

/// Applies every rule, prints what each found, and fails if any found something.
pub(crate) fn run() -> Result<()> {
    let mut count = 0;
    for (name, rule) in RULES {
        let problems = rule(workspace::root())?;
        println!("{name}: {}", if problems.is_empty() { "good" } else { "NOT good" });
        for problem in &problems {
            println!("  {problem}");
        }
        count += problems.len();
    }
    if count > 0 {
        bail!("{count} places break the project's rules");
    }
    Ok(())
}

/// A small checkout for a rule's test.
#[cfg(test)]
pub(crate) fn sample(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}
