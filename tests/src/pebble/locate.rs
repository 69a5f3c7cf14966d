//! Where Pebble's two programs are.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::program::find_program;

pub(super) struct Programs {
    pub(super) pebble: PathBuf,
    pub(super) challenge_test_server: PathBuf,
}

/// The folder into which `cargo xtask install` unpacks it (`xtask/src/install/pebble.rs`).
fn pebble_folder() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).join("target/testbed/pebble")
}

/// `$CERTWRIGHT_PEBBLE_DIR`, then the unpacked package, then PATH.
pub(super) fn find() -> Result<Programs> {
    let folder = std::env::var_os("CERTWRIGHT_PEBBLE_DIR")
        .map_or_else(|| pebble_folder().join("usr/bin"), PathBuf::from);
    let program = |name: &str| -> Result<PathBuf> {
        let unpacked = folder.join(name);
        if unpacked.is_file() { Ok(unpacked) } else { find_program(name) }
    };
    Ok(Programs {
        pebble: program("pebble").context("looking for Pebble")?,
        challenge_test_server: program("pebble-challtestsrv").context("looking for Pebble's name server")?,
    })
}
