//! Copies of the SQLite file: made by `VACUUM INTO`, checked in full, and restored the same way.

use super::attempt::{Attempt, other};
use super::open::{private_file, sync_folder_of};
use super::{SqliteStore, pragmas, schema};
use crate::{CopyFacts, CopyValues, Copying, StoreError, StoreResult};
use async_trait::async_trait;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};
use std::path::{Path, PathBuf};
use std::time::Duration;

#[async_trait]
impl Copying for SqliteStore {
    async fn copy_to(&self, file: &Path, values: CopyValues<'_>) -> StoreResult<CopyFacts> {
        let from = self.file.as_deref().ok_or_else(|| other("copy the database", "it is in memory"))?;
        copy(from, file, values, "").await
    }
}

/// What a restored store must not believe of the process whose copy it is: its leases, and its unanswered requests.
const VOID: &str = "
UPDATE certificates SET lease_holder = NULL, lease_until = NULL, fence = fence + 1;
DELETE FROM idempotency;";

impl SqliteStore {
    /// Looks at a copy without changing it: its integrity in full, its schema, and the values of these keys.
    ///
    /// # Errors
    /// `Damaged` with what is wrong; `NewerSchema` when a newer program wrote it.
    pub async fn inspect_copy(file: &Path, keys: &[&str]) -> StoreResult<CopyFacts> {
        let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(true);
        let mut connection = options.connect().await.attempt("open the copy")?;
        let looked = look(&mut connection, keys).await;
        connection.close().await.attempt("close the copy")?;
        looked
    }

    /// Looks whether the database in this file could be opened for work by nobody else than us, without changing what is
    /// in it: its pages, its schema, and whether somebody has it locked. For a look from outside, while no service runs.
    ///
    /// # Errors
    /// `Damaged`, `NewerSchema`, `Busy` where another program has it locked, `Unwritable`.
    pub async fn look_at(file: &Path) -> StoreResult<()> {
        let attempted = "look at the database";
        let waits = pragmas::plain(file).busy_timeout(LOOK_WAITS);
        let mut reader = waits.clone().read_only(true).connect().await.attempt(attempted)?;
        let looked = sound(&mut reader).await;
        reader.close().await.attempt(attempted)?;
        looked?;
        // A lock that is given back at once: nothing was written under it.
        let mut writer = waits.connect().await.attempt(attempted)?;
        let locked = sqlx::raw_sql("BEGIN IMMEDIATE; ROLLBACK").execute(&mut writer).await.attempt(attempted);
        writer.close().await.attempt(attempted)?;
        locked.map(drop)
    }

    /// Makes a store of a copy, in a new file: what the copy knows of the process that made it (leases, unanswered
    /// requests) is void, the values of `forget` are removed, `values` are added. The copy is not changed.
    ///
    /// # Errors
    /// As [`inspect_copy`](Self::inspect_copy); `Unwritable` when the file is there or cannot be written.
    pub async fn restore_copy(
        copied: &Path,
        file: &Path,
        forget: &[&str],
        values: CopyValues<'_>,
    ) -> StoreResult<CopyFacts> {
        Self::inspect_copy(copied, &[]).await?;
        let mut sql = VOID.to_owned();
        for key in forget {
            sql.push_str(&format!("DELETE FROM meta WHERE key = {};", quoted(key)));
        }
        copy(copied, file, values, &sql).await
    }
}

/// How long a look waits for a lock of another program.
const LOOK_WAITS: Duration = Duration::from_secs(1);

