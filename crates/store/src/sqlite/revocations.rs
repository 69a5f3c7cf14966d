//! Revocation in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use super::audit::add_audit;
use super::events::add_events;
use super::health::grade;
use super::rows::{column, each, id, milliseconds, to_json};
use super::versions::unguarded;
use crate::{NewAudit, Revocations, StoreError, StoreResult, Watched};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::due::Reason;
use certwright_core::event::NewEvent;
use certwright_core::id::VersionId;
use certwright_core::revocation::{Revocation, RevocationOrder};
use sqlx::sqlite::SqliteRow;

/// Tested to be found by index alone.
pub(super) const WATCHED: &str = "
SELECT id, certificate, json_extract(facts, '$.serial') AS serial, json_extract(facts, '$.issuer') AS issuer
FROM versions INDEXED BY versions_revocation_list
WHERE revocation_list = $1 AND id > $2 AND facts IS NOT NULL ORDER BY id LIMIT $3";

fn watched(row: &SqliteRow) -> StoreResult<Watched> {
    Ok(Watched {
        version: id(row, "id")?,
        certificate: id(row, "certificate")?,
        serial: column(row, "serial")?,
        issuer: column(row, "issuer")?,
    })
}

#[async_trait]
impl Revocations for SqliteStore {
    async fn order_revocation(
        &self,
        id: &VersionId,
        order: &RevocationOrder,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        let attempted = "store that the version is to be revoked";
        let mut write = self.write(attempted).await?;
        let version = unguarded(&mut write, id).await?;
        let refusal = match (&version.facts, &version.revocation) {
            (None, _) => Some("has no certificate"),
            (_, Some(_)) => Some("is revoked already"),
            _ => None,
        };
        if let Some(words) = refusal {
            return Err(StoreError::Conflict { field: "version", words: format!("{id} {words}") });
        }
        sqlx::query("UPDATE versions SET revoking = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(to_json(order)?)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await
    }

    async fn drop_revocation(&self, id: &VersionId, audit: &NewAudit) -> StoreResult<()> {
        let attempted = "forget that the version is to be revoked";
        let mut write = self.write(attempted).await?;
        sqlx::query("UPDATE versions SET revoking = NULL WHERE id = $1")
            .bind(id.as_str())
            .execute(write.on())
            .await
            .attempt(attempted)?;
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await
    }

    async fn ordered_revocations(
        &self,
        after: Option<&VersionId>,
        limit: u32,
    ) -> StoreResult<Vec<VersionId>> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM versions INDEXED BY versions_revoking \
             WHERE revoking IS NOT NULL AND id > $1 ORDER BY id LIMIT $2",
        )
        .bind(after.map_or("", |id| id.as_str()))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await
        .attempt("look for versions that are to be revoked")?;
        Ok(ids.into_iter().map(VersionId::from).collect())
    }

    async fn record_revocation(
        &self,
        id: &VersionId,
        revocation: &Revocation,
        now: Timestamp,
        events: &[NewEvent],
        audit: Option<&NewAudit>,
    ) -> StoreResult<bool> {
        let attempted = "store that the version is revoked";
        let mut write = self.write(attempted).await?;
        let version = unguarded(&mut write, id).await?;
        if version.revocation.is_some() {
            return Ok(false);
        }
        sqlx::query(
            "UPDATE versions SET revocation = $2, revoking = NULL, revocation_list = NULL WHERE id = $1",
        )
        .bind(id.as_str())
        .bind(to_json(revocation)?)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        sqlx::query(
            "UPDATE certificates SET next_at = $3, next_why = $4 \
             WHERE id = $1 AND current = $2 AND (next_at IS NULL OR next_at > $3)",
        )
        .bind(version.certificate.as_str())
        .bind(id.as_str())
        .bind(milliseconds(now))
        .bind(Reason::Revoked.words())
        .execute(write.on())
        .await
        .attempt(attempted)?;
        grade(&mut write, &version.certificate).await?;
        add_events(&mut write, events).await?;
        if let Some(audit) = audit {
            add_audit(&mut write, audit).await?;
        }
        write.commit().await?;
        Ok(true)
    }

    async fn due_lists(&self, now: Timestamp, limit: u32) -> StoreResult<Vec<String>> {
        sqlx::query_scalar("SELECT url FROM revocation_lists WHERE next_at <= $1 ORDER BY next_at LIMIT $2")
            .bind(milliseconds(now))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .attempt("look for revocation lists that are due")
    }

    async fn watched(&self, list: &str, after: Option<&VersionId>, limit: u32) -> StoreResult<Vec<Watched>> {
        let rows = sqlx::query(WATCHED)
            .bind(list)
            .bind(after.map_or("", |id| id.as_str()))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .attempt("read the versions of a revocation list")?;
        each(&rows, watched)
    }

    async fn list_looked_into(
        &self,
        list: &str,
        next_at: Timestamp,
        failure: Option<&str>,
    ) -> StoreResult<()> {
        let attempted = "store when a revocation list is looked into again";
        let mut write = self.write(attempted).await?;
        sqlx::query("UPDATE revocation_lists SET next_at = $2, failure = $3 WHERE url = $1")
            .bind(list)
            .bind(milliseconds(next_at))
            .bind(failure)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        sqlx::query(
            "DELETE FROM revocation_lists WHERE url = $1 AND NOT EXISTS (\
               SELECT 1 FROM versions INDEXED BY versions_revocation_list WHERE revocation_list = $1)",
        )
        .bind(list)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        write.commit_quietly().await
    }

    async fn list_failure(&self, list: &str) -> StoreResult<Option<String>> {
        let failure: Option<Option<String>> =
            sqlx::query_scalar("SELECT failure FROM revocation_lists WHERE url = $1")
                .bind(list)
                .fetch_optional(&self.readers)
                .await
                .attempt("read what became of a revocation list")?;
        Ok(failure.flatten())
    }
}
