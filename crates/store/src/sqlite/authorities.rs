//! Custom authorities in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use super::audit::add_audit;
use super::rows::{column, each, json, to_json};
use super::write::Write;
use crate::{Authorities, AuthorityRow, NewAudit, StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::authority::Authority;
use certwright_core::id::AuthorityId;
use certwright_core::probe::Probe;
use sqlx::sqlite::SqliteRow;

fn authority_row(row: &SqliteRow) -> StoreResult<AuthorityRow> {
    Ok(AuthorityRow { authority: json(row, "json")?, revision: column(row, "revision")? })
}

async fn revision(write: &mut Write, id: &AuthorityId) -> StoreResult<Option<i64>> {
    sqlx::query_scalar("SELECT revision FROM authorities WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(write.on())
        .await
        .attempt("read the authority")
}

/// Whether what the caller expects is what is there.
fn expect(id: &AuthorityId, found: Option<i64>, expected: Option<i64>) -> StoreResult<()> {
    match (found, expected) {
        (None, None) => Ok(()),
        (Some(found), Some(expected)) if found == expected => Ok(()),
        (Some(_), None) => {
            Err(StoreError::Conflict { field: "id", words: format!("there is an authority {id} already") })
        }
        (Some(revision), Some(_)) => {
            Err(StoreError::Outdated { what: "authority", id: id.to_string(), revision })
        }
        (None, Some(_)) => Err(StoreError::not_found("authority", id)),
    }
}

/// Who names the authority, in words.
async fn users(write: &mut Write, id: &AuthorityId) -> StoreResult<Vec<String>> {
    sqlx::query_scalar(
        "SELECT * FROM ( \
           SELECT 'certificate ' || json_extract(settings, '$.name') FROM certificates WHERE authority = $1 LIMIT 3) \
         UNION ALL SELECT * FROM ( \
           SELECT 'account ' || id FROM accounts WHERE authority = $1 LIMIT 3)",
    )
    .bind(id.as_str())
    .fetch_all(write.on())
    .await
    .attempt("look for users of the authority")
}

/// By going from one to the next in the indexes.
pub(super) const IN_USE: &str = "
WITH RECURSIVE used (id) AS (
    SELECT min(authority) FROM certificates
    UNION ALL
    SELECT (SELECT min(authority) FROM certificates WHERE authority > used.id) FROM used WHERE used.id IS NOT NULL)
SELECT id FROM used WHERE id IS NOT NULL UNION SELECT authority FROM accounts";

#[async_trait]
impl Authorities for SqliteStore {
    async fn authorities_in_use(&self) -> StoreResult<Vec<AuthorityId>> {
        let ids: Vec<String> = sqlx::query_scalar(IN_USE)
            .fetch_all(&self.readers)
            .await
            .attempt("list the authorities in use")?;
        Ok(ids.into_iter().map(AuthorityId::from).collect())
    }

    async fn probes(&self) -> StoreResult<Vec<Probe>> {
        let rows = sqlx::query("SELECT json FROM authority_probes ORDER BY authority")
            .fetch_all(&self.readers)
            .await
            .attempt("read what directories answered")?;
        each(&rows, |row| json(row, "json"))
    }

    async fn store_probe(&self, probe: &Probe) -> StoreResult<()> {
        let attempted = "store what the directory answered";
        let mut write = self.write(attempted).await?;
        sqlx::query("INSERT OR REPLACE INTO authority_probes (authority, json) VALUES ($1, $2)")
            .bind(probe.authority.as_str())
            .bind(to_json(probe)?)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        write.commit_quietly().await
    }

    async fn authorities(&self) -> StoreResult<Vec<AuthorityRow>> {
        let rows = sqlx::query("SELECT * FROM authorities ORDER BY id")
            .fetch_all(&self.readers)
            .await
            .attempt("read the authorities")?;
        each(&rows, authority_row)
    }

    async fn authority(&self, id: &AuthorityId) -> StoreResult<AuthorityRow> {
        let row = sqlx::query("SELECT * FROM authorities WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await
            .attempt("read the authority")?
            .ok_or_else(|| StoreError::not_found("authority", id))?;
        authority_row(&row)
    }

    async fn put_authority(
        &self,
        authority: &Authority,
        expected: Option<i64>,
        audit: &NewAudit,
    ) -> StoreResult<AuthorityRow> {
        let attempted = "store the authority";
        let mut write = self.write(attempted).await?;
        let found = revision(&mut write, &authority.id).await?;
        expect(&authority.id, found, expected)?;
        let revision = found.unwrap_or(0) + 1;
        sqlx::query(
            "INSERT INTO authorities (id, json, revision) VALUES ($1, $2, $3) \
             ON CONFLICT (id) DO UPDATE SET json = excluded.json, revision = excluded.revision",
        )
        .bind(authority.id.as_str())
        .bind(to_json(authority)?)
        .bind(revision)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        add_audit(&mut write, audit).await?;
        write.commit().await?;
        Ok(AuthorityRow { authority: authority.clone(), revision })
    }

    async fn delete_authority(&self, id: &AuthorityId, expected: i64, audit: &NewAudit) -> StoreResult<()> {
        let attempted = "delete the authority";
        let mut write = self.write(attempted).await?;
        let found = revision(&mut write, id).await?;
        expect(id, found, Some(expected))?;
        let users = users(&mut write, id).await?;
        if !users.is_empty() {
            return Err(StoreError::InUse {
                words: format!("the authority {id} is used by {}", users.join(", ")),
            });
        }
        sqlx::query("DELETE FROM authorities WHERE id = $1")
            .bind(id.as_str())
            .execute(write.on())
            .await
            .attempt(attempted)?;
        add_audit(&mut write, audit).await?;
        write.commit().await
    }
}
