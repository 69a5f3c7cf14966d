//! No step of a run waits for the disk on a thread that everything else shares: an fsync can take seconds.

use std::path::Path;

use anyhow::Result;

use super::Problems;
use crate::workspace;

/// Where steps are driven and performed.
const STEPS: [&str; 2] = ["crates/engine/src/perform/", "crates/engine/src/drive.rs"];

/// What writes, of `contract::files` and of the standard library.
const WRITES: [&str; 7] = [
    "files::replace(",
    "files::switch_link(",
    "files::remove(",
    "files::make_directory(",
    ".put_back(",
    ".forget()",
    "remove_dir_all(",
];

/// The name of `engine::blocking`, and the end of `tokio::task::spawn_blocking`.
const ASIDE: &str = "blocking(";

pub(super) fn check(root: &Path) -> Result<Problems> {
    let mut problems = Vec::new();
    for path in workspace::files(root, &[".rs"])? {
        let shown = workspace::shown(root, &path);
        if !STEPS.iter().any(|place| shown.starts_with(place)) {
            continue;
        }
        let text = workspace::read(&path)?;
        if let (Some(write), false) =
            (WRITES.iter().find(|write| text.contains(*write)), text.contains(ASIDE))
        {
            problems
                .push(format!("{shown} calls `{write}` and nothing in it goes through `engine::blocking`"));
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sample;

    #[test]
    fn a_write_beside_the_shared_threads_is_fine() {
        let good = sample(&[
            ("crates/engine/src/perform/a.rs", "blocking(move || files::remove(&path)).await"),
            ("crates/engine/src/perform/b.rs", "files::read(&path, 1)"),
            ("crates/engine/src/log.rs", "files::replace(&path)"),
        ]);
        assert_eq!(check(good.path()).unwrap(), Problems::new());
    }

    #[test]
    fn a_write_on_them_is_not() {
        let bad = sample(&[
            ("crates/engine/src/perform/roll_back.rs", "files::switch_link(link, previous)"),
            ("crates/engine/src/drive.rs", "Copies::new(folder).forget()"),
        ]);
        let problems = check(bad.path()).unwrap();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(
            problems[1].starts_with("crates/engine/src/perform/roll_back.rs calls `files::switch_link(`")
        );
    }
}
