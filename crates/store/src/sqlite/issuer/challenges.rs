//! Authorizations and challenges of an issuer's clients: what happens to them.

use super::super::SqliteStore;
use super::super::attempt::Attempt;
use super::super::rows::{column, milliseconds, timestamp, to_json};
use super::super::write::Write;
use super::authorizations::{challenge, identifier, read};
use crate::issuer::{Authorization, DueChallenge, IssuerChallenges, Outcome};
use crate::{StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::identifier::Identifier;
use serde_json::Value;

pub(in super::super) const DUE: &str = "SELECT c.*, a.identifier, a.account FROM issuer_challenges c \
     JOIN issuer_authorizations a ON a.id = c.authorization_id \
     WHERE c.issuer = $1 AND c.next_at <= $2 ORDER BY c.next_at LIMIT $3";

pub(in super::super) const NEXT: &str =
    "SELECT min(next_at) FROM issuer_challenges WHERE issuer = $1 AND next_at IS NOT NULL";

/// A challenge that is still being looked at, of an authorization that is still pending.
async fn look_again(
    write: &mut Write,
    issuer: &str,
    id: &str,
    at: Timestamp,
    error: &Value,
) -> StoreResult<()> {
    sqlx::query(
        "UPDATE issuer_challenges SET attempts = attempts + 1, next_at = $3, error = $4 \
         WHERE id = $1 AND issuer = $2 AND status = 'processing'",
    )
    .bind(id)
    .bind(issuer)
    .bind(milliseconds(at))
    .bind(to_json(error)?)
    .execute(write.on())
    .await
    .attempt("store when to look at the challenge again")?;
    Ok(())
}

/// Ends the challenge; answers its authorization if that was still waiting for it.
async fn end(
    write: &mut Write,
    issuer: &str,
    id: &str,
    validated_at: Option<Timestamp>,
    error: Option<&Value>,
) -> StoreResult<Option<String>> {
    let attempted = "store what came of the challenge";
    let status = if validated_at.is_some() { "valid" } else { "invalid" };
    let authorization: Option<String> = sqlx::query_scalar(
        "UPDATE issuer_challenges SET status = $3, attempts = attempts + 1, next_at = NULL, \
           validated_at = $4, error = $5 \
         WHERE id = $1 AND issuer = $2 AND status = 'processing' RETURNING authorization_id",
    )
    .bind(id)
    .bind(issuer)
    .bind(status)
    .bind(validated_at.map(milliseconds))
    .bind(error.map(to_json).transpose()?)
    .fetch_optional(write.on())
    .await
    .attempt(attempted)?;
    let Some(authorization) = authorization else { return Ok(None) };
    // The others will not be needed: none of them may change the verdict later.
    sqlx::query(
        "UPDATE issuer_challenges SET status = 'invalid', next_at = NULL \
         WHERE authorization_id = $1 AND status = 'processing'",
    )
    .bind(&authorization)
    .execute(write.on())
    .await
    .attempt(attempted)?;
    Ok(Some(authorization))
}

async fn met(
    write: &mut Write,
    issuer: &str,
    id: &str,
    at: Timestamp,
    expires_at: Timestamp,
) -> StoreResult<()> {
    let Some(authorization) = end(write, issuer, id, Some(at), None).await? else { return Ok(()) };
    let attempted = "store that an identifier is proven";
    sqlx::query(
        "UPDATE issuer_authorizations SET status = 'valid', expires_at = $2 WHERE id = $1 AND status = 'pending'",
    )
    .bind(&authorization)
    .bind(milliseconds(expires_at))
    .execute(write.on())
    .await
    .attempt(attempted)?;
    sqlx::query(
        "UPDATE issuer_orders SET status = 'ready' \
         WHERE id = (SELECT order_id FROM issuer_authorizations WHERE id = $1) AND status = 'pending' \
           AND NOT EXISTS (SELECT 1 FROM issuer_authorizations \
             WHERE order_id = issuer_orders.id AND status <> 'valid')",
    )
    .bind(&authorization)
    .execute(write.on())
    .await
    .attempt(attempted)?;
    Ok(())
}

async fn failed(write: &mut Write, issuer: &str, id: &str, error: &Value) -> StoreResult<()> {
    let Some(authorization) = end(write, issuer, id, None, Some(error)).await? else { return Ok(()) };
    sqlx::query("UPDATE issuer_authorizations SET status = 'invalid' WHERE id = $1 AND status = 'pending'")
        .bind(&authorization)
        .execute(write.on())
        .await
        .attempt("store that an identifier is not proven")?;
    fail_its_order(write, &authorization, error).await
}

async fn fail_its_order(write: &mut Write, authorization: &str, error: &Value) -> StoreResult<()> {
    sqlx::query(
        "UPDATE issuer_orders SET status = 'invalid', error = $2 \
         WHERE id = (SELECT order_id FROM issuer_authorizations WHERE id = $1) \
           AND status IN ('pending', 'ready')",
    )
    .bind(authorization)
    .bind(to_json(error)?)
    .execute(write.on())
    .await
    .attempt("store that the order failed")?;
    Ok(())
}

#[async_trait]
impl IssuerChallenges for SqliteStore {
    async fn authorization(&self, issuer: &str, id: &str) -> StoreResult<Option<Authorization>> {
        let attempted = "read the authorization";
        let mut transaction = self.readers.begin().await.attempt(attempted)?;
        let row = sqlx::query("SELECT * FROM issuer_authorizations WHERE id = $1 AND issuer = $2")
            .bind(id)
            .bind(issuer)
            .fetch_optional(&mut *transaction)
            .await
            .attempt(attempted)?;
        match row {
            Some(row) => read(&mut transaction, &row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn authorization_of_challenge(
        &self,
        issuer: &str,
        challenge: &str,
    ) -> StoreResult<Option<Authorization>> {
        let attempted = "read the authorization of a challenge";
        let mut transaction = self.readers.begin().await.attempt(attempted)?;
        let row = sqlx::query(
            "SELECT a.* FROM issuer_challenges c JOIN issuer_authorizations a ON a.id = c.authorization_id \
             WHERE c.id = $1 AND c.issuer = $2",
        )
        .bind(challenge)
        .bind(issuer)
        .fetch_optional(&mut *transaction)
        .await
        .attempt(attempted)?;
        match row {
            Some(row) => read(&mut transaction, &row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn deactivate_authorization(&self, issuer: &str, id: &str, error: &Value) -> StoreResult<()> {
        let attempted = "deactivate the authorization";
        let mut write = self.write(attempted).await?;
        let changed = sqlx::query(
            "UPDATE issuer_authorizations SET status = 'deactivated' \
             WHERE id = $1 AND issuer = $2 AND status IN ('pending', 'valid')",
        )
        .bind(id)
        .bind(issuer)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if changed.rows_affected() == 0 {
            return Err(StoreError::not_found("open authorization", id));
        }
        sqlx::query(
            "UPDATE issuer_challenges SET status = 'invalid', next_at = NULL \
             WHERE authorization_id = $1 AND status IN ('pending', 'processing')",
        )
        .bind(id)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        fail_its_order(&mut write, id, error).await?;
        write.commit_quietly().await
    }

    async fn start_challenge(&self, issuer: &str, challenge: &str, now: Timestamp) -> StoreResult<()> {
        let attempted = "store that the challenge is to be looked at";
        let mut write = self.write(attempted).await?;
        sqlx::query(
            "UPDATE issuer_challenges SET status = 'processing', next_at = $3 \
             WHERE id = $1 AND issuer = $2 AND status = 'pending' AND EXISTS (SELECT 1 \
               FROM issuer_authorizations a JOIN issuer_orders o ON o.id = a.order_id \
               WHERE a.id = issuer_challenges.authorization_id AND a.status = 'pending' \
                 AND a.expires_at > $3 AND o.status = 'pending')",
        )
        .bind(challenge)
        .bind(issuer)
        .bind(milliseconds(now))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        write.commit_quietly().await
    }

    async fn due_challenges(
        &self,
        issuer: &str,
        now: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<DueChallenge>> {
        let rows = sqlx::query(DUE)
            .bind(issuer)
            .bind(milliseconds(now))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .attempt("look for challenges that are due")?;
        let mut due = Vec::with_capacity(rows.len());
        for row in &rows {
            due.push(DueChallenge {
                challenge: challenge(row)?,
                identifier: identifier(row)?,
                account: column(row, "account")?,
            });
        }
        Ok(due)
    }

    async fn next_challenge(&self, issuer: &str) -> StoreResult<Option<Timestamp>> {
        let next: Option<i64> = sqlx::query_scalar(NEXT)
            .bind(issuer)
            .fetch_one(&self.readers)
            .await
            .attempt("look for the next challenge")?;
        next.map(timestamp).transpose()
    }

    async fn conclude_challenge(&self, issuer: &str, challenge: &str, outcome: &Outcome) -> StoreResult<()> {
        let mut write = self.write("store what came of the challenge").await?;
        match outcome {
            Outcome::Met { at, expires_at } => met(&mut write, issuer, challenge, *at, *expires_at).await?,
            Outcome::Again { at, error } => look_again(&mut write, issuer, challenge, *at, error).await?,
            Outcome::Failed { error } => failed(&mut write, issuer, challenge, error).await?,
        }
        write.commit_quietly().await
    }

    async fn is_authorized(
        &self,
        account: &str,
        identifiers: &[Identifier],
        now: Timestamp,
    ) -> StoreResult<bool> {
        let names: Vec<String> = identifiers.iter().map(Identifier::ascii).collect();
        let missing: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM json_each($2) n WHERE NOT EXISTS (SELECT 1 FROM issuer_authorizations \
               WHERE account = $1 AND status = 'valid' AND identifier = n.value AND expires_at > $3)",
        )
        .bind(account)
        .bind(to_json(&names)?)
        .bind(milliseconds(now))
        .fetch_one(&self.readers)
        .await
        .attempt("look for the account's authorizations")?;
        Ok(missing == 0 && !names.is_empty())
    }
}
