//! Idempotency keys in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use super::rows::{column, milliseconds, number};
use crate::{Admission, Idempotency, REMEMBERED_FOR, StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use sqlx::sqlite::SqliteRow;

/// Moments up to this one are forgotten at `now`.
fn forgotten(now: Timestamp) -> i64 {
    milliseconds(now).saturating_sub(i64::try_from(REMEMBERED_FOR.as_millis()).unwrap_or(i64::MAX))
}

fn admission(row: &SqliteRow, hash: &str) -> StoreResult<Admission> {
    if column::<&str>(row, "request_hash")? != hash {
        return Ok(Admission::Mismatch);
    }
    Ok(match column::<Option<i64>>(row, "status")? {
        None => Admission::InProgress,
        Some(_) => Admission::Replay { status: number(row, "status")?, answer: column(row, "answer")? },
    })
}

#[async_trait]
impl Idempotency for SqliteStore {
    async fn begin_request(
        &self,
        key: &str,
        route: &str,
        hash: &str,
        now: Timestamp,
    ) -> StoreResult<Admission> {
        let attempted = "look for the idempotency key";
        let mut write = self.write(attempted).await?;
        let added = sqlx::query(
            "INSERT INTO idempotency (key, route, request_hash, at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (key, route) DO UPDATE SET request_hash = excluded.request_hash, status = NULL, \
               answer = NULL, at = excluded.at WHERE idempotency.at <= $5",
        )
        .bind(key)
        .bind(route)
        .bind(hash)
        .bind(milliseconds(now))
        .bind(forgotten(now))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if added.rows_affected() > 0 {
            write.commit_quietly().await?;
            return Ok(Admission::New);
        }
        let row =
            sqlx::query("SELECT request_hash, status, answer FROM idempotency WHERE key = $1 AND route = $2")
                .bind(key)
                .bind(route)
                .fetch_one(write.on())
                .await
                .attempt(attempted)?;
        admission(&row, hash)
    }

    async fn finish_request(&self, key: &str, route: &str, status: u16, answer: &[u8]) -> StoreResult<()> {
        let attempted = "store the answer for its idempotency key";
        let mut write = self.write(attempted).await?;
        let finished =
            sqlx::query("UPDATE idempotency SET status = $3, answer = $4 WHERE key = $1 AND route = $2")
                .bind(key)
                .bind(route)
                .bind(i64::from(status))
                .bind(answer)
                .execute(write.on())
                .await
                .attempt(attempted)?;
        if finished.rows_affected() == 0 {
            return Err(StoreError::not_found("idempotency key", key));
        }
        write.commit_quietly().await
    }

    async fn forget_request(&self, key: &str, route: &str) -> StoreResult<()> {
        let attempted = "forget an idempotency key";
        let mut write = self.write(attempted).await?;
        sqlx::query("DELETE FROM idempotency WHERE key = $1 AND route = $2 AND status IS NULL")
            .bind(key)
            .bind(route)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        write.commit_quietly().await
    }

    async fn prune_requests(&self, now: Timestamp) -> StoreResult<u64> {
        let attempted = "forget old idempotency keys";
        let mut write = self.write(attempted).await?;
        let pruned = sqlx::query("DELETE FROM idempotency WHERE at <= $1")
            .bind(forgotten(now))
            .execute(write.on())
            .await
            .attempt(attempted)?;
        write.commit_quietly().await?;
        Ok(pruned.rows_affected())
    }

    async fn forget_unanswered_requests(&self) -> StoreResult<u64> {
        let attempted = "forget requests that were never answered";
        let mut write = self.write(attempted).await?;
        let forgotten = sqlx::query("DELETE FROM idempotency WHERE status IS NULL")
            .execute(write.on())
            .await
            .attempt(attempted)?;
        write.commit_quietly().await?;
        Ok(forgotten.rows_affected())
    }
}
