//! Users in SQLite.

use super::super::SqliteStore;
use super::super::attempt::Attempt;
use super::super::audit::add_audit;
use super::super::rows::{
    column, each, id, maybe_milliseconds, maybe_moment, milliseconds, moment, number, to_word, word,
};
use super::super::write::Write;
use crate::people::{Begun, Credentials, User, UserEdit, Users};
use crate::{Listing, NewAudit, Page, StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::UserId;
use certwright_core::lockout::{OF_USER, Tries};
use certwright_core::password::folded;
use certwright_core::role::Role;
use sqlx::sqlite::SqliteRow;

macro_rules! users {
    ($rest:literal) => {
        concat!(
            "SELECT u.*, (SELECT count(*) FROM recovery_codes r WHERE r.owner = u.id) AS codes FROM users u ",
            $rest
        )
    };
}

pub(super) fn user(row: &SqliteRow) -> StoreResult<User> {
    Ok(User {
        id: id(row, "id")?,
        name: column(row, "name")?,
        role: word(row, "role")?,
        disabled: column(row, "disabled")?,
        second_factor: column(row, "totp")?,
        recovery_codes: number(row, "codes")?,
        created_at: moment(row, "created_at")?,
        last_signed_in_at: maybe_moment(row, "last_signed_in_at")?,
        tries: tries(row)?,
        revision: column(row, "revision")?,
    })
}

fn tries(row: &SqliteRow) -> StoreResult<Tries> {
    Ok(Tries {
        failures: number(row, "failures")?,
        last_at: maybe_moment(row, "failed_at")?,
        locked_until: maybe_moment(row, "locked_until")?,
    })
}

fn gone(id: &UserId) -> StoreError {
    StoreError::not_found("user", id)
}

fn taken(name: &str) -> StoreError {
    StoreError::Conflict { field: "name", words: format!("there is a user {name} already") }
}

/// Adds a row; `false` when the name is taken.
pub(super) async fn add_user(write: &mut Write, user: &User, password: Option<&str>) -> StoreResult<bool> {
    let attempted = write.attempted();
    let added = sqlx::query(
        "INSERT INTO users (id, name, name_key, role, disabled, password, created_at, revision) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1) ON CONFLICT (name_key) DO NOTHING",
    )
    .bind(user.id.as_str())
    .bind(user.name.trim())
    .bind(folded(&user.name))
    .bind(to_word(user.role)?)
    .bind(user.disabled)
    .bind(password)
    .bind(milliseconds(user.created_at))
    .execute(write.on())
    .await
    .attempt(attempted)?;
    Ok(added.rows_affected() == 1)
}

async fn stored(write: &mut Write, id: &UserId, expected: Option<i64>) -> StoreResult<User> {
    let attempted = write.attempted();
    let row = sqlx::query(users!("WHERE u.id = $1"))
        .bind(id.as_str())
        .fetch_optional(write.on())
        .await
        .attempt(attempted)?
        .ok_or_else(|| gone(id))?;
    let found = user(&row)?;
    if expected.is_some_and(|expected| expected != found.revision) {
        return Err(StoreError::Outdated { what: "user", id: found.name, revision: found.revision });
    }
    Ok(found)
}

/// Refuses a change after which no administrator could sign in.
async fn leaves_an_administrator(write: &mut Write, user: &User) -> StoreResult<()> {
    let attempted = write.attempted();
    if user.role != Role::Administrator || user.disabled {
        return Ok(());
    }
    let others: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM users WHERE role = 'administrator' AND disabled = 0 AND id <> $1",
    )
    .bind(user.id.as_str())
    .fetch_one(write.on())
    .await
    .attempt(attempted)?;
    if others == 0 {
        let words = format!("{} is the only administrator who can sign in", user.name);
        return Err(StoreError::InUse { words });
    }
    Ok(())
}

/// Ends all sessions and links of a user.
async fn end_everything(write: &mut Write, id: &UserId) -> StoreResult<()> {
    let attempted = write.attempted();
    for statement in ["DELETE FROM sessions WHERE owner = $1", "DELETE FROM sign_in_links WHERE owner = $1"] {
        sqlx::query(statement).bind(id.as_str()).execute(write.on()).await.attempt(attempted)?;
    }
    Ok(())
}

async fn set_tries(write: &mut Write, id: &UserId, tries: &Tries) -> StoreResult<()> {
    let attempted = write.attempted();
    sqlx::query("UPDATE users SET failures = $2, failed_at = $3, locked_until = $4 WHERE id = $1")
        .bind(id.as_str())
        .bind(i64::from(tries.failures))
        .bind(maybe_milliseconds(tries.last_at))
        .bind(maybe_milliseconds(tries.locked_until))
        .execute(write.on())
        .await
        .attempt(attempted)?;
    Ok(())
}

async fn add_recovery_codes(write: &mut Write, id: &UserId, codes: &[[u8; 32]]) -> StoreResult<()> {
    let attempted = write.attempted();
    for digest in codes {
        sqlx::query("INSERT INTO recovery_codes (owner, digest) VALUES ($1, $2)")
            .bind(id.as_str())
            .bind(digest.as_slice())
            .execute(write.on())
            .await
            .attempt(attempted)?;
    }
    Ok(())
}

