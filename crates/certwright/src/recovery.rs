//! The recovery key: shown once, kept by a person; only it opens the wrapped copy of the data key.

use crate::data_directory::{DataDirectory, verify, write_key};
use anyhow::{Context as _, Result, bail};
use certwright_contract::files::{self, Access};
use certwright_pki::seal::{DataKey, RecoveryKey};
use certwright_store::SqliteStore;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

fn wrapped_path(root: &Path) -> PathBuf {
    root.join("data.key.wrapped")
}

/// Makes a new recovery key for the data key; the old one opens nothing any more. The text is to be shown to a
/// person once, on a terminal, and never logged.
///
/// # Errors
/// When the wrapped copy cannot be written.
pub fn make(root: &Path, key: &DataKey) -> Result<Zeroizing<String>> {
    let recovery = RecoveryKey::generate()?;
    files::replace(&wrapped_path(root), &recovery.wrap(key)?, Access::PRIVATE)?;
    Ok(recovery.to_text())
}

/// `certwright recovery new`: for a service that is stopped.
///
/// # Errors
/// When the data directory is in use or its key is missing.
pub async fn new(path: &Path) -> Result<Zeroizing<String>> {
    let directory = DataDirectory::open(path)?;
    let store = SqliteStore::open(&directory.layout.database()).await?;
    let (key, _) = directory.data_key(&store).await?;
    make(directory.layout.root(), &key)
}

/// What is typed on standard input, without the spaces around it.
pub(crate) fn typed() -> Result<Zeroizing<String>> {
    let mut typed = Zeroizing::new(String::new());
    std::io::stdin()
        .take(1024)
        .read_to_string(&mut typed)
        .context("read the recovery key from standard input")?;
    Ok(Zeroizing::new(typed.trim().to_owned()))
}

/// `certwright recovery restore`: makes the data key again from the recovery key on standard input.
///
/// # Errors
/// When the recovery key is mistyped or another one, or a data key is there already.
pub async fn restore(path: &Path) -> Result<()> {
    let directory = DataDirectory::open(path)?;
    let target = directory.layout.data_key();
    if target.exists() {
        bail!("{} is there already; move it away first if it is the wrong one", target.display());
    }
    let wrapped = wrapped_path(directory.layout.root());
    let sealed = files::read(&wrapped, 4096).with_context(|| format!("read {}", wrapped.display()))?;
    let key = RecoveryKey::parse(&typed()?)?.unwrap(&sealed)?;
    let store = SqliteStore::open(&directory.layout.database()).await?;
    verify(&store, &key).await.context("the recovered key does not belong to this database")?;
    write_key(&target, &key)
}
