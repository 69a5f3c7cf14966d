//! Every Rust file opens by saying what lives there.

use std::path::Path;

use anyhow::Result;

use super::Problems;
use crate::workspace;

pub(super) fn check(root: &Path) -> Result<Problems> {
    let mut problems = Vec::new();
    for path in workspace::files(root, &[".rs"])? {
        if !workspace::read(&path)?.starts_with("//! ") {
            problems.push(format!("{} does not open with `//! `", workspace::shown(root, &path)));
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sample;

    #[test]
    fn a_file_that_says_what_it_is_is_fine() {
        let good = sample(&[("crates/a/src/lib.rs", "//! What lives here.\n"), ("README.md", "# x")]);
        assert_eq!(check(good.path()).unwrap(), Problems::new());
    }

    #[test]
    fn a_silent_file_is_not() {
        let bad = sample(&[("crates/a/src/lib.rs", "use x;\n//! Too late.\n"), ("b.rs", "")]);
        assert_eq!(
            check(bad.path()).unwrap(),
            ["b.rs does not open with `//! `", "crates/a/src/lib.rs does not open with `//! `"]
        );
    }
}
