//! No source file is longer than a reader's patience.

use std::path::Path;

use anyhow::Result;

use super::Problems;
use crate::generate::GENERATED;
use crate::workspace;

const LIMIT: usize = 600;

pub(super) fn check(root: &Path) -> Result<Problems> {
    let mut problems = Vec::new();
    for path in workspace::files(root, &[".rs", ".ts", ".tsx"])? {
        let lines = workspace::read(&path)?.lines().count();
        let shown = workspace::shown(root, &path);
        let generated = GENERATED.iter().any(|file| file.path == shown);
        if lines > LIMIT && !generated {
            problems
                .push(format!("{shown} has {lines} lines; more than {LIMIT} means two reasons to change"));
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sample;

    #[test]
    fn six_hundred_lines_are_fine() {
        let good = sample(&[
            ("a.rs", "x\n".repeat(LIMIT).as_str()),
            ("a.json", "x\n".repeat(9999).as_str()),
            ("target/b.rs", "x\n".repeat(9999).as_str()),
        ]);
        assert_eq!(check(good.path()).unwrap(), Problems::new());
    }

    #[test]
    fn one_more_is_not() {
        let long = "x\n".repeat(LIMIT + 1);
        let bad = sample(&[("a.rs", &long), ("web/src/b.tsx", &long), ("web/src/c.ts", &long)]);
        let problems = check(bad.path()).unwrap();
        assert_eq!(problems.len(), 3);
        assert!(problems[0].starts_with("a.rs has 601 lines"), "{}", problems[0]);
    }
}
