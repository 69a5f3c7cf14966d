//! A damaged database is kept aside before anybody touches it, and the service says how to go on (fault 30).

use certwright_contract::files;
use certwright_engine::Layout;
use certwright_store::StoreError;
use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Keeps a copy of the database as it is, once however often the service is started; gives the error to end with.
pub(crate) fn set_aside(layout: &Layout, error: &StoreError) -> anyhow::Error {
    let kept = match keep(layout) {
        Ok(path) => format!("a copy as it is now is kept in {}", path.display()),
        Err(error) => format!("no copy could be kept ({error}): make one before anything else"),
    };
    anyhow::anyhow!(
        "{error}; nothing was changed, and {kept}. Restore the newest backup over it: certwright restore FILE --replace, \
         with a FILE of {}",
        layout.backups().display()
    )
}

fn keep(layout: &Layout) -> io::Result<PathBuf> {
    let database = layout.database();
    let folder = layout.root().join("quarantine");
    files::make_directory(&folder, files::PRIVATE_DIRECTORY)?;
    let digest = files::digest_of(&database)?;
    let kept = folder.join(format!("certwright-{}.db", &digest[..16]));
    for suffix in ["", "-wal"] {
        let with = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        let (from, to) = (with(&database), with(&kept));
        if from.exists() && !to.exists() {
            copy(&from, &to)?;
        }
    }
    Ok(kept)
}

/// A private copy, under its name only when it is whole.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let part = to.with_extension("part");
    files::remove(&part)?;
    let mut target = File::options().write(true).create_new(true).mode(files::PRIVATE).open(&part)?;
    io::copy(&mut File::open(from)?, &mut target)?;
    target.sync_all()?;
    std::fs::rename(&part, to)
}
