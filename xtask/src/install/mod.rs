//! `cargo xtask install`: the programs the tests start. Nothing is done that is already there.

mod apt;
mod mirror;
mod packages;
mod unpacked;

use anyhow::Result;
use unpacked::{CADDY, PEBBLE};

/// Installs what is missing of what the tests need.
pub(crate) fn run() -> Result<()> {
    packages::install(packages::CLIENTS)?;
    packages::install(packages::BROWSER)?;
    packages::install(packages::SERVERS)?;
    unpacked::install(&[PEBBLE, CADDY])
}

/// Installs what is missing of the servers alone: enough to try the product.
pub(crate) fn servers() -> Result<()> {
    packages::install(packages::SERVERS)?;
    unpacked::install(&[PEBBLE])
}
