//! Where the product's own binary is.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// The `certwright` binary under test: `$CERTWRIGHT_BINARY`, or the one built beside this test binary.
pub fn certwright_binary() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CERTWRIGHT_BINARY") {
        return Ok(PathBuf::from(path));
    }
    let current = std::env::current_exe().context("asking for this program's path")?;
    // target/debug/deps/some_test-0123 or target/debug/examples/some_example -> target/debug
    let folder = current.parent().and_then(Path::parent).context("this program has no folder")?;
    let path = folder.join("certwright");
    ensure!(
        path.is_file(),
        "{} is not built yet; `cargo xtask test` builds it, or set CERTWRIGHT_BINARY",
        path.display()
    );
    Ok(path)
}
