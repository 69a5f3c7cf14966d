//! The audit in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use super::rows::{column, each, maybe_json, milliseconds, moment, to_maybe_json};
use super::write::Write;
use crate::{AuditLine, AuditLog, Listing, NewAudit, Page, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;

/// Adds a line in the transaction of the change it tells of.
pub(super) async fn add_audit(write: &mut Write, audit: &NewAudit) -> StoreResult<()> {
    sqlx::query("INSERT INTO audit (at, who, action, object, before, after) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(milliseconds(audit.at))
        .bind(&audit.who)
        .bind(&audit.action)
        .bind(&audit.object)
        .bind(to_maybe_json(audit.before.as_ref())?)
        .bind(to_maybe_json(audit.after.as_ref())?)
        .execute(write.on())
        .await
        .attempt("write to the audit")?;
    Ok(())
}

/// A line about a change that the store makes itself.
pub(super) fn line(
    at: Timestamp,
    who: &str,
    action: &str,
    object: String,
    before: Option<Value>,
    after: Option<Value>,
) -> NewAudit {
    NewAudit { at, who: who.to_owned(), action: action.to_owned(), object, before, after }
}

fn audit_line(row: &SqliteRow) -> StoreResult<AuditLine> {
    Ok(AuditLine {
        id: column(row, "id")?,
        change: NewAudit {
            at: moment(row, "at")?,
            who: column(row, "who")?,
            action: column(row, "action")?,
            object: column(row, "object")?,
            before: maybe_json(row, "before")?,
            after: maybe_json(row, "after")?,
        },
    })
}

#[async_trait]
impl AuditLog for SqliteStore {
    async fn append_audit(&self, audit: &NewAudit) -> StoreResult<()> {
        let mut write = self.write("write to the audit").await?;
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await
    }

    async fn audit(&self, object: Option<&str>, page: Page) -> StoreResult<Listing<AuditLine>> {
        let attempted = "read the audit";
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let (total, rows): (i64, _) = if let Some(object) = object {
            let total = sqlx::query_scalar("SELECT count(*) FROM audit WHERE object = $1")
                .bind(object)
                .fetch_one(&mut *read)
                .await
                .attempt(attempted)?;
            let rows =
                sqlx::query("SELECT * FROM audit WHERE object = $1 ORDER BY id DESC LIMIT $2 OFFSET $3")
                    .bind(object)
                    .bind(page.clamped_limit())
                    .bind(page.clamped_offset())
                    .fetch_all(&mut *read)
                    .await
                    .attempt(attempted)?;
            (total, rows)
        } else {
            let total = sqlx::query_scalar("SELECT count(*) FROM audit")
                .fetch_one(&mut *read)
                .await
                .attempt(attempted)?;
            let rows = sqlx::query("SELECT * FROM audit ORDER BY id DESC LIMIT $1 OFFSET $2")
                .bind(page.clamped_limit())
                .bind(page.clamped_offset())
                .fetch_all(&mut *read)
                .await
                .attempt(attempted)?;
            (total, rows)
        };
        Ok(Listing { items: each(&rows, audit_line)?, total: total.unsigned_abs() })
    }
}
