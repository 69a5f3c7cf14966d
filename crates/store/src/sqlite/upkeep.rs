//! The SQLite file as a whole.

use super::SqliteStore;
use super::attempt::Attempt;
use crate::{StoreError, StoreResult, Upkeep};
use async_trait::async_trait;
use certwright_core::Timestamp;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::watch;

/// The key under which a value is written to prove that writing works.
const PROOF: &str = "proof-of-writing";

#[async_trait]
impl Upkeep for SqliteStore {
    async fn prove_writable(&self) -> StoreResult<()> {
        let attempted = "write to the database";
        let mut write = self.write(attempted).await?;
        sqlx::query("INSERT OR REPLACE INTO meta (key, value) VALUES ($1, x'00')")
            .bind(PROOF)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        write.commit_quietly().await?;
        let mut write = self.write(attempted).await?;
        // Two callers at once write the same row: whether this one removes it or the other one does not matter.
        sqlx::query("DELETE FROM meta WHERE key = $1")
            .bind(PROOF)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        write.commit_quietly().await
    }

    async fn check_integrity(&self) -> StoreResult<()> {
        // On a connection of its own: one that has searched before keeps the structure of the full-text index as it was
        // then, and would call a sound index damaged once others have written to it.
        let mut fresh = self.readers.connect_options().connect().await.attempt("check the database")?;
        let complaints: Vec<String> = sqlx::query_scalar("PRAGMA quick_check(10)")
            .fetch_all(&mut fresh)
            .await
            .attempt("check the database")?;
        fresh.close().await.attempt("check the database")?;
        if complaints.iter().all(|line| line == "ok") {
            return Ok(());
        }
        Err(StoreError::Damaged { words: complaints.join("; ") })
    }

    async fn bring_back_to(&self, now: Timestamp) -> StoreResult<u64> {
        self.bring_back(now).await
    }

    fn subscribe(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
