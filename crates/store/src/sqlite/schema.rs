//! The schema: refuse what is newer, copy what is older before it is migrated.

use super::attempt::{Attempt, other, store_error};
use super::copies::{name_it, part_of, remove, vacuum_into};
use super::migrations::KNOWN;
use super::pragmas;
use crate::{StoreError, StoreResult};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};
use std::path::{Path, PathBuf};

/// Looks at the file before it is opened for work: refuses a schema that is newer than `known` or not ours, and
/// copies one that is older.
pub(super) async fn inspect(path: &Path, known: &Migrator) -> StoreResult<()> {
    let mut connection = pragmas::plain(path).connect().await.attempt("open the database")?;
    let inspected = inspect_open(&mut connection, path, known).await;
    connection.close().await.attempt("close the database")?;
    inspected
}

async fn inspect_open(connection: &mut SqliteConnection, path: &Path, known: &Migrator) -> StoreResult<()> {
    let known = known.iter().map(|migration| migration.version).max().unwrap_or(0);
    match found(connection).await? {
        None => Ok(()),
        Some(found) if found > known => Err(StoreError::NewerSchema { found, known }),
        Some(found) if found < known => copy(connection, path, known).await,
        Some(_) => Ok(()),
    }
}

/// The schema of a database that must be one of ours, and not newer than this program.
pub(super) async fn of_ours(connection: &mut SqliteConnection) -> StoreResult<i64> {
    let known = KNOWN.iter().map(|migration| migration.version).max().unwrap_or(0);
    match found(connection).await? {
        Some(found) if found > known => Err(StoreError::NewerSchema { found, known }),
        Some(found) => Ok(found),
        None => Err(StoreError::Damaged { words: "there is nothing in it".to_owned() }),
    }
}

/// Refuses a database that a newer program wrote, or another one.
pub(super) async fn not_newer(connection: &mut SqliteConnection) -> StoreResult<()> {
    let known = KNOWN.iter().map(|migration| migration.version).max().unwrap_or(0);
    match found(connection).await? {
        Some(found) if found > known => Err(StoreError::NewerSchema { found, known }),
        _ => Ok(()),
    }
}

/// The newest migration in the database; `None` for an empty one.
async fn found(connection: &mut SqliteConnection) -> StoreResult<Option<i64>> {
    let (tables, ours): (i64, i64) = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE name = '_sqlx_migrations') FROM sqlite_schema WHERE type = 'table'",
    )
    .fetch_one(&mut *connection)
    .await
    .attempt("read the schema of the database")?;
    match (tables, ours) {
        (0, _) => Ok(None),
        (_, 0) => Err(StoreError::Damaged { words: "the file is a database of another program".to_owned() }),
        _ => sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(connection)
            .await
            .attempt("read the schema version of the database"),
    }
}

/// Where the copy goes that is taken before migrating to `version`.
pub(super) fn copy_path(path: &Path, version: i64) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".before-{version}"));
    PathBuf::from(name)
}

/// Copies the database as it is. A copy left by an earlier attempt to migrate is replaced only by a whole one.
async fn copy(connection: &mut SqliteConnection, path: &Path, version: i64) -> StoreResult<()> {
    let attempted = "copy the database before migrating it";
    let failed = |error: std::io::Error| StoreError::Unwritable {
        attempted: attempted.to_owned(),
        answer: error.to_string(),
    };
    let target = copy_path(path, version);
    let part = part_of(&target);
    remove(&part).await?;
    let file = vacuum_into(connection, &part, attempted).await?;
    file.sync_all().await.map_err(failed)?;
    name_it(&part, &target).await.map_err(failed)?;
    tracing::info!(copy = %target.display(), "copied the database before migrating it");
    Ok(())
}

/// Brings the schema up to date, each migration in a transaction of its own.
pub(super) async fn migrate(writer: &SqlitePool, known: &Migrator) -> StoreResult<()> {
    let attempted = "migrate the database";
    known.run(writer).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            store_error(attempted, &error)
        }
        MigrateError::VersionMismatch(version) => StoreError::Damaged {
            words: format!("migration {version} was applied in another wording than this program knows"),
        },
        error => other(attempted, error),
    })
}
