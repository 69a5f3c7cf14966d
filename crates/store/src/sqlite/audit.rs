//! The audit in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use super::rows::{column, each, maybe_json, milliseconds, moment, to_maybe_json};
use super::write::Write;
use crate::{AuditFilter, AuditLine, AuditLog, Listing, NewAudit, Page, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite};

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

    async fn audit(&self, filter: &AuditFilter, page: Page) -> StoreResult<Listing<AuditLine>> {
        let attempted = "read the audit";
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let mut count = QueryBuilder::new("SELECT count(*) FROM audit WHERE TRUE");
        conditions(&mut count, filter);
        let total: i64 = count.build_query_scalar().fetch_one(&mut *read).await.attempt(attempted)?;
        let mut sql = QueryBuilder::new("SELECT * FROM audit WHERE TRUE");
        conditions(&mut sql, filter);
        sql.push(" ORDER BY id DESC LIMIT ")
            .push_bind(page.clamped_limit())
            .push(" OFFSET ")
            .push_bind(page.clamped_offset());
        let rows = sql.build().fetch_all(&mut *read).await.attempt(attempted)?;
        Ok(Listing { items: each(&rows, audit_line)?, total: total.unsigned_abs() })
    }
}

fn conditions(sql: &mut QueryBuilder<Sqlite>, filter: &AuditFilter) {
    if let Some(who) = &filter.who {
        sql.push(" AND who = ").push_bind(who.clone());
    }
    if let Some(object) = &filter.object {
        sql.push(" AND object = ").push_bind(object.clone());
    }
    if let Some(action) = &filter.action {
        // A range of the index, up to the greatest character there is.
        sql.push(" AND action >= ")
            .push_bind(action.clone())
            .push(" AND action < ")
            .push_bind(format!("{action}{}", char::MAX));
    }
    if let Some(after) = filter.after {
        sql.push(" AND at >= ").push_bind(milliseconds(after));
    }
    if let Some(before) = filter.before {
        sql.push(" AND at < ").push_bind(milliseconds(before));
    }
}
