//! Sessions in SQLite.

use super::super::SqliteStore;
use super::super::attempt::Attempt;
use super::super::audit::add_audit;
use super::super::rows::{column, each, id, milliseconds, moment};
use super::super::write::Write;
use super::users::user;
use crate::people::{NewSession, Session, Sessions, User};
use crate::{Listing, NewAudit, Page, StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::{SessionId, UserId};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite};

/// The most sessions of one user: far more than browsers of one person.
const MOST: i64 = 100;

fn session(row: &SqliteRow) -> StoreResult<Session> {
    Ok(Session {
        id: id(row, "session_id")?,
        owner: id(row, "owner")?,
        created_at: moment(row, "began_at")?,
        last_seen_at: moment(row, "last_seen_at")?,
        ends_at: moment(row, "ends_at")?,
        address: column(row, "address")?,
        user_agent: column(row, "user_agent")?,
    })
}

fn session_and_name(row: &SqliteRow) -> StoreResult<(Session, String)> {
    Ok((session(row)?, column(row, "owner_name")?))
}

/// Adds a session and forgets the user's failures; `false` when the user is gone or disabled.
pub(super) async fn add_session(write: &mut Write, new: NewSession<'_>) -> StoreResult<bool> {
    let attempted = write.attempted();
    let session = new.session;
    let signed_in = sqlx::query(
        "UPDATE users SET last_signed_in_at = $2, failures = 0, failed_at = NULL, locked_until = NULL \
         WHERE id = $1 AND disabled = 0",
    )
    .bind(session.owner.as_str())
    .bind(milliseconds(session.created_at))
    .execute(write.on())
    .await
    .attempt(attempted)?;
    if signed_in.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(
        "DELETE FROM sessions WHERE digest IN (SELECT digest FROM sessions WHERE owner = $1 \
         ORDER BY last_seen_at DESC LIMIT -1 OFFSET $2)",
    )
    .bind(session.owner.as_str())
    .bind(MOST - 1)
    .execute(write.on())
    .await
    .attempt(attempted)?;
    sqlx::query(
        "INSERT INTO sessions (digest, id, owner, created_at, last_seen_at, ends_at, address, user_agent) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(new.digest.as_slice())
    .bind(session.id.as_str())
    .bind(session.owner.as_str())
    .bind(milliseconds(session.created_at))
    .bind(milliseconds(session.last_seen_at))
    .bind(milliseconds(session.ends_at))
    .bind(&session.address)
    .bind(&session.user_agent)
    .execute(write.on())
    .await
    .attempt(attempted)?;
    Ok(true)
}

/// What is listed: sessions that have not ended, of somebody or of everybody.
fn listed(sql: &mut QueryBuilder<Sqlite>, owner: Option<&UserId>, now: Timestamp) {
    sql.push(" WHERE s.ends_at > ").push_bind(milliseconds(now));
    if let Some(owner) = owner {
        sql.push(" AND s.owner = ").push_bind(owner.as_str().to_owned());
    }
}

#[async_trait]
impl Sessions for SqliteStore {
    async fn open_session(&self, new: NewSession<'_>, audit: &NewAudit) -> StoreResult<()> {
        let mut write = self.write("store the session").await?;
        if !add_session(&mut write, new).await? {
            return Err(StoreError::not_found("user", &new.session.owner));
        }
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await
    }

    async fn session(&self, digest: &[u8; 32], now: Timestamp) -> StoreResult<Option<(Session, User)>> {
        let row = sqlx::query(
            "SELECT s.id AS session_id, s.owner, s.created_at AS began_at, s.last_seen_at, s.ends_at, s.address, \
               s.user_agent, u.*, (SELECT count(*) FROM recovery_codes r WHERE r.owner = u.id) AS codes \
             FROM sessions s JOIN users u ON u.id = s.owner \
             WHERE s.digest = $1 AND s.ends_at > $2 AND u.disabled = 0",
        )
        .bind(digest.as_slice())
        .bind(milliseconds(now))
        .fetch_optional(&self.readers)
        .await
        .attempt("read the session")?;
        row.map(|row| Ok((session(&row)?, user(&row)?))).transpose()
    }

    async fn note_session(&self, id: &SessionId, at: Timestamp, ends_at: Timestamp) -> StoreResult<()> {
        let attempted = "store the use of a session";
        let mut write = self.write(attempted).await?;
        sqlx::query("UPDATE sessions SET last_seen_at = $2, ends_at = $3 WHERE id = $1")
            .bind(id.as_str())
            .bind(milliseconds(at))
            .bind(milliseconds(ends_at))
            .execute(write.on())
            .await
            .attempt(attempted)?;
        write.commit_quietly().await
    }

    async fn sessions(
        &self,
        owner: Option<&UserId>,
        now: Timestamp,
        page: Page,
    ) -> StoreResult<Listing<(Session, String)>> {
        let attempted = "read the sessions";
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let mut count = QueryBuilder::new("SELECT count(*) FROM sessions s");
        listed(&mut count, owner, now);
        let total: i64 = count.build_query_scalar().fetch_one(&mut *read).await.attempt(attempted)?;
        let mut sql = QueryBuilder::new(
            "SELECT s.id AS session_id, s.owner, s.created_at AS began_at, s.last_seen_at, s.ends_at, s.address, \
               s.user_agent, u.name AS owner_name FROM sessions s JOIN users u ON u.id = s.owner",
        );
        listed(&mut sql, owner, now);
        sql.push(" ORDER BY s.last_seen_at DESC, s.id LIMIT ")
            .push_bind(page.clamped_limit())
            .push(" OFFSET ")
            .push_bind(page.clamped_offset());
        let rows = sql.build().fetch_all(&mut *read).await.attempt(attempted)?;
        Ok(Listing { items: each(&rows, session_and_name)?, total: total.unsigned_abs() })
    }

    async fn end_session(&self, id: &SessionId, owner: Option<&UserId>, audit: &NewAudit) -> StoreResult<()> {
        let attempted = "end the session";
        let mut write = self.write(attempted).await?;
        let ended = sqlx::query("DELETE FROM sessions WHERE id = $1 AND owner = coalesce($2, owner)")
            .bind(id.as_str())
            .bind(owner.map(UserId::as_str))
            .execute(write.on())
            .await
            .attempt(attempted)?;
        if ended.rows_affected() == 0 {
            return Err(StoreError::not_found("session", id));
        }
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await
    }

    async fn end_sessions(
        &self,
        owner: &UserId,
        but: Option<&SessionId>,
        audit: &NewAudit,
    ) -> StoreResult<u64> {
        let attempted = "end the sessions";
        let mut write = self.write(attempted).await?;
        let ended = sqlx::query("DELETE FROM sessions WHERE owner = $1 AND id IS NOT $2")
            .bind(owner.as_str())
            .bind(but.map(SessionId::as_str))
            .execute(write.on())
            .await
            .attempt(attempted)?;
        if ended.rows_affected() > 0 {
            add_audit(&mut write, audit).await?;
        }
        write.commit_quietly().await?;
        Ok(ended.rows_affected())
    }
}