#[async_trait]
impl Users for SqliteStore {
    async fn create_user(&self, new: &User, password: Option<&str>, audit: &NewAudit) -> StoreResult<User> {
        let mut write = self.write("store the user").await?;
        if !add_user(&mut write, new, password).await? {
            return Err(taken(new.name.trim()));
        }
        let made = stored(&mut write, &new.id, None).await?;
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await?;
        Ok(made)
    }

    async fn user(&self, id_or_name: &str) -> StoreResult<User> {
        let row = sqlx::query(users!("WHERE u.id = $1 OR u.name_key = $2"))
            .bind(id_or_name)
            .bind(folded(id_or_name))
            .fetch_optional(&self.readers)
            .await
            .attempt("read the user")?
            .ok_or_else(|| StoreError::not_found("user", id_or_name))?;
        user(&row)
    }

    async fn users(&self, page: Page) -> StoreResult<Listing<User>> {
        let attempted = "read the users";
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let total: i64 = sqlx::query_scalar("SELECT count(*) FROM users")
            .fetch_one(&mut *read)
            .await
            .attempt(attempted)?;
        let rows = sqlx::query(users!("ORDER BY u.name_key LIMIT $1 OFFSET $2"))
            .bind(page.clamped_limit())
            .bind(page.clamped_offset())
            .fetch_all(&mut *read)
            .await
            .attempt(attempted)?;
        Ok(Listing { items: each(&rows, user)?, total: total.unsigned_abs() })
    }

    async fn credentials(&self, id_or_name: &str) -> StoreResult<Option<Credentials>> {
        let row = sqlx::query(users!("WHERE u.id = $1 OR u.name_key = $2"))
            .bind(id_or_name)
            .bind(folded(id_or_name))
            .fetch_optional(&self.readers)
            .await
            .attempt("read the user")?;
        let credentials = |row: SqliteRow| {
            Ok(Credentials {
                user: user(&row)?,
                password: column(&row, "password")?,
                sealed_totp: column(&row, "sealed_totp")?,
            })
        };
        row.map(credentials).transpose()
    }

    async fn first_administrator(&self) -> StoreResult<Option<User>> {
        let row = sqlx::query(users!(
            "WHERE u.role = 'administrator' AND u.disabled = 0 ORDER BY u.created_at, u.id LIMIT 1"
        ))
        .fetch_optional(&self.readers)
        .await
        .attempt("look for an administrator")?;
        row.as_ref().map(user).transpose()
    }

    async fn update_user(&self, id: &UserId, edit: UserEdit<'_>, audit: &NewAudit) -> StoreResult<User> {
        let attempted = "update the user";
        let mut write = self.write(attempted).await?;
        let before = stored(&mut write, id, Some(edit.expected)).await?;
        if edit.role != Role::Administrator || edit.disabled {
            leaves_an_administrator(&mut write, &before).await?;
        }
        let changed = sqlx::query(
            "UPDATE OR IGNORE users SET name = $2, name_key = $3, role = $4, disabled = $5, revision = revision + 1 \
             WHERE id = $1",
        )
        .bind(id.as_str())
        .bind(edit.name.trim())
        .bind(folded(edit.name))
        .bind(to_word(edit.role)?)
        .bind(edit.disabled)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if changed.rows_affected() == 0 {
            return Err(taken(edit.name.trim()));
        }
        if edit.disabled {
            end_everything(&mut write, id).await?;
        }
        let after = stored(&mut write, id, None).await?;
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await?;
        Ok(after)
    }

    async fn delete_user(&self, id: &UserId, expected: i64, audit: &NewAudit) -> StoreResult<()> {
        let attempted = "delete the user";
        let mut write = self.write(attempted).await?;
        let found = stored(&mut write, id, Some(expected)).await?;
        leaves_an_administrator(&mut write, &found).await?;
        // Sessions, links and recovery codes go with it.
        sqlx::query("DELETE FROM users WHERE id = $1")
            .bind(id.as_str())
            .execute(write.on())
            .await
            .attempt(attempted)?;
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await
    }

    async fn set_password(&self, id: &UserId, password: &str, audit: &NewAudit) -> StoreResult<()> {
        let attempted = "store the password";
        let mut write = self.write(attempted).await?;
        stored(&mut write, id, None).await?;
        sqlx::query("UPDATE users SET password = $2, revision = revision + 1 WHERE id = $1")
            .bind(id.as_str())
            .bind(password)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        set_tries(&mut write, id, &Tries::default()).await?;
        end_everything(&mut write, id).await?;
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await
    }

