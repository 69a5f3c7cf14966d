//! Where Pebble's two programs are.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::program::find_unpacked;

pub(super) struct Programs {
    pub(super) pebble: PathBuf,
    pub(super) challenge_test_server: PathBuf,
}

pub(super) fn find() -> Result<Programs> {
    let program = |name: &str| find_unpacked("pebble", "CERTWRIGHT_PEBBLE_DIR", name);
    Ok(Programs {
        pebble: program("pebble").context("looking for Pebble")?,
        challenge_test_server: program("pebble-challtestsrv").context("looking for Pebble's name server")?,
    })
}
