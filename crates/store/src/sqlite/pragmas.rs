//! How every connection is set up, and the proof that it is: settings are read back, never believed.

use super::attempt::Attempt;
use crate::{StoreError, StoreResult};
use sqlx::SqliteConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use std::path::Path;
use std::time::Duration;

/// How long a statement waits for a lock of another program, such as a backup tool.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the file as it is, to look at it before anything is decided. Never creates it.
pub(super) fn plain(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).create_if_missing(false).busy_timeout(BUSY_TIMEOUT)
}

/// The writer's set-up. `FULL`: a commit survives a power cut, because a certificate's key must.
pub(super) fn writer(path: &Path) -> SqliteConnectOptions {
    plain(path).journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full).foreign_keys(true)
}

/// A reader's set-up: the same, and unable to write.
pub(super) fn reader(path: &Path) -> SqliteConnectOptions {
    writer(path).pragma("query_only", "ON")
}

/// The set-up of a database that no file holds, private to its one connection.
pub(super) fn in_memory() -> SqliteConnectOptions {
    SqliteConnectOptions::new().in_memory(true).foreign_keys(true)
}

/// Reads the settings back.
pub(super) async fn assert_set(connection: &mut SqliteConnection) -> StoreResult<()> {
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut *connection)
        .await
        .attempt("read the journal mode")?;
    expect("journal_mode", &journal, "wal")?;
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
        .fetch_one(&mut *connection)
        .await
        .attempt("read the synchronous setting")?;
    expect("synchronous", &synchronous.to_string(), "2")?;
    let foreign_keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys")
        .fetch_one(&mut *connection)
        .await
        .attempt("read the foreign keys setting")?;
    expect("foreign_keys", &foreign_keys.to_string(), "1")?;
    let busy_timeout: i64 = sqlx::query_scalar("PRAGMA busy_timeout")
        .fetch_one(&mut *connection)
        .await
        .attempt("read the busy timeout")?;
    expect("busy_timeout", &busy_timeout.to_string(), &BUSY_TIMEOUT.as_millis().to_string())
}

/// The proof in the form that a pool's hook wants.
pub(super) async fn assert_on_connect(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    assert_set(connection).await.map_err(|error| sqlx::Error::Configuration(Box::new(error)))
}

fn expect(name: &str, found: &str, wanted: &str) -> StoreResult<()> {
    if found == wanted {
        return Ok(());
    }
    Err(StoreError::Unwritable {
        attempted: format!("open the database with {name}={wanted}"),
        answer: format!(
            "SQLite keeps {name}={found}; the file system may not support it (network folders do not)"
        ),
    })
}
