//! Accounts of an issuer's clients.

use super::super::SqliteStore;
use super::super::attempt::Attempt;
use super::super::rows::{column, json, milliseconds, moment, to_json, to_word, word};
use super::super::write::Write;
use crate::issuer::{Account, AccountOpening, AccountStatus, IssuerAccounts, KeyChange};
use crate::{StoreError, StoreResult};
use async_trait::async_trait;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;

const BY_THUMBPRINT: &str = "SELECT * FROM issuer_accounts WHERE issuer = $1 AND thumbprint = $2";

fn account(row: &SqliteRow) -> StoreResult<Account> {
    Ok(Account {
        id: column(row, "id")?,
        issuer: column(row, "issuer")?,
        thumbprint: column(row, "thumbprint")?,
        jwk: json(row, "jwk")?,
        status: word(row, "status")?,
        contacts: json(row, "contacts")?,
        external_key: column(row, "external_key")?,
        terms_agreed: column(row, "terms_agreed")?,
        created_at: moment(row, "created_at")?,
    })
}

async fn by_thumbprint(write: &mut Write, issuer: &str, thumbprint: &str) -> StoreResult<Option<Account>> {
    let row = sqlx::query(BY_THUMBPRINT)
        .bind(issuer)
        .bind(thumbprint)
        .fetch_optional(write.on())
        .await
        .attempt("look for the account of a key")?;
    row.as_ref().map(account).transpose()
}

/// Binds the external key to the account; `false` when it is gone, over, or bound another one.
async fn bind(write: &mut Write, account: &Account, id: &str) -> StoreResult<bool> {
    let bound = sqlx::query(
        "UPDATE issuer_external_keys SET account = $3, used_at = $4 \
         WHERE issuer = $1 AND id = $2 AND account IS NULL AND (expires_at IS NULL OR expires_at > $4)",
    )
    .bind(&account.issuer)
    .bind(id)
    .bind(&account.id)
    .bind(milliseconds(account.created_at))
    .execute(write.on())
    .await
    .attempt("bind the external key")?;
    Ok(bound.rows_affected() == 1)
}

async fn insert(write: &mut Write, account: &Account) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO issuer_accounts \
           (id, issuer, thumbprint, jwk, status, contacts, external_key, terms_agreed, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&account.id)
    .bind(&account.issuer)
    .bind(&account.thumbprint)
    .bind(to_json(&account.jwk)?)
    .bind(to_word(account.status)?)
    .bind(to_json(&account.contacts)?)
    .bind(&account.external_key)
    .bind(account.terms_agreed)
    .bind(milliseconds(account.created_at))
    .execute(write.on())
    .await
    .attempt("store the account")?;
    Ok(())
}

#[async_trait]
impl IssuerAccounts for SqliteStore {
    async fn open_account(&self, account: &Account, limit: u32) -> StoreResult<AccountOpening> {
        let attempted = "open the account";
        let mut write = self.write(attempted).await?;
        if let Some(found) = by_thumbprint(&mut write, &account.issuer, &account.thumbprint).await? {
            return Ok(AccountOpening::Exists(found));
        }
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM issuer_accounts WHERE issuer = $1")
            .bind(&account.issuer)
            .fetch_one(write.on())
            .await
            .attempt(attempted)?;
        if count >= i64::from(limit) {
            return Ok(AccountOpening::Full);
        }
        if let Some(id) = &account.external_key
            && !bind(&mut write, account, id).await?
        {
            return Ok(AccountOpening::ExternalKeyUsed);
        }
        insert(&mut write, account).await?;
        write.commit_quietly().await?;
        Ok(AccountOpening::Opened)
    }

    async fn issuer_account(&self, issuer: &str, id: &str) -> StoreResult<Option<Account>> {
        let row = sqlx::query("SELECT * FROM issuer_accounts WHERE id = $1 AND issuer = $2")
            .bind(id)
            .bind(issuer)
            .fetch_optional(&self.readers)
            .await
            .attempt("read the account")?;
        row.as_ref().map(account).transpose()
    }

    async fn account_by_thumbprint(&self, issuer: &str, thumbprint: &str) -> StoreResult<Option<Account>> {
        let row = sqlx::query(BY_THUMBPRINT)
            .bind(issuer)
            .bind(thumbprint)
            .fetch_optional(&self.readers)
            .await
            .attempt("look for the account of a key")?;
        row.as_ref().map(account).transpose()
    }

    async fn set_contacts(&self, issuer: &str, id: &str, contacts: &[String]) -> StoreResult<()> {
        let attempted = "store the contacts of the account";
        let mut write = self.write(attempted).await?;
        let changed = sqlx::query("UPDATE issuer_accounts SET contacts = $3 WHERE id = $1 AND issuer = $2")
            .bind(id)
            .bind(issuer)
            .bind(to_json(contacts)?)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        if changed.rows_affected() == 0 {
            return Err(StoreError::not_found("account", id));
        }
        write.commit_quietly().await
    }

    async fn end_account(&self, issuer: &str, id: &str, status: AccountStatus) -> StoreResult<()> {
        let attempted = "end the account";
        let mut write = self.write(attempted).await?;
        let ended = sqlx::query("UPDATE issuer_accounts SET status = $3 WHERE id = $1 AND issuer = $2")
            .bind(id)
            .bind(issuer)
            .bind(to_word(status)?)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        if ended.rows_affected() == 0 {
            return Err(StoreError::not_found("account", id));
        }
        // An order that is being issued goes to its end: what is about to be signed must be known of.
        for sql in [
            "UPDATE issuer_orders SET status = 'invalid' \
             WHERE account = $1 AND status IN ('pending', 'ready')",
            "UPDATE issuer_challenges SET status = 'invalid', next_at = NULL \
             WHERE status IN ('pending', 'processing') \
               AND authorization_id IN (SELECT id FROM issuer_authorizations WHERE account = $1)",
            "UPDATE issuer_authorizations SET status = 'deactivated' \
             WHERE account = $1 AND status IN ('pending', 'valid')",
        ] {
            sqlx::query(sql).bind(id).execute(write.on()).await.attempt(attempted)?;
        }
        write.commit_quietly().await
    }

    async fn change_key(
        &self,
        issuer: &str,
        id: &str,
        old_thumbprint: &str,
        new_thumbprint: &str,
        jwk: &Value,
    ) -> StoreResult<KeyChange> {
        let attempted = "change the account's key";
        let mut write = self.write(attempted).await?;
        if let Some(found) = by_thumbprint(&mut write, issuer, new_thumbprint).await? {
            return Ok(KeyChange::Taken(found.id));
        }
        let changed = sqlx::query(
            "UPDATE issuer_accounts SET thumbprint = $4, jwk = $5 \
             WHERE id = $1 AND issuer = $2 AND thumbprint = $3 AND status = 'valid'",
        )
        .bind(id)
        .bind(issuer)
        .bind(old_thumbprint)
        .bind(new_thumbprint)
        .bind(to_json(jwk)?)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if changed.rows_affected() == 0 {
            return Ok(KeyChange::Outdated);
        }
        write.commit_quietly().await?;
        Ok(KeyChange::Changed)
    }
}
