//! The data directory as the doctor sees it: modes and owners, free space. Needs no running service.

use super::{Finding, Repair};
use crate::engine::storage;
use crate::layout::Layout;
use certwright_contract::files;
use certwright_core::failure::Failure;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Less free space than this is an error: one backup and one day of logs need more.
const LEAST_FREE: u64 = 64 << 20;
/// Less than this is worth a word.
const LITTLE_FREE: u64 = 512 << 20;
/// Files that hold a secret, and folders above others.
const SECRET: [&str; 4] = ["data.key", "api-token", "metrics-token", "privkey.pem"];
/// The most paths that are named.
const NAMED: usize = 3;

/// What is found in the data directory. Blocks.
pub fn directory(layout: &Layout) -> Vec<Finding> {
    vec![modes(layout), owners(layout), space(layout.root())]
}

/// The data directory, the secrets in it, and what is next to them.
fn private(layout: &Layout) -> Vec<PathBuf> {
    let mut paths = vec![layout.root().to_owned(), layout.database()];
    paths.extend(SECRET.iter().map(|name| layout.root().join(name)));
    for folder in ["certificates", "backups", "copies", "logs", "self-signed"] {
        paths.push(layout.root().join(folder));
    }
    paths.retain(|path| path.exists());
    paths
}

fn open_to_others(layout: &Layout) -> Vec<PathBuf> {
    let open = |path: &PathBuf| path.metadata().is_ok_and(|metadata| metadata.mode() & 0o077 != 0);
    private(layout).into_iter().filter(open).collect()
}

fn names(paths: &[PathBuf]) -> String {
    let shown: Vec<_> = paths.iter().take(NAMED).map(|path| path.display().to_string()).collect();
    match paths.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn modes(layout: &Layout) -> Finding {
    let open = open_to_others(layout);
    if open.is_empty() {
        return Finding::ok("modes", "nobody else can read the data directory");
    }
    let words = format!("others have permissions at {}", names(&open));
    Finding::error("modes", words, "chmod go-rwx what is named").repaired_by(Repair::Modes)
}

fn owners(layout: &Layout) -> Finding {
    let Ok(root) = layout.root().metadata() else {
        return Finding::error(
            "owners",
            format!("{} cannot be looked at", layout.root().display()),
            "make it readable",
        );
    };
    let others: Vec<_> = private(layout)
        .into_iter()
        .filter(|path| path.metadata().is_ok_and(|metadata| metadata.uid() != root.uid()))
        .collect();
    if others.is_empty() {
        return Finding::ok("owners", "everything belongs to the data directory's owner");
    }
    Finding::error(
        "owners",
        format!("somebody else owns {}", names(&others)),
        "chown -R the data directory to the service's user",
    )
}

fn space(root: &Path) -> Finding {
    let remedy = "make room, or move the data directory to a larger disk";
    match rustix::fs::statvfs(root) {
        Err(error) => Finding::warning("space", format!("free space cannot be read: {error}"), remedy),
        Ok(found) => {
            let free = found.f_bavail.saturating_mul(found.f_frsize);
            let words = format!("{} MiB are free", free >> 20);
            match free {
                0..LEAST_FREE => Finding::error("space", words, remedy),
                LEAST_FREE..LITTLE_FREE => Finding::warning("space", words, remedy),
                _ => Finding::ok("space", words),
            }
        }
    }
}

/// Takes the permissions of others away.
pub(super) fn repair_modes(layout: &Layout) -> Result<(), Failure> {
    for path in open_to_others(layout) {
        let mode = if path.is_dir() { files::PRIVATE_DIRECTORY } else { files::PRIVATE };
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode))
            .map_err(|error| storage(&format!("{}: {error}", path.display())))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Grade;
    use super::*;

    #[test]
    fn what_others_can_read_is_found_and_repaired() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path().to_owned());
        files::make_directory(&layout.root().join("backups"), 0o755).unwrap();
        files::replace(&layout.data_key(), b"key", files::Access::PUBLIC).unwrap();
        let found = modes(&layout);
        assert_eq!((found.grade, found.repair), (Grade::Error, Some(Repair::Modes)));
        assert!(found.words.contains("data.key") && found.words.contains("backups"), "{}", found.words);
        repair_modes(&layout).unwrap();
        assert_eq!(modes(&layout).grade, Grade::Ok);
        assert_eq!(owners(&layout).grade, Grade::Ok);
    }
}
