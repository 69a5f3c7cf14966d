//! Tries to sign in that are nobody's, in SQLite.

use super::super::SqliteStore;
use super::super::attempt::Attempt;
use super::super::rows::{column, each, maybe_milliseconds, maybe_moment, milliseconds};
use crate::people::Guesses;
use crate::{StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::lockout::Tries;
use sqlx::sqlite::SqliteRow;

/// The most subjects that are stored.
const MOST: i64 = 10_000;

fn guess(row: &SqliteRow) -> StoreResult<([u8; 32], Tries)> {
    let subject: Vec<u8> = column(row, "subject")?;
    let failures: i64 = column(row, "failures")?;
    let damaged = || StoreError::Damaged { words: "a digest of another length".to_owned() };
    let tries = Tries {
        failures: u32::try_from(failures).unwrap_or(u32::MAX),
        last_at: maybe_moment(row, "failed_at")?,
        locked_until: maybe_moment(row, "locked_until")?,
    };
    Ok((subject.try_into().map_err(|_| damaged())?, tries))
}

#[async_trait]
impl Guesses for SqliteStore {
    async fn store_guesses(&self, subject: &[u8; 32], tries: &Tries) -> StoreResult<()> {
        let attempted = "store a lock against guessing";
        let mut write = self.write(attempted).await?;
        sqlx::query(
            "INSERT INTO sign_in_tries (subject, failures, failed_at, locked_until) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (subject) DO UPDATE SET failures = $2, failed_at = $3, locked_until = $4",
        )
        .bind(subject.as_slice())
        .bind(i64::from(tries.failures))
        .bind(maybe_milliseconds(tries.last_at).unwrap_or(0))
        .bind(maybe_milliseconds(tries.locked_until).unwrap_or(0))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        sqlx::query(
            "DELETE FROM sign_in_tries WHERE subject IN \
               (SELECT subject FROM sign_in_tries ORDER BY failed_at DESC LIMIT -1 OFFSET $1)",
        )
        .bind(MOST)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        write.commit_quietly().await
    }

    async fn guesses(&self, after: Timestamp) -> StoreResult<Vec<([u8; 32], Tries)>> {
        let rows = sqlx::query(
            "SELECT subject, failures, failed_at, locked_until FROM sign_in_tries WHERE failed_at > $1 \
             ORDER BY failed_at DESC LIMIT $2",
        )
        .bind(milliseconds(after))
        .bind(MOST)
        .fetch_all(&self.readers)
        .await
        .attempt("read locks against guessing")?;
        each(&rows, guess)
    }
}
