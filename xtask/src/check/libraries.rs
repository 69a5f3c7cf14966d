//! Libraries that belong to one room: SQL to the store, command lines to those who have one.

use std::path::Path;

use anyhow::Result;

use super::{Problems, manifest};

/// A library, and the crates that may use it.
const USERS: [(&str, &[&str]); 3] = [
    ("sqlx", &["store"]),
    ("clap", &["cli", "certwright", "simulation", "xtask"]),
    ("clap_complete", &["cli", "certwright", "xtask"]),
];

pub(super) fn check(root: &Path) -> Result<Problems> {
    let mut problems = Vec::new();
    for manifest in manifest::all(root)? {
        for (library, users) in USERS {
            let used = manifest.dependencies.iter().any(|package| package == library);
            if used && !users.contains(&manifest.folder.as_str()) {
                problems.push(format!(
                    "{} uses {library}, which is for {} alone",
                    manifest.folder,
                    users.join(", ")
                ));
            }
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sample;

    #[test]
    fn the_store_may_use_sql() {
        let good = sample(&[("crates/store/Cargo.toml", "[dependencies]\nsqlx.workspace = true")]);
        assert_eq!(check(good.path()).unwrap(), Problems::new());
    }

    #[test]
    fn nobody_else_may() {
        let bad = sample(&[
            ("crates/engine/Cargo.toml", "[dependencies]\nsqlx.workspace = true"),
            ("tests/Cargo.toml", "[dependencies]\nclap = \"4\""),
        ]);
        assert_eq!(
            check(bad.path()).unwrap(),
            [
                "engine uses sqlx, which is for store alone",
                "tests uses clap, which is for cli, certwright, simulation, xtask alone"
            ]
        );
    }
}
