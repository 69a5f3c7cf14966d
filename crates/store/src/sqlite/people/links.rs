//! One-time links in SQLite.

use super::super::SqliteStore;
use super::super::attempt::Attempt;
use super::super::audit::add_audit;
use super::super::rows::{maybe_id, milliseconds, moment};
use super::super::write::Write;
use super::sessions::add_session;
use super::users::add_user;
use crate::people::{Link, Links, NewSession, SetUp, User};
use crate::{NewAudit, StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::UserId;
use certwright_core::lockout::OF_ADDRESS;

/// The most links at once.
const MOST: i64 = 50;

/// Uses a link up; `false` when there is none.
async fn use_up(
    write: &mut Write,
    digest: &[u8; 32],
    owner: Option<&UserId>,
    now: Timestamp,
) -> StoreResult<bool> {
    let attempted = write.attempted();
    let used = sqlx::query("DELETE FROM sign_in_links WHERE digest = $1 AND owner IS $2 AND expires_at > $3")
        .bind(digest.as_slice())
        .bind(owner.map(UserId::as_str))
        .bind(milliseconds(now))
        .execute(write.on())
        .await
        .attempt(attempted)?;
    Ok(used.rows_affected() == 1)
}

#[async_trait]
impl Links for SqliteStore {
    async fn add_link(&self, link: &Link, digest: &[u8; 32], audit: &NewAudit) -> StoreResult<()> {
        let attempted = "store the one-time link";
        let mut write = self.write(attempted).await?;
        sqlx::query(
            "DELETE FROM sign_in_links WHERE digest IN (SELECT digest FROM sign_in_links \
             ORDER BY expires_at DESC LIMIT -1 OFFSET $1)",
        )
        .bind(MOST - 1)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        sqlx::query("INSERT INTO sign_in_links (digest, owner, expires_at) VALUES ($1, $2, $3)")
            .bind(digest.as_slice())
            .bind(link.owner.as_ref().map(UserId::as_str))
            .bind(milliseconds(link.expires_at))
            .execute(write.on())
            .await
            .attempt(attempted)?;
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await
    }

    async fn link(&self, digest: &[u8; 32], now: Timestamp) -> StoreResult<Option<Link>> {
        let row =
            sqlx::query("SELECT owner, expires_at FROM sign_in_links WHERE digest = $1 AND expires_at > $2")
                .bind(digest.as_slice())
                .bind(milliseconds(now))
                .fetch_optional(&self.readers)
                .await
                .attempt("read the one-time link")?;
        row.map(|row| Ok(Link { owner: maybe_id(&row, "owner")?, expires_at: moment(&row, "expires_at")? }))
            .transpose()
    }

    async fn sign_in_by_link(
        &self,
        digest: &[u8; 32],
        new: NewSession<'_>,
        audit: &NewAudit,
    ) -> StoreResult<bool> {
        let mut write = self.write("sign in by a one-time link").await?;
        let session = new.session;
        if !use_up(&mut write, digest, Some(&session.owner), session.created_at).await?
            || !add_session(&mut write, new).await?
        {
            return Ok(false);
        }
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await?;
        Ok(true)
    }

    async fn set_up(
        &self,
        digest: &[u8; 32],
        user: &User,
        password: &str,
        new: NewSession<'_>,
        audit: &NewAudit,
    ) -> StoreResult<SetUp> {
        let attempted = "make the first administrator";
        let mut write = self.write(attempted).await?;
        let administrators: i64 =
            sqlx::query_scalar("SELECT count(*) FROM users WHERE role = 'administrator'")
                .fetch_one(write.on())
                .await
                .attempt(attempted)?;
        if administrators > 0 {
            return Ok(SetUp::NotTheFirst);
        }
        if !use_up(&mut write, digest, None, new.session.created_at).await? {
            return Ok(SetUp::NoLink);
        }
        if !add_user(&mut write, user, Some(password)).await? {
            let words = format!("there is a user {} already", user.name);
            return Err(StoreError::Conflict { field: "name", words });
        }
        add_session(&mut write, new).await?;
        sqlx::query("DELETE FROM sign_in_links WHERE owner IS NULL")
            .execute(write.on())
            .await
            .attempt(attempted)?;
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await?;
        Ok(SetUp::Done)
    }

    async fn end_all_sessions(&self) -> StoreResult<u64> {
        let attempted = "end all sessions";
        let mut write = self.write(attempted).await?;
        let mut ended = 0;
        for statement in ["DELETE FROM sessions", "DELETE FROM sign_in_links"] {
            ended += sqlx::query(statement).execute(write.on()).await.attempt(attempted)?.rows_affected();
        }
        write.commit_quietly().await?;
        Ok(ended)
    }

    async fn prune_sessions(&self, now: Timestamp) -> StoreResult<u64> {
        let attempted = "remove what has ended of sessions";
        let mut write = self.write(attempted).await?;
        let mut pruned = 0;
        for statement in
            ["DELETE FROM sessions WHERE ends_at <= $1", "DELETE FROM sign_in_links WHERE expires_at <= $1"]
        {
            let gone = sqlx::query(statement).bind(milliseconds(now)).execute(write.on()).await;
            pruned += gone.attempt(attempted)?.rows_affected();
        }
        sqlx::query("DELETE FROM sign_in_tries WHERE failed_at <= $1")
            .bind(milliseconds(now - OF_ADDRESS.forgotten_after))
            .execute(write.on())
            .await
            .attempt(attempted)?;
        write.commit_quietly().await?;
        Ok(pruned)
    }
}
