//! A damaged database is kept aside before anybody touches it, and the service says how to go on (fault 30).

use certwright_contract::files;
use certwright_engine::Layout;
use certwright_store::StoreError;
use std::io;
use std::path::PathBuf;

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
        let (from, to) = (files::with_suffix(&database, suffix), files::with_suffix(&kept, suffix));
        if from.exists() && !to.exists() {
            files::copy(&from, &to, files::PRIVATE)?;
        }
    }
    Ok(kept)
}
