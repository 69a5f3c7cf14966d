//! Single values in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use crate::{Meta, StoreResult};
use async_trait::async_trait;

#[async_trait]
impl Meta for SqliteStore {
    async fn meta(&self, key: &str) -> StoreResult<Option<Vec<u8>>> {
        sqlx::query_scalar("SELECT value FROM meta WHERE key = $1")
            .bind(key)
            .fetch_optional(&self.readers)
            .await
            .attempt("read a value of the store")
    }

    async fn set_meta(&self, key: &str, value: &[u8]) -> StoreResult<()> {
        let attempted = "set a value of the store";
        let mut write = self.write(attempted).await?;
        sqlx::query(
            "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(key)
        .bind(value)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        write.commit_quietly().await
    }

    async fn set_meta_once(&self, key: &str, value: &[u8]) -> StoreResult<Vec<u8>> {
        let attempted = "set a value of the store";
        let mut write = self.write(attempted).await?;
        sqlx::query("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING")
            .bind(key)
            .bind(value)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        let holds = sqlx::query_scalar("SELECT value FROM meta WHERE key = $1")
            .bind(key)
            .fetch_one(write.on())
            .await
            .attempt(attempted)?;
        write.commit_quietly().await?;
        Ok(holds)
    }
}
