//! Accounts in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use super::audit::add_audit;
use super::rows::{column, each, json, milliseconds, to_json};
use super::write::Write;
use crate::{AccountRow, Accounts, NewAudit, StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::account::Account;
use certwright_core::id::{AccountId, AuthorityId};
use sqlx::sqlite::SqliteRow;

fn account_row(row: &SqliteRow) -> StoreResult<AccountRow> {
    Ok(AccountRow { account: json(row, "json")?, revision: column(row, "revision")? })
}

async fn stored(write: &mut Write, id: &AccountId) -> StoreResult<AccountRow> {
    let row = sqlx::query("SELECT json, revision FROM accounts WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(write.on())
        .await
        .attempt("read the account")?
        .ok_or_else(|| StoreError::not_found("account", id))?;
    account_row(&row)
}

/// Live runs that order with the account, in words.
const RUNS: &str = "SELECT 'run ' || r.id FROM runs r CROSS JOIN versions v ON v.run = r.id \
    WHERE r.wake_at >= 0 AND v.account = $1 LIMIT 3";

/// Replaces what is known of the account; authority and moment of creation stay.
async fn update(write: &mut Write, account: &Account, expected: Option<i64>) -> StoreResult<AccountRow> {
    let attempted = write.attempted();
    let before = stored(write, &account.id).await?;
    if expected.is_some_and(|expected| expected != before.revision) {
        return Err(StoreError::Outdated {
            what: "account",
            id: account.id.to_string(),
            revision: before.revision,
        });
    }
    let after = AccountRow {
        account: Account {
            authority: before.account.authority,
            created_at: before.account.created_at,
            ..account.clone()
        },
        revision: before.revision + 1,
    };
    sqlx::query("UPDATE accounts SET json = $2, revision = $3 WHERE id = $1")
        .bind(account.id.as_str())
        .bind(to_json(&after.account)?)
        .bind(after.revision)
        .execute(write.on())
        .await
        .attempt(attempted)?;
    Ok(after)
}

/// Who needs the account, in words: certificates that name it, and live runs that order with it.
async fn users(write: &mut Write, id: &AccountId) -> StoreResult<Vec<String>> {
    sqlx::query_scalar(
        "SELECT * FROM ( \
           SELECT 'certificate ' || json_extract(settings, '$.name') FROM certificates WHERE account = $1 LIMIT 3) \
         UNION ALL SELECT * FROM ( \
           SELECT 'run ' || r.id FROM runs r CROSS JOIN versions v ON v.run = r.id \
           WHERE r.wake_at >= 0 AND v.account = $1 LIMIT 3)",
    )
    .bind(id.as_str())
    .fetch_all(write.on())
    .await
    .attempt("look for users of the account")
}

#[async_trait]
impl Accounts for SqliteStore {
    async fn insert_account(
        &self,
        account: &Account,
        sealed_key: &[u8],
        audit: &NewAudit,
    ) -> StoreResult<AccountRow> {
        let attempted = "store the account";
        let mut write = self.write(attempted).await?;
        let added = sqlx::query(
            "INSERT INTO accounts (id, authority, json, sealed_key, revision, created_at) \
             VALUES ($1, $2, $3, $4, 1, $5) ON CONFLICT (id) DO NOTHING",
        )
        .bind(account.id.as_str())
        .bind(account.authority.as_str())
        .bind(to_json(account)?)
        .bind(sealed_key)
        .bind(milliseconds(account.created_at))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if added.rows_affected() == 0 {
            return Err(StoreError::Conflict {
                field: "id",
                words: format!("there is an account {} already", account.id),
            });
        }
        add_audit(&mut write, audit).await?;
        write.commit().await?;
        Ok(AccountRow { account: account.clone(), revision: 1 })
    }

    async fn update_account(
        &self,
        account: &Account,
        expected: Option<i64>,
        audit: &NewAudit,
    ) -> StoreResult<AccountRow> {
        let mut write = self.write("update the account").await?;
        let after = update(&mut write, account, expected).await?;
        add_audit(&mut write, audit).await?;
        write.commit().await?;
        Ok(after)
    }

    async fn begin_key_change(
        &self,
        account: &Account,
        sealed_next_key: &[u8],
        expected: i64,
        audit: &NewAudit,
    ) -> StoreResult<AccountRow> {
        let attempted = "store the account's new key";
        let mut write = self.write(attempted).await?;
        let runs: Vec<String> = sqlx::query_scalar(RUNS)
            .bind(account.id.as_str())
            .fetch_all(write.on())
            .await
            .attempt(attempted)?;
        if !runs.is_empty() {
            return Err(StoreError::InUse {
                words: format!("the account {} is used by {}", account.id, runs.join(", ")),
            });
        }
        let after = update(&mut write, account, Some(expected)).await?;
        sqlx::query("UPDATE accounts SET sealed_next_key = $2 WHERE id = $1")
            .bind(account.id.as_str())
            .bind(sealed_next_key)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        add_audit(&mut write, audit).await?;
        write.commit().await?;
        Ok(after)
    }

    async fn end_key_change(
        &self,
        account: &Account,
        sealed_key: Option<&[u8]>,
        expected: i64,
        audit: &NewAudit,
    ) -> StoreResult<AccountRow> {
        let attempted = "end the change of the account's key";
        let mut write = self.write(attempted).await?;
        let after = update(&mut write, account, Some(expected)).await?;
        sqlx::query(
            "UPDATE accounts SET sealed_key = coalesce($2, sealed_key), sealed_next_key = NULL WHERE id = $1",
        )
        .bind(account.id.as_str())
        .bind(sealed_key)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        add_audit(&mut write, audit).await?;
        write.commit().await?;
        Ok(after)
    }

    async fn account_next_key(&self, id: &AccountId) -> StoreResult<Option<Vec<u8>>> {
        let found: Option<Option<Vec<u8>>> =
            sqlx::query_scalar("SELECT sealed_next_key FROM accounts WHERE id = $1")
                .bind(id.as_str())
                .fetch_optional(&self.readers)
                .await
                .attempt("read the account's new key")?;
        found.ok_or_else(|| StoreError::not_found("account", id))
    }

    async fn forgive(&self, account: &Account, kinds: &[&str], now: Timestamp) -> StoreResult<u64> {
        let attempted = "forget failures of the account";
        let mut write = self.write(attempted).await?;
        let forgiven = sqlx::query(
            "UPDATE certificates INDEXED BY certificates_failing \
             SET failures = 0, not_before = NULL, last_failure = NULL, next_at = $4 \
             WHERE failures > 0 AND paused = 0 AND authority = $2 AND (account IS NULL OR account = $1) \
               AND json_extract(last_failure, '$.kind') IN (SELECT value FROM json_each($3))",
        )
        .bind(account.id.as_str())
        .bind(account.authority.as_str())
        .bind(to_json(kinds)?)
        .bind(milliseconds(now))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        write.commit().await?;
        Ok(forgiven.rows_affected())
    }

    async fn account(&self, id: &AccountId) -> StoreResult<AccountRow> {
        let row = sqlx::query("SELECT json, revision FROM accounts WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await
            .attempt("read the account")?
            .ok_or_else(|| StoreError::not_found("account", id))?;
        account_row(&row)
    }

    async fn accounts(&self, authority: Option<&AuthorityId>) -> StoreResult<Vec<AccountRow>> {
        let rows = sqlx::query(
            "SELECT json, revision FROM accounts WHERE $1 IS NULL OR authority = $1 \
             ORDER BY created_at DESC, id DESC",
        )
        .bind(authority.map(AuthorityId::as_str))
        .fetch_all(&self.readers)
        .await
        .attempt("read the accounts")?;
        each(&rows, account_row)
    }

    async fn account_key(&self, id: &AccountId) -> StoreResult<Vec<u8>> {
        sqlx::query_scalar("SELECT sealed_key FROM accounts WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await
            .attempt("read the account's key")?
            .ok_or_else(|| StoreError::not_found("account", id))
    }

    async fn delete_account(&self, id: &AccountId, audit: &NewAudit) -> StoreResult<()> {
        let attempted = "delete the account";
        let mut write = self.write(attempted).await?;
        stored(&mut write, id).await?;
        let users = users(&mut write, id).await?;
        if !users.is_empty() {
            return Err(StoreError::InUse {
                words: format!("the account {id} is used by {}", users.join(", ")),
            });
        }
        sqlx::query("DELETE FROM accounts WHERE id = $1")
            .bind(id.as_str())
            .execute(write.on())
            .await
            .attempt(attempted)?;
        add_audit(&mut write, audit).await?;
        write.commit().await
    }
}
