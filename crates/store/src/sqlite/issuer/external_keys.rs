//! Keys for external account binding.

use super::super::SqliteStore;
use super::super::attempt::Attempt;
use super::super::audit::add_audit;
use super::super::rows::{
    column, each, json, maybe_milliseconds, maybe_moment, milliseconds, moment, to_json,
};
use crate::issuer::{ExternalKey, ExternalKeys};
use crate::{Listing, NewAudit, Page, StoreError, StoreResult};
use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;

fn external_key(row: &SqliteRow) -> StoreResult<ExternalKey> {
    Ok(ExternalKey {
        issuer: column(row, "issuer")?,
        id: column(row, "id")?,
        policy: json(row, "policy")?,
        created_at: moment(row, "created_at")?,
        expires_at: maybe_moment(row, "expires_at")?,
        account: column(row, "account")?,
        used_at: maybe_moment(row, "used_at")?,
    })
}

#[async_trait]
impl ExternalKeys for SqliteStore {
    async fn add_external_key(
        &self,
        key: &ExternalKey,
        sealed_key: &[u8],
        audit: &NewAudit,
    ) -> StoreResult<()> {
        let attempted = "store the external key";
        let mut write = self.write(attempted).await?;
        let known: i64 = sqlx::query_scalar("SELECT count(*) FROM issuers WHERE name = $1")
            .bind(&key.issuer)
            .fetch_one(write.on())
            .await
            .attempt(attempted)?;
        if known == 0 {
            return Err(StoreError::not_found("issuer", &key.issuer));
        }
        let added = sqlx::query(
            "INSERT INTO issuer_external_keys (issuer, id, policy, sealed_key, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (issuer, id) DO NOTHING",
        )
        .bind(&key.issuer)
        .bind(&key.id)
        .bind(to_json(&key.policy)?)
        .bind(sealed_key)
        .bind(milliseconds(key.created_at))
        .bind(maybe_milliseconds(key.expires_at))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if added.rows_affected() == 0 {
            let words = format!("there is an external key {} already", key.id);
            return Err(StoreError::Conflict { field: "id", words });
        }
        add_audit(&mut write, audit).await?;
        write.commit().await
    }

    async fn external_key(&self, issuer: &str, id: &str) -> StoreResult<Option<(ExternalKey, Vec<u8>)>> {
        let row = sqlx::query("SELECT * FROM issuer_external_keys WHERE issuer = $1 AND id = $2")
            .bind(issuer)
            .bind(id)
            .fetch_optional(&self.readers)
            .await
            .attempt("read the external key")?;
        row.map(|row| Ok((external_key(&row)?, column(&row, "sealed_key")?))).transpose()
    }

    async fn external_keys(&self, issuer: &str, page: Page) -> StoreResult<Listing<ExternalKey>> {
        let attempted = "read the external keys";
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let total: i64 = sqlx::query_scalar("SELECT count(*) FROM issuer_external_keys WHERE issuer = $1")
            .bind(issuer)
            .fetch_one(&mut *read)
            .await
            .attempt(attempted)?;
        let rows = sqlx::query(
            "SELECT * FROM issuer_external_keys WHERE issuer = $1 \
             ORDER BY created_at DESC, id LIMIT $2 OFFSET $3",
        )
        .bind(issuer)
        .bind(page.clamped_limit())
        .bind(page.clamped_offset())
        .fetch_all(&mut *read)
        .await
        .attempt(attempted)?;
        Ok(Listing { items: each(&rows, external_key)?, total: total.unsigned_abs() })
    }

    async fn remove_external_key(&self, issuer: &str, id: &str, audit: &NewAudit) -> StoreResult<()> {
        let attempted = "remove the external key";
        let mut write = self.write(attempted).await?;
        let gone = sqlx::query("DELETE FROM issuer_external_keys WHERE issuer = $1 AND id = $2")
            .bind(issuer)
            .bind(id)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        if gone.rows_affected() == 0 {
            return Err(StoreError::not_found("external key", id));
        }
        add_audit(&mut write, audit).await?;
        write.commit().await
    }
}
