//! Backups: a checked copy of the database with the data key wrapped by the recovery key, and nothing in the clear.
//!
//! A backup is one SQLite file beside its SHA-256 (as `sha256sum` writes it). The version directories are not in it: they
//! are made again from the sealed keys.

use crate::blocking::blocking;
use crate::engine::{Engine, storage};
use crate::error::EngineError;
use certwright_contract::files::{self, Access};
use certwright_core::Timestamp;
use certwright_core::event::{EventKind, Level, NewEvent};
use certwright_core::failure::Failure;
use certwright_store::{SqliteStore, StoreError};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The key in a copy under which the wrapped data key is.
pub const WRAPPED_KEY: &str = "data-key-wrapped";
/// The key in a copy under which it says what it is.
pub const ABOUT: &str = "backup";

const BEFORE: &str = "certwright-";
const AFTER: &str = ".db";

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The moment whose state it is.
    pub made_at: Timestamp,
    /// The program that made it.
    pub version: String,
}

/// A backup, as its folder shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// The file's name, which tells its moment.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// How large it is.
    pub bytes: u64,
    /// When it was made.
    pub made_at: Timestamp,
}

/// What a check of a backup found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedBackup {
    /// What it says of itself.
    pub about: About,
    /// The schema in it.
    pub schema: i64,
    /// How many certificates are in it.
    pub certificates: u64,
    /// The wrapped data key, where a recovery key had been made.
    pub wrapped_key: Option<Vec<u8>>,
    /// Whether its SHA-256 was there to be compared.
    pub compared: bool,
}

fn checksum_path(path: &Path) -> PathBuf {
    files::with_suffix(path, ".sha256")
}

fn file_name(now: Timestamp) -> String {
    format!("{BEFORE}{}-{:03}Z{AFTER}", now.strftime("%Y-%m-%dT%H-%M-%S"), now.subsec_millisecond())
}

/// The moment in a name, if it is one of ours.
fn moment_of(name: &str) -> Option<Timestamp> {
    let text = name.strip_prefix(BEFORE)?.strip_suffix(AFTER)?;
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let parts: Vec<_> = time.split('-').collect();
    let [hour, minute, second, milliseconds] = parts[..] else { return None };
    format!("{date}T{hour}:{minute}:{second}.{milliseconds}Z").parse().ok()
}

/// The backups of a folder, the newest first.
fn list(folder: &Path) -> Result<Vec<Backup>, Failure> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(storage(&format!("{}: {error}", folder.display()))),
    };
    let mut backups = Vec::new();
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let (Some(made_at), Ok(metadata)) = (moment_of(&name), entry.metadata()) else { continue };
        if metadata.is_file() {
            backups.push(Backup { name, path: entry.path(), bytes: metadata.len(), made_at });
        }
    }
    backups.sort_by_key(|backup| std::cmp::Reverse(backup.made_at));
    Ok(backups)
}

/// Removes all but the newest ones.
fn remove_old(folder: &Path, keep: usize) -> Result<(), Failure> {
    for old in list(folder)?.into_iter().skip(keep.max(1)) {
        files::remove(&old.path)
            .and_then(|()| files::remove(&checksum_path(&old.path)))
            .map_err(|error| storage(&error.to_string()))?;
    }
    Ok(())
}

fn write_checksum(path: &Path) -> Result<(), Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    files::digest_of(path)
        .and_then(|digest| {
            let line = format!("{digest}  {name}\n");
            files::replace(&checksum_path(path), line.as_bytes(), Access::PRIVATE)
        })
        .map_err(|error| storage(&error.to_string()))
}

/// Compares a file with its SHA-256, where that is there.
fn compare(path: &Path) -> Result<bool, Failure> {
    let beside = checksum_path(path);
    let wanted = match files::read(&beside, 4096) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).split_whitespace().next().unwrap_or_default().to_owned(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(storage(&error.to_string())),
    };
    let found = files::digest_of(path).map_err(|error| storage(&error.to_string()))?;
    if found == wanted {
        return Ok(true);
    }
    Err(damaged(path, format!("its SHA-256 is {found}, and {} says {wanted}", beside.display())))
}

fn damaged(path: &Path, answer: String) -> Failure {
    Failure::person(
        "backup-damaged",
        format!("use the backup {}", path.display()),
        answer,
        "take an older one: certwright backup list",
    )
}

/// Checks a backup in full without changing it: its SHA-256, the integrity of the database, its schema.
///
/// # Errors
/// What is wrong, and what to do.
pub async fn check_backup(path: &Path) -> Result<CheckedBackup, Failure> {
    let file = path.to_owned();
    let compared = blocking(move || {
        if !file.is_file() {
            return Err(Failure::person(
                "no-backup",
                format!("read the backup {}", file.display()),
                "there is no such file",
                "name one of: certwright backup list",
            ));
        }
        compare(&file)
    })
    .await?;
    let facts =
        SqliteStore::inspect_copy(path, &[ABOUT, WRAPPED_KEY]).await.map_err(|error| match error {
            StoreError::NewerSchema { .. } => Failure::person(
                "backup-newer",
                format!("use the backup {}", path.display()),
                error.to_string(),
                "install the newer program, and restore with that",
            ),
            other => damaged(path, other.to_string()),
        })?;
    let mut values = facts.values.into_iter();
    let about = values.next().flatten().and_then(|json| serde_json::from_slice(&json).ok());
    let Some(about) = about else {
        return Err(damaged(path, "it is a database, but no backup".to_owned()));
    };
    Ok(CheckedBackup {
        about,
        schema: facts.schema,
        certificates: facts.certificates,
        wrapped_key: values.next().flatten(),
        compared,
    })
}

