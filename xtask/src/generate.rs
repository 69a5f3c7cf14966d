//! The files that are printed by the product and kept in the repository, for readers and other tools.

use anyhow::{Context, Result};

use crate::{product, workspace};

/// A file and the arguments of `certwright` that print it.
pub(crate) struct Generated {
    pub(crate) path: &'static str,
    pub(crate) arguments: &'static [&'static str],
}

/// All of them.
pub(crate) const GENERATED: [Generated; 1] =
    [Generated { path: "crates/api/openapi.json", arguments: &["openapi"] }];

/// Writes every generated file anew.
pub(crate) fn run() -> Result<()> {
    crate::faults::write()?;
    product::build()?;
    for file in &GENERATED {
        let text = product::binary_output(file.arguments)?;
        std::fs::write(workspace::root().join(file.path), text)
            .with_context(|| format!("writing {}", file.path))?;
        println!("{} written", file.path);
    }
    Ok(())
}
