//! What a crate's `Cargo.toml` says about its dependencies.

use std::path::Path;

use anyhow::{Context, Result};
use toml::{Table, Value};

use crate::workspace;

/// A crate and the packages it depends on, not counting those of its tests.
pub(super) struct Manifest {
    /// The name of its folder: `core`, `engine`, `xtask`.
    pub(super) folder: String,
    pub(super) dependencies: Vec<String>,
}

/// The crates in `crates/`, then `tests` and `xtask`.
pub(super) fn all(root: &Path) -> Result<Vec<Manifest>> {
    workspace::files(root, &["Cargo.toml"])?
        .iter()
        .filter(|path| path.parent() != Some(root))
        .map(|path| read(path))
        .collect()
}

fn read(path: &Path) -> Result<Manifest> {
    let table: Table =
        workspace::read(path)?.parse().with_context(|| format!("reading {}", path.display()))?;
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
    let targets = table.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let mut dependencies = Vec::new();
    for part in targets.filter_map(Value::as_table).chain([&table]) {
        for kind in ["dependencies", "build-dependencies"] {
            let named = part.get(kind).and_then(Value::as_table).into_iter().flatten();
            dependencies.extend(named.map(|(name, value)| package(name, value)));
        }
    }
    dependencies.sort();
    Ok(Manifest { folder, dependencies })
}

/// `name = { package = "other" }` is `other`.
fn package(name: &str, value: &Value) -> String {
    value.get("package").and_then(Value::as_str).unwrap_or(name).to_owned()
}