/// Whether it is a database of ours without damage; an empty one is as good as none.
async fn sound(connection: &mut SqliteConnection) -> StoreResult<()> {
    let attempted = "look at the database";
    let complaints: Vec<String> =
        sqlx::query_scalar("PRAGMA quick_check(3)").fetch_all(&mut *connection).await.attempt(attempted)?;
    if complaints.iter().any(|line| line != "ok") {
        return Err(StoreError::Damaged { words: complaints.join("; ") });
    }
    schema::not_newer(connection).await
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn unwritable(attempted: &str) -> impl Fn(std::io::Error) -> StoreError {
    move |error| StoreError::Unwritable { attempted: attempted.to_owned(), answer: error.to_string() }
}

/// Copies a database file into a new one, beside its name first, with the values put in and `sql` performed on it.
async fn copy(from: &Path, file: &Path, values: CopyValues<'_>, sql: &str) -> StoreResult<CopyFacts> {
    let attempted = "copy the database";
    if tokio::fs::try_exists(file).await.map_err(unwritable(attempted))? {
        return Err(StoreError::Unwritable {
            attempted: attempted.to_owned(),
            answer: format!("{} is there already", file.display()),
        });
    }
    let part = part_of(file);
    remove(&part).await?;
    let made = fill(from, &part, values, sql).await;
    let facts = match made {
        Ok(facts) => facts,
        Err(error) => {
            remove(&part).await?;
            return Err(error);
        }
    };
    name_it(&part, file).await.map_err(unwritable(attempted))?;
    Ok(facts)
}

/// Where a copy grows before it has its name.
pub(super) fn part_of(file: &Path) -> PathBuf {
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    PathBuf::from(part)
}

/// Gives a whole copy its name.
pub(super) async fn name_it(part: &Path, file: &Path) -> std::io::Result<()> {
    tokio::fs::rename(part, file).await?;
    sync_folder_of(file).await
}

/// Copies the open database into a new file, which is to be synced by whoever is done with it.
pub(super) async fn vacuum_into(
    source: &mut SqliteConnection,
    part: &Path,
    attempted: &'static str,
) -> StoreResult<tokio::fs::File> {
    let name = part.to_str().ok_or_else(|| other(attempted, "the path of the copy is not UTF-8"))?;
    // Created by us first, so that it has our mode from the first byte; SQLite fills an empty file.
    let created = private_file(part).await.map_err(unwritable(attempted))?;
    let sql = AssertSqlSafe(format!("VACUUM INTO {}", quoted(name)));
    sqlx::raw_sql(sql).execute(source).await.attempt(attempted)?;
    Ok(created)
}

pub(super) async fn remove(part: &Path) -> StoreResult<()> {
    match tokio::fs::remove_file(part).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(unwritable("remove a copy that was not finished")(error))
        }
        _ => Ok(()),
    }
}

async fn fill(from: &Path, part: &Path, values: CopyValues<'_>, sql: &str) -> StoreResult<CopyFacts> {
    let attempted = "copy the database";
    let mut source = pragmas::plain(from).connect().await.attempt(attempted)?;
    let copied = vacuum_into(&mut source, part, attempted).await;
    source.close().await.attempt(attempted)?;
    let created = copied?;
    let mut copy = pragmas::plain(part).connect().await.attempt(attempted)?;
    let filled = async {
        if !sql.is_empty() {
            sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut copy).await.attempt(attempted)?;
        }
        for (key, value) in values {
            sqlx::query("INSERT OR REPLACE INTO meta (key, value) VALUES ($1, $2)")
                .bind(*key)
                .bind(*value)
                .execute(&mut copy)
                .await
                .attempt(attempted)?;
        }
        look(&mut copy, &[]).await
    }
    .await;
    copy.close().await.attempt(attempted)?;
    let facts = filled?;
    created.sync_all().await.map_err(unwritable(attempted))?;
    Ok(facts)
}

/// Everything that can be wrong with a copy, and what is in it.
async fn look(connection: &mut SqliteConnection, keys: &[&str]) -> StoreResult<CopyFacts> {
    let attempted = "check the copy";
    let complaints: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(10)")
        .fetch_all(&mut *connection)
        .await
        .attempt(attempted)?;
    if complaints.iter().any(|line| line != "ok") {
        return Err(StoreError::Damaged { words: complaints.join("; ") });
    }
    let loose =
        sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut *connection).await.attempt(attempted)?;
    if !loose.is_empty() {
        return Err(StoreError::Damaged {
            words: format!("{} rows refer to rows that are gone", loose.len()),
        });
    }
    let schema = schema::of_ours(connection).await?;
    let certificates: i64 = sqlx::query_scalar("SELECT count(*) FROM certificates")
        .fetch_one(&mut *connection)
        .await
        .attempt(attempted)?;
    let mut values = Vec::with_capacity(keys.len());
    for key in keys {
        let value = sqlx::query_scalar("SELECT value FROM meta WHERE key = $1")
            .bind(*key)
            .fetch_optional(&mut *connection)
            .await
            .attempt(attempted)?;
        values.push(value);
    }
    Ok(CopyFacts { schema, certificates: certificates.unsigned_abs(), values })
}
