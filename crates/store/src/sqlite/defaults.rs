//! The defaults in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use super::audit::add_audit;
use super::rows::{column, json, to_json};
use crate::{NewAudit, StoreError, StoreResult, StoredDefaults};
use async_trait::async_trait;
use certwright_core::defaults::Defaults;
use certwright_core::id::CertificateId;

#[async_trait]
impl StoredDefaults for SqliteStore {
    async fn defaults(&self) -> StoreResult<(Defaults, i64)> {
        let row = sqlx::query("SELECT json, revision FROM defaults")
            .fetch_optional(&self.readers)
            .await
            .attempt("read the defaults")?;
        match row {
            Some(row) => Ok((json(&row, "json")?, column(&row, "revision")?)),
            None => Ok((Defaults::default(), 0)),
        }
    }

    async fn put_defaults(&self, defaults: &Defaults, expected: i64, audit: &NewAudit) -> StoreResult<i64> {
        let attempted = "store the defaults";
        let mut write = self.write(attempted).await?;
        let found: Option<i64> = sqlx::query_scalar("SELECT revision FROM defaults")
            .fetch_optional(write.on())
            .await
            .attempt(attempted)?;
        let found = found.unwrap_or(0);
        if found != expected {
            return Err(StoreError::Outdated {
                what: "settings",
                id: "defaults".to_owned(),
                revision: found,
            });
        }
        sqlx::query(
            "INSERT INTO defaults (id, json, revision) VALUES (1, $1, $2) \
             ON CONFLICT (id) DO UPDATE SET json = excluded.json, revision = excluded.revision",
        )
        .bind(to_json(defaults)?)
        .bind(found + 1)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        add_audit(&mut write, audit).await?;
        write.commit().await?;
        Ok(found + 1)
    }

    async fn window_user(&self, window: &str) -> StoreResult<Option<CertificateId>> {
        let user: Option<String> = sqlx::query_scalar(
            "SELECT id FROM certificates INDEXED BY certificates_window \
             WHERE json_extract(settings, '$.window.name') = $1 LIMIT 1",
        )
        .bind(window)
        .fetch_optional(&self.readers)
        .await
        .attempt("look for users of the maintenance window")?;
        Ok(user.map(CertificateId::from))
    }
}
