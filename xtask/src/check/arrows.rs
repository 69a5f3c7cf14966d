//! Which crate may depend on which of ours: the table of docs/ARCHITECTURE.md, as data.

use std::path::Path;

use anyhow::Result;

use super::{Problems, manifest};

/// One line per crate: its folder in `crates/`, and what it may depend on.
const ALLOWED: [(&str, &[&str]); 15] = [
    ("core", &[]),
    ("pki", &["core"]),
    ("contract", &["core", "pki"]),
    ("acme", &["core", "pki"]),
    ("dns-providers", &["contract", "core", "pki"]),
    ("windows", &["core", "pki"]),
    ("providers", &["contract", "dns-providers", "windows", "core", "pki"]),
    ("store", &["core"]),
    ("authority", &["core", "pki", "store"]),
    ("engine", &["contract", "providers", "acme", "store", "core", "pki"]),
    ("api", &["core"]),
    ("web-ui", &[]),
    ("server", &["api", "engine", "authority", "web-ui", "core", "pki"]),
    ("cli", &["api", "core"]),
    (
        "certwright",
        &[
            "server",
            "cli",
            "windows",
            "api",
            "engine",
            "authority",
            "store",
            "providers",
            "contract",
            "acme",
            "core",
            "pki",
        ],
    ),
];

/// These stand outside the product and may look at anything.
const OUTSIDE: [&str; 4] = ["tests", "simulation", "xtask", "fuzz"];

pub(super) fn check(root: &Path) -> Result<Problems> {
    let mut problems = Vec::new();
    for manifest in manifest::all(root)? {
        let from = manifest.folder.as_str();
        if OUTSIDE.contains(&from) {
            continue;
        }
        let Some((_, allowed)) = ALLOWED.iter().find(|(crate_name, _)| *crate_name == from) else {
            problems.push(format!("crates/{from} is new: give it a line in xtask/src/check/arrows.rs"));
            continue;
        };
        for to in manifest.dependencies.iter().filter_map(|package| ours(package)) {
            if !allowed.contains(&to) {
                problems.push(format!("crates/{from} depends on {to}, an arrow that is not drawn"));
            }
        }
    }
    Ok(problems)
}

/// The folder of one of our packages.
fn ours(package: &str) -> Option<&str> {
    if package == "certwright" { Some(package) } else { package.strip_prefix("certwright-") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sample;

    #[test]
    fn a_drawn_arrow_is_fine() {
        let good = sample(&[
            ("Cargo.toml", "[workspace]"),
            (
                "crates/pki/Cargo.toml",
                "[dependencies]\ncertwright-core.workspace = true\nhex.workspace = true",
            ),
            ("crates/core/Cargo.toml", "[dev-dependencies]\ncertwright-tests.workspace = true"),
            ("tests/Cargo.toml", "[dependencies]\ncertwright.workspace = true"),
        ]);
        assert_eq!(check(good.path()).unwrap(), Problems::new());
    }

    #[test]
    fn an_arrow_that_is_not_drawn_is_refused_however_it_is_written() {
        let bad = sample(&[
            ("crates/core/Cargo.toml", "[dependencies]\ncertwright-pki.workspace = true"),
            (
                "crates/pki/Cargo.toml",
                "[build-dependencies.tool]\npackage = \"certwright-store\"\npath = \"x\"",
            ),
            (
                "crates/cli/Cargo.toml",
                "[target.'cfg(unix)'.dependencies]\ncertwright-engine = { path = \"x\" }",
            ),
            ("crates/extra/Cargo.toml", "[package]\nname = \"certwright-extra\""),
        ]);
        let problems = check(bad.path()).unwrap();
        assert_eq!(
            problems,
            [
                "crates/cli depends on engine, an arrow that is not drawn",
                "crates/core depends on pki, an arrow that is not drawn",
                "crates/extra is new: give it a line in xtask/src/check/arrows.rs",
                "crates/pki depends on store, an arrow that is not drawn",
            ]
        );
    }
}
