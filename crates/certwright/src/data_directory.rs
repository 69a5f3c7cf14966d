//! The data directory: made private, locked for this process alone, its data key found or made.

use anyhow::{Context as _, Result, bail};
use certwright_contract::files::{self, Access};
use certwright_engine::Layout;
use certwright_pki::seal::DataKey;
use certwright_store::Store;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use zeroize::Zeroizing;

/// The value in the database that proves which data key it was made with.
const CHECK_VALUE: &str = "data-key-check";

/// An open data directory; dropping it gives the lock back.
#[derive(Debug)]
pub struct DataDirectory {
    /// Its paths.
    pub layout: Layout,
    _lock: File,
}

impl DataDirectory {
    /// Opens it, or makes it. Only one process has it open at a time.
    ///
    /// # Errors
    /// When another process has it, or others may read it.
    pub fn open(path: &Path) -> Result<Self> {
        files::make_directory(path, files::PRIVATE_DIRECTORY)?;
        let path = path.canonicalize().with_context(|| format!("find {}", path.display()))?;
        let metadata = path.metadata().with_context(|| format!("look at {}", path.display()))?;
        if metadata.mode() & 0o077 != 0 {
            bail!(
                "the data directory {} can be read by others (mode {:o}), and it holds keys; repair it with: chmod 700 {}",
                path.display(),
                metadata.mode() & 0o7777,
                path.display()
            );
        }
        let lock_path = path.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .mode(files::PRIVATE)
            .open(&lock_path)
            .with_context(|| format!("open {}", lock_path.display()))?;
        if rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_err() {
            bail!(
                "another Certwright uses {}: only one may; stop it, or name another --data-dir",
                path.display()
            );
        }
        Ok(Self { layout: Layout::new(path), _lock: lock })
    }

    /// The data key that this directory's database was made with. A new directory gets a new one; a database
    /// without its key is never given another.
    ///
    /// # Errors
    /// When the key is missing, damaged or another one: with the file to restore.
    pub async fn data_key(&self, store: &dyn Store) -> Result<(DataKey, Fresh)> {
        let path = self.layout.data_key();
        let check = store.meta(CHECK_VALUE).await?;
        let key = match (read_key(&path)?, &check) {
            (Some(key), _) => key,
            (None, Some(_)) => bail!(
                "the data key {} is missing, and without it the sealed keys in the database cannot be opened; \
                 restore the file, or make it again from the recovery key with: certwright recovery restore",
                path.display()
            ),
            (None, None) => {
                let key = DataKey::generate()?;
                write_key(&path, &key)?;
                key
            }
        };
        match check {
            Some(check) => key.verify_check_value(&check).with_context(|| {
                format!(
                    "{} is not the key this database was made with; restore the right one",
                    path.display()
                )
            })?,
            None => {
                store.set_meta(CHECK_VALUE, &key.check_value()?).await?;
                return Ok((key, Fresh(true)));
            }
        }
        Ok((key, Fresh(false)))
    }
}

/// Whether the data directory was just set up: then a recovery key is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fresh(pub bool);

fn read_key(path: &Path) -> Result<Option<DataKey>> {
    match files::read(path, 256) {
        Ok(bytes) => {
            let bytes = Zeroizing::new(bytes);
            let text = std::str::from_utf8(&bytes).unwrap_or_default().trim();
            let raw = Zeroizing::new(hex::decode(text).unwrap_or_default());
            let key = DataKey::from_bytes(&raw).with_context(|| {
                format!("{} is damaged; restore it from a backup or by the recovery key", path.display())
            })?;
            Ok(Some(key))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).context("read the data key"),
    }
}

/// Writes a data key, readable by this user alone.
///
/// # Errors
/// When it cannot be written.
pub fn write_key(path: &Path, key: &DataKey) -> Result<()> {
    let text = Zeroizing::new(hex::encode(key.expose()));
    Ok(files::replace(path, text.as_bytes(), Access::PRIVATE)?)
}

/// Whether the key opens this database.
///
/// # Errors
/// When it does not.
pub async fn verify(store: &dyn Store, key: &DataKey) -> Result<()> {
    match store.meta(CHECK_VALUE).await? {
        Some(check) => Ok(key.verify_check_value(&check)?),
        None => bail!("the database has never had a data key"),
    }
}
