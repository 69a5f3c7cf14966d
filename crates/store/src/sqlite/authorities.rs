//! Custom authorities in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use super::audit::add_audit;
use super::health::note_authority;
use super::rows::{column, each, id as id_of, json, to_json};
use super::write::Write;
use crate::{Authorities, AuthorityRow, AuthoritySettingsRow, NewAudit, StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::authority::Authority;
use certwright_core::authority_settings::AuthoritySettings;
use certwright_core::id::AuthorityId;
use certwright_core::probe::Probe;
use sqlx::sqlite::SqliteRow;

fn authority_row(row: &SqliteRow) -> StoreResult<AuthorityRow> {
    Ok(AuthorityRow { authority: json(row, "json")?, revision: column(row, "revision")? })
}

fn settings_row(row: &SqliteRow) -> StoreResult<AuthoritySettingsRow> {
    Ok(AuthoritySettingsRow {
        authority: id_of(row, "authority")?,
        settings: json(row, "json")?,
        revision: column(row, "revision")?,
    })
}

async fn found(write: &mut Write, id: &AuthorityId) -> StoreResult<Option<AuthorityRow>> {
    let row = sqlx::query("SELECT * FROM authorities WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(write.on())
        .await
        .attempt("read the authority")?;
    row.as_ref().map(authority_row).transpose()
}

/// What was found at an address is nothing that holds for another one.
async fn forget_probe(write: &mut Write, id: &AuthorityId) -> StoreResult<()> {
    sqlx::query("DELETE FROM authority_probes WHERE authority = $1")
        .bind(id.as_str())
        .execute(write.on())
        .await
        .attempt("forget what the directory answered")?;
    Ok(())
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
        let was: Option<bool> =
            sqlx::query_scalar("SELECT retired FROM authority_probes WHERE authority = $1")
                .bind(probe.authority.as_str())
                .fetch_optional(write.on())
                .await
                .attempt(attempted)?;
        sqlx::query("INSERT OR REPLACE INTO authority_probes (authority, json, retired) VALUES ($1, $2, $3)")
            .bind(probe.authority.as_str())
            .bind(to_json(probe)?)
            .bind(probe.is_retired())
            .execute(write.on())
            .await
            .attempt(attempted)?;
        if was.unwrap_or(false) != probe.is_retired() {
            note_authority(&mut write, &probe.authority).await?;
        }
        write.commit_quietly().await?;
        self.grade_noted().await
    }

    async fn authorities(&self) -> StoreResult<Vec<AuthorityRow>> {
        let rows = sqlx::query("SELECT * FROM authorities ORDER BY id")
            .fetch_all(&self.readers)
            .await
            .attempt("read the authorities")?;
        each(&rows, authority_row)
    }

    async fn authority(&self, id: &AuthorityId) -> StoreResult<AuthorityRow> {
        let changes = match self.known_authorities.row(id) {
            Ok(row) => return Ok(row),
            Err(changes) => changes,
        };
        let row = sqlx::query("SELECT * FROM authorities WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await
            .attempt("read the authority")?
            .ok_or_else(|| StoreError::not_found("authority", id))?;
        let row = authority_row(&row)?;
        self.known_authorities.keep_row(changes, &row);
        Ok(row)
    }

    async fn put_authority(
        &self,
        authority: &Authority,
        expected: Option<i64>,
        audit: &NewAudit,
    ) -> StoreResult<AuthorityRow> {
        let attempted = "store the authority";
        let _changing = self.known_authorities.changing();
        let mut write = self.write(attempted).await?;
        let found = found(&mut write, &authority.id).await?;
        expect(&authority.id, found.as_ref().map(|row| row.revision), expected)?;
        let revision = found.as_ref().map_or(0, |row| row.revision) + 1;
        sqlx::query(
            "INSERT INTO authorities (id, json, revision, disabled) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (id) DO UPDATE \
             SET json = excluded.json, revision = excluded.revision, disabled = excluded.disabled",
        )
        .bind(authority.id.as_str())
        .bind(to_json(authority)?)
        .bind(revision)
        .bind(authority.details.disabled)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        let before = found.map(|row| row.authority);
        let moved = before.as_ref().is_some_and(|before| before.directory != authority.directory);
        if moved {
            forget_probe(&mut write, &authority.id).await?;
        }
        let was_disabled = before.is_some_and(|before| before.details.disabled);
        if moved || was_disabled != authority.details.disabled {
            note_authority(&mut write, &authority.id).await?;
        }
        add_audit(&mut write, audit).await?;
        write.commit().await?;
        self.grade_noted_soon().await;
        Ok(AuthorityRow { authority: authority.clone(), revision })
    }

    async fn authority_settings(&self, of: Option<&AuthorityId>) -> StoreResult<Vec<AuthoritySettingsRow>> {
        let known = of.map(|id| (id, self.known_authorities.settings(id)));
        if let Some((_, Ok(row))) = known {
            return Ok(row.into_iter().collect());
        }
        let rows = sqlx::query(
            "SELECT * FROM authority_settings WHERE authority = coalesce($1, authority) ORDER BY authority",
        )
        .bind(of.map(|id| id.as_str()))
        .fetch_all(&self.readers)
        .await
        .attempt("read what is set of authorities")?;
        let rows = each(&rows, settings_row)?;
        if let Some((id, Err(changes))) = known {
            self.known_authorities.keep_settings(changes, id, rows.first());
        }
        Ok(rows)
    }

    async fn put_authority_settings(
        &self,
        id: &AuthorityId,
        settings: &AuthoritySettings,
        expected: i64,
        audit: &NewAudit,
    ) -> StoreResult<AuthoritySettingsRow> {
        let attempted = "store what is set of the authority";
        let _changing = self.known_authorities.changing();
        let mut write = self.write(attempted).await?;
        let found: Option<(i64, bool)> =
            sqlx::query_as("SELECT revision, disabled FROM authority_settings WHERE authority = $1")
                .bind(id.as_str())
                .fetch_optional(write.on())
                .await
                .attempt(attempted)?;
        let (revision, was_disabled) = found.unwrap_or_default();
        if revision != expected {
            return Err(StoreError::Outdated { what: "authority", id: id.to_string(), revision });
        }
        sqlx::query(
            "INSERT OR REPLACE INTO authority_settings (authority, json, disabled, revision) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(id.as_str())
        .bind(to_json(settings)?)
        .bind(settings.disabled)
        .bind(revision + 1)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if was_disabled != settings.disabled {
            note_authority(&mut write, id).await?;
        }
        add_audit(&mut write, audit).await?;
        write.commit().await?;
        self.grade_noted_soon().await;
        Ok(AuthoritySettingsRow { authority: id.clone(), settings: settings.clone(), revision: revision + 1 })
    }

    async fn delete_authority(&self, id: &AuthorityId, expected: i64, audit: &NewAudit) -> StoreResult<()> {
        let attempted = "delete the authority";
        let _changing = self.known_authorities.changing();
        let mut write = self.write(attempted).await?;
        let found = found(&mut write, id).await?;
        expect(id, found.map(|row| row.revision), Some(expected))?;
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
        forget_probe(&mut write, id).await?;
        add_audit(&mut write, audit).await?;
        write.commit().await
    }
}
