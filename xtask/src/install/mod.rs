//! `cargo xtask install`: the programs the tests start. Nothing is done that is already there.

mod mirror;
mod packages;
mod pebble;

use anyhow::Result;

/// Installs what is missing.
pub(crate) fn run() -> Result<()> {
    packages::install()?;
    pebble::install()
}
