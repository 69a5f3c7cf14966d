//! API tokens in SQLite.

use super::super::SqliteStore;
use super::super::attempt::Attempt;
use super::super::audit::add_audit;
use super::super::rows::{
    column, each, id, json, maybe_milliseconds, maybe_moment, milliseconds, moment, to_json, to_word, word,
};
use crate::people::{Token, Tokens};
use crate::{Listing, NewAudit, Page, StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::TokenId;
use certwright_core::password::folded;
use sqlx::sqlite::SqliteRow;

fn token(row: &SqliteRow) -> StoreResult<Token> {
    Ok(Token {
        id: id(row, "id")?,
        name: column(row, "name")?,
        role: word(row, "role")?,
        scopes: json(row, "scopes")?,
        created_at: moment(row, "created_at")?,
        created_by: column(row, "created_by")?,
        expires_at: maybe_moment(row, "expires_at")?,
        last_used_at: maybe_moment(row, "last_used_at")?,
    })
}

#[async_trait]
impl Tokens for SqliteStore {
    async fn create_token(&self, token: &Token, digest: &[u8; 32], audit: &NewAudit) -> StoreResult<()> {
        let attempted = "store the token";
        let mut write = self.write(attempted).await?;
        let added = sqlx::query(
            "INSERT INTO api_tokens (id, name, name_key, digest, role, scopes, created_at, created_by, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (name_key) DO NOTHING",
        )
        .bind(token.id.as_str())
        .bind(token.name.trim())
        .bind(folded(&token.name))
        .bind(digest.as_slice())
        .bind(to_word(token.role)?)
        .bind(to_json(&token.scopes)?)
        .bind(milliseconds(token.created_at))
        .bind(&token.created_by)
        .bind(maybe_milliseconds(token.expires_at))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if added.rows_affected() == 0 {
            let words = format!("there is a token {} already", token.name.trim());
            return Err(StoreError::Conflict { field: "name", words });
        }
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await
    }

    async fn token(&self, digest: &[u8; 32]) -> StoreResult<Option<Token>> {
        let row = sqlx::query("SELECT * FROM api_tokens WHERE digest = $1")
            .bind(digest.as_slice())
            .fetch_optional(&self.readers)
            .await
            .attempt("read the token")?;
        row.as_ref().map(token).transpose()
    }

    async fn find_token(&self, id_or_name: &str) -> StoreResult<Token> {
        let row = sqlx::query("SELECT * FROM api_tokens WHERE id = $1 OR name_key = $2")
            .bind(id_or_name)
            .bind(folded(id_or_name))
            .fetch_optional(&self.readers)
            .await
            .attempt("read the token")?
            .ok_or_else(|| StoreError::not_found("token", id_or_name))?;
        token(&row)
    }

    async fn tokens(&self, page: Page) -> StoreResult<Listing<Token>> {
        let attempted = "read the tokens";
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let total: i64 = sqlx::query_scalar("SELECT count(*) FROM api_tokens")
            .fetch_one(&mut *read)
            .await
            .attempt(attempted)?;
        let rows = sqlx::query("SELECT * FROM api_tokens ORDER BY name_key LIMIT $1 OFFSET $2")
            .bind(page.clamped_limit())
            .bind(page.clamped_offset())
            .fetch_all(&mut *read)
            .await
            .attempt(attempted)?;
        Ok(Listing { items: each(&rows, token)?, total: total.unsigned_abs() })
    }

    async fn note_token(&self, id: &TokenId, at: Timestamp) -> StoreResult<()> {
        let attempted = "store the use of a token";
        let mut write = self.write(attempted).await?;
        sqlx::query("UPDATE api_tokens SET last_used_at = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(milliseconds(at))
            .execute(write.on())
            .await
            .attempt(attempted)?;
        write.commit_quietly().await
    }

    async fn delete_token(&self, id: &TokenId, audit: &NewAudit) -> StoreResult<()> {
        let attempted = "delete the token";
        let mut write = self.write(attempted).await?;
        let gone = sqlx::query("DELETE FROM api_tokens WHERE id = $1")
            .bind(id.as_str())
            .execute(write.on())
            .await
            .attempt(attempted)?;
        if gone.rows_affected() == 0 {
            return Err(StoreError::not_found("token", id));
        }
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await
    }
}
