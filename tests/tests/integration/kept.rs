//! The data directory as it is kept: who may read it, and that no file holds a secret which it is not there to hold.
#![expect(clippy::print_stdout, reason = "how much was searched is asked for with --nocapture")]

use crate::canary::Canaries;
use anyhow::{Result, ensure};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Files of the data directory that hold a secret on purpose, and which.
const PLACES: [(&str, &str); 3] =
    [("data.key", "data key"), ("api-token", "API token"), ("privkey.pem", "leaf key")];

/// What others may read: it is shown to everybody who connects. The folders above are private all the same.
const PUBLIC: [&str; 3] = ["cert.pem", "chain.pem", "fullchain.pem"];

/// Every file of the data directory; those that hold a secret must hold it, and no other one.
pub(crate) fn search_files(canaries: &mut Canaries, data: &Path) -> Result<Vec<String>> {
    let (mut leaks, mut files, mut total) = (Vec::new(), 0, 0);
    for path in walk(data)?.into_iter().filter(|path| path.is_file()) {
        let bytes = std::fs::read(&path)?;
        (files, total) = (files + 1, total + bytes.len());
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let mut found = canaries.find(&bytes);
        if let Some((_, kept)) = PLACES.iter().find(|(place, _)| *place == name) {
            ensure!(
                found.iter().any(|what| what.starts_with(kept)),
                "no {kept} was found in {}",
                path.display()
            );
            found.retain(|what| !what.starts_with(kept));
        }
        leaks.extend(found.into_iter().map(|what| format!("{what}: in {}", path.display())));
    }
    println!("{files} files of the data directory with {total} bytes");
    Ok(leaks)
}

/// Nobody else may read anything there.
pub(crate) fn check_modes(data: &Path) -> Result<()> {
    for path in walk(data)?.into_iter().chain([data.to_owned()]) {
        let metadata = path.symlink_metadata()?;
        let mode = metadata.permissions().mode() & 0o7777;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let public = PUBLIC.contains(&name) && mode & !0o644 == 0;
        ensure!(public || mode & 0o077 == 0, "{} can be read by others: mode {mode:o}", path.display());
        let kind = metadata.file_type();
        ensure!(kind.is_dir() || kind.is_file() || kind.is_socket(), "{} is a {kind:?}", path.display());
    }
    Ok(())
}

/// Everything below this folder; links are not followed, and not listed.
fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            all.extend(walk(&path)?);
        }
        all.push(path);
    }
    Ok(all)
}
