//! The fault table says what is so: its defences exist, its tests are listed, its page is fresh.

use std::path::Path;

use anyhow::Result;

use super::Problems;

pub(super) fn check(root: &Path) -> Result<Problems> {
    crate::faults::problems(root)
}