impl Engine {
    /// The backups, the newest first.
    ///
    /// # Errors
    /// When their folder cannot be read.
    pub async fn backups(&self) -> Result<Vec<Backup>, EngineError> {
        let folder = self.backup_folder();
        Ok(blocking(move || list(&folder)).await?)
    }

    /// Makes a backup now, checks it, and removes the oldest beyond those that are kept. `who` is for the audit; `None`
    /// is the service itself.
    ///
    /// # Errors
    /// What failed. It is also told as an event, and in the service's condition, until one succeeds.
    pub async fn back_up(&self, who: Option<&str>) -> Result<Backup, EngineError> {
        let _one = self.backing_up.lock().await;
        match self.make_backup().await {
            Ok(backup) => {
                self.condition.backup(None);
                let words = format!("Backed up to {}, and checked", backup.path.display());
                self.tell(Level::Info, words).await;
                if let Some(who) = who {
                    let after = serde_json::json!({ "backup": backup.name });
                    let line = self.audit(who, "back-up", "service".to_owned(), None, Some(after));
                    self.store.append_audit(&line).await?;
                }
                Ok(backup)
            }
            Err(failure) => {
                self.condition.backup(Some(failure.to_string()));
                self.tell(Level::Error, format!("No backup was made: {failure}")).await;
                Err(failure.into())
            }
        }
    }

    async fn make_backup(&self) -> Result<Backup, Failure> {
        let (folder, now) = (self.backup_folder(), self.now());
        let made = folder.clone();
        blocking(move || {
            files::make_directory(&made, files::PRIVATE_DIRECTORY)
                .map_err(|error| storage(&error.to_string()))
        })
        .await?;
        let wrapped = self.layout.wrapped_key();
        let wrapped = blocking(move || match files::read(&wrapped, 4096) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(storage(&error.to_string())),
        })
        .await?;
        let about = About { made_at: now, version: env!("CARGO_PKG_VERSION").to_owned() };
        let about = serde_json::to_vec(&about).map_err(|error| storage(&error.to_string()))?;
        let mut values: Vec<(&str, &[u8])> = vec![(ABOUT, &about)];
        if let Some(wrapped) = &wrapped {
            values.push((WRAPPED_KEY, wrapped));
        }
        let name = file_name(now);
        let path = folder.join(&name);
        self.store.copy_to(&path, &values).await.map_err(|error| storage(&error.to_string()))?;
        let (file, keep) = (path.clone(), self.options.backups_kept);
        let bytes = blocking(move || {
            write_checksum(&file)?;
            remove_old(&folder, keep)?;
            file.metadata().map(|metadata| metadata.len()).map_err(|error| storage(&error.to_string()))
        })
        .await?;
        Ok(Backup { name, path, bytes, made_at: now })
    }

    /// Checks one of the backups in full.
    ///
    /// # Errors
    /// There is none of that name, or what is wrong with it.
    pub async fn check_backup(&self, name: &str) -> Result<(Backup, CheckedBackup), EngineError> {
        let backups = self.backups().await?;
        let Some(backup) = backups.into_iter().find(|backup| backup.name == name) else {
            return Err(EngineError::NotFound { what: "backup", id: name.to_owned() });
        };
        let checked = check_backup(&backup.path).await?;
        Ok((backup, checked))
    }

    pub(crate) fn backup_folder(&self) -> PathBuf {
        self.options.backups.clone().unwrap_or_else(|| self.layout.backups())
    }

    /// Tells something about the service as a whole. Where even that cannot be stored, the log has it.
    pub(crate) async fn tell(&self, level: Level, message: String) {
        match level {
            Level::Info => tracing::info!("{message}"),
            Level::Warning => tracing::warn!("{message}"),
            Level::Error => tracing::error!("{message}"),
        }
        let event = NewEvent {
            at: self.now(),
            certificate: None,
            run: None,
            step: None,
            kind: EventKind::Note,
            level,
            message,
        };
        if let Err(error) = self.store.append_events(&[event]).await {
            tracing::error!(%error, "that could not be stored as an event");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_moment_and_nothing_else_is_a_backup() {
        let now: Timestamp = "2026-11-25T18:40:01.007Z".parse().unwrap();
        let name = file_name(now);
        assert_eq!(name, "certwright-2026-11-25T18-40-01-007Z.db");
        assert_eq!(moment_of(&name), Some(now));
        for other in ["certwright-.db", "certwright-2026-11-25T18-40-01-007Z.db.part", "mine.db", ""] {
            assert_eq!(moment_of(other), None, "{other}");
        }
    }
}