    async fn begin_try(&self, id: &UserId, now: Timestamp) -> StoreResult<Begun> {
        let mut write = self.write("count a try to sign in").await?;
        let before = stored(&mut write, id, None).await?.tries;
        if let Some(until) = OF_USER.locked(&before, now) {
            return Ok(Begun::Locked(until));
        }
        let tries = OF_USER.after_failure(&before, now);
        set_tries(&mut write, id, &tries).await?;
        write.commit_quietly().await?;
        Ok(Begun::Counted { before, now: tries })
    }

    async fn withdraw_try(&self, id: &UserId, before: &Tries, now: &Tries) -> StoreResult<()> {
        let mut write = self.write("take back a try to sign in").await?;
        let found = stored(&mut write, id, None).await?.tries;
        if found.failures == now.failures {
            set_tries(&mut write, id, before).await?;
        }
        write.commit_quietly().await
    }

    async fn forget_tries(&self, id: &UserId) -> StoreResult<()> {
        let mut write = self.write("forget failures to sign in").await?;
        set_tries(&mut write, id, &Tries::default()).await?;
        write.commit_quietly().await
    }

    async fn propose_totp(&self, id: &UserId, sealed: &[u8]) -> StoreResult<()> {
        let attempted = "store the secret of a second factor";
        let mut write = self.write(attempted).await?;
        if stored(&mut write, id, None).await?.second_factor {
            let words = "there is a second factor already".to_owned();
            return Err(StoreError::Conflict { field: "totp", words });
        }
        sqlx::query("UPDATE users SET sealed_totp = $2, totp_step = 0 WHERE id = $1")
            .bind(id.as_str())
            .bind(sealed)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        write.commit_quietly().await
    }

    async fn enable_totp(
        &self,
        id: &UserId,
        sealed: &[u8],
        step: u64,
        codes: &[[u8; 32]],
        audit: &NewAudit,
    ) -> StoreResult<()> {
        let attempted = "enable the second factor";
        let mut write = self.write(attempted).await?;
        let enabled = sqlx::query(
            "UPDATE users SET totp = 1, totp_step = $3, revision = revision + 1 \
             WHERE id = $1 AND sealed_totp = $2 AND totp = 0",
        )
        .bind(id.as_str())
        .bind(sealed)
        .bind(step.cast_signed())
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if enabled.rows_affected() == 0 {
            let words = "another secret was made meanwhile".to_owned();
            return Err(StoreError::Conflict { field: "totp", words });
        }
        add_recovery_codes(&mut write, id, codes).await?;
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await
    }

    async fn replace_recovery_codes(
        &self,
        id: &UserId,
        codes: &[[u8; 32]],
        audit: &NewAudit,
    ) -> StoreResult<()> {
        let attempted = "make new recovery codes";
        let mut write = self.write(attempted).await?;
        let counts = sqlx::query("UPDATE users SET revision = revision + 1 WHERE id = $1 AND totp = 1")
            .bind(id.as_str())
            .execute(write.on())
            .await
            .attempt(attempted)?;
        if counts.rows_affected() == 0 {
            let words = "there is no second factor".to_owned();
            return Err(StoreError::Conflict { field: "totp", words });
        }
        sqlx::query("DELETE FROM recovery_codes WHERE owner = $1")
            .bind(id.as_str())
            .execute(write.on())
            .await
            .attempt(attempted)?;
        add_recovery_codes(&mut write, id, codes).await?;
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await
    }

    async fn remove_totp(&self, id: &UserId, audit: &NewAudit) -> StoreResult<()> {
        let attempted = "remove the second factor";
        let mut write = self.write(attempted).await?;
        stored(&mut write, id, None).await?;
        sqlx::query(
            "UPDATE users SET sealed_totp = NULL, totp = 0, totp_step = 0, revision = revision + 1 WHERE id = $1",
        )
        .bind(id.as_str())
        .execute(write.on())
        .await
        .attempt(attempted)?;
        sqlx::query("DELETE FROM recovery_codes WHERE owner = $1")
            .bind(id.as_str())
            .execute(write.on())
            .await
            .attempt(attempted)?;
        add_audit(&mut write, audit).await?;
        write.commit_quietly().await
    }

    async fn take_totp_step(&self, id: &UserId, step: u64) -> StoreResult<bool> {
        let attempted = "take the code of a second factor";
        let mut write = self.write(attempted).await?;
        let taken =
            sqlx::query("UPDATE users SET totp_step = $2 WHERE id = $1 AND totp = 1 AND totp_step < $2")
                .bind(id.as_str())
                .bind(step.cast_signed())
                .execute(write.on())
                .await
                .attempt(attempted)?;
        write.commit_quietly().await?;
        Ok(taken.rows_affected() == 1)
    }

    async fn take_recovery_code(&self, id: &UserId, digest: &[u8; 32]) -> StoreResult<bool> {
        let attempted = "take a recovery code";
        let mut write = self.write(attempted).await?;
        let taken = sqlx::query("DELETE FROM recovery_codes WHERE owner = $1 AND digest = $2")
            .bind(id.as_str())
            .bind(digest.as_slice())
            .execute(write.on())
            .await
            .attempt(attempted)?;
        write.commit_quietly().await?;
        Ok(taken.rows_affected() == 1)
    }
}
