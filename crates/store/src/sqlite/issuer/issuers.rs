//! The issuers themselves.

use super::super::SqliteStore;
use super::super::attempt::Attempt;
use super::super::audit::add_audit;
use super::super::rows::{column, each, json, milliseconds, moment, to_json};
use super::super::write::Write;
use super::prune;
use crate::issuer::{Issuer, Issuers, NewIssuer, SealedKeys};
use crate::{NewAudit, StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;

fn issuer(row: &SqliteRow) -> StoreResult<Issuer> {
    Ok(Issuer {
        name: column(row, "name")?,
        settings: json(row, "settings")?,
        enabled: column(row, "enabled")?,
        root: column(row, "root")?,
        intermediate: column(row, "intermediate")?,
        revision: column(row, "revision")?,
        created_at: moment(row, "created_at")?,
    })
}

async fn stored(write: &mut Write, name: &str, expected: i64) -> StoreResult<Issuer> {
    let row = sqlx::query("SELECT * FROM issuers WHERE name = $1")
        .bind(name)
        .fetch_optional(write.on())
        .await
        .attempt("read the issuer")?
        .ok_or_else(|| StoreError::not_found("issuer", name))?;
    let found = issuer(&row)?;
    if found.revision != expected {
        let id = name.to_owned();
        return Err(StoreError::Outdated { what: "issuer", id, revision: found.revision });
    }
    Ok(found)
}

#[async_trait]
impl Issuers for SqliteStore {
    async fn create_issuer(&self, new: NewIssuer<'_>, audit: &NewAudit) -> StoreResult<Issuer> {
        let attempted = "store the issuer";
        let mut write = self.write(attempted).await?;
        let added = sqlx::query(
            "INSERT INTO issuers (name, settings, enabled, root, intermediate, sealed_root_key, \
               sealed_intermediate_key, revision, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8) ON CONFLICT (name) DO NOTHING",
        )
        .bind(&new.issuer.name)
        .bind(to_json(&new.issuer.settings)?)
        .bind(new.issuer.enabled)
        .bind(&new.issuer.root)
        .bind(&new.issuer.intermediate)
        .bind(&new.keys.root)
        .bind(&new.keys.intermediate)
        .bind(milliseconds(new.issuer.created_at))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if added.rows_affected() == 0 {
            return Err(StoreError::Conflict {
                field: "name",
                words: format!("there is an issuer {} already", new.issuer.name),
            });
        }
        add_audit(&mut write, audit).await?;
        write.commit().await?;
        Ok(Issuer { revision: 1, ..new.issuer.clone() })
    }

    async fn update_issuer(
        &self,
        name: &str,
        settings: &Value,
        enabled: bool,
        expected: i64,
        audit: &NewAudit,
    ) -> StoreResult<Issuer> {
        let attempted = "update the issuer";
        let mut write = self.write(attempted).await?;
        let before = stored(&mut write, name, expected).await?;
        let after = Issuer { settings: settings.clone(), enabled, revision: before.revision + 1, ..before };
        sqlx::query("UPDATE issuers SET settings = $2, enabled = $3, revision = $4 WHERE name = $1")
            .bind(name)
            .bind(to_json(settings)?)
            .bind(enabled)
            .bind(after.revision)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        add_audit(&mut write, audit).await?;
        write.commit().await?;
        Ok(after)
    }

    async fn replace_intermediate(
        &self,
        name: &str,
        intermediate: &[u8],
        audit: &NewAudit,
    ) -> StoreResult<Issuer> {
        let attempted = "replace the certificate of the intermediate";
        let mut write = self.write(attempted).await?;
        let row = sqlx::query("UPDATE issuers SET intermediate = $2 WHERE name = $1 RETURNING *")
            .bind(name)
            .bind(intermediate)
            .fetch_optional(write.on())
            .await
            .attempt(attempted)?
            .ok_or_else(|| StoreError::not_found("issuer", name))?;
        let after = issuer(&row)?;
        add_audit(&mut write, audit).await?;
        write.commit().await?;
        Ok(after)
    }

    async fn issuer(&self, name: &str) -> StoreResult<Issuer> {
        let row = sqlx::query("SELECT * FROM issuers WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.readers)
            .await
            .attempt("read the issuer")?
            .ok_or_else(|| StoreError::not_found("issuer", name))?;
        issuer(&row)
    }

    async fn issuers(&self, after: Option<&str>, limit: u32) -> StoreResult<Vec<Issuer>> {
        let rows = sqlx::query("SELECT * FROM issuers WHERE name > $1 ORDER BY name LIMIT $2")
            .bind(after.unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .attempt("read the issuers")?;
        each(&rows, issuer)
    }

    async fn issuer_keys(&self, name: &str) -> StoreResult<SealedKeys> {
        let row = sqlx::query("SELECT sealed_root_key, sealed_intermediate_key FROM issuers WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.readers)
            .await
            .attempt("read the issuer's keys")?
            .ok_or_else(|| StoreError::not_found("issuer", name))?;
        Ok(SealedKeys {
            root: column(&row, "sealed_root_key")?,
            intermediate: column(&row, "sealed_intermediate_key")?,
        })
    }

    async fn delete_issuer(&self, name: &str, expected: i64, audit: &NewAudit) -> StoreResult<()> {
        let attempted = "delete the issuer";
        let mut write = self.write(attempted).await?;
        if stored(&mut write, name, expected).await?.enabled {
            return Err(StoreError::InUse {
                words: format!("the issuer {name} is enabled; disable it first"),
            });
        }
        sqlx::query("DELETE FROM issuers WHERE name = $1")
            .bind(name)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        add_audit(&mut write, audit).await?;
        write.commit().await
    }

    async fn next_list_number(&self, name: &str) -> StoreResult<u64> {
        let attempted = "number a revocation list";
        let mut write = self.write(attempted).await?;
        let number: i64 = sqlx::query_scalar(
            "UPDATE issuers SET list_number = list_number + 1 WHERE name = $1 RETURNING list_number",
        )
        .bind(name)
        .fetch_optional(write.on())
        .await
        .attempt(attempted)?
        .ok_or_else(|| StoreError::not_found("issuer", name))?;
        write.commit_quietly().await?;
        Ok(number.unsigned_abs())
    }

    async fn prune_issuer(
        &self,
        name: &str,
        orders_before: Timestamp,
        certificates_before: Timestamp,
        limit: u32,
    ) -> StoreResult<u64> {
        prune::prune(self, name, orders_before, certificates_before, limit).await
    }
}
