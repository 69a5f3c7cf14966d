//! `cargo xtask install`: the programs the tests start. Nothing is done that is already there.

mod mirror;
mod packages;
mod pebble;

use anyhow::Result;

/// Installs what is missing of what the tests need.
pub(crate) fn run() -> Result<()> {
    packages::install(packages::CLIENTS)?;
    servers()
}

/// Installs what is missing of the servers alone: enough to try the product.
pub(crate) fn servers() -> Result<()> {
    packages::install(packages::SERVERS)?;
    pebble::install()
}
