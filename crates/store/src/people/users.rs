//! Users: who they are, how they sign in, and how often somebody failed to do so as them.

use crate::{Listing, NewAudit, Page, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::UserId;
use certwright_core::lockout::Tries;
use certwright_core::role::Role;

/// A person who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The name; letter case does not count.
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// Whether signing in is not permitted.
    pub disabled: bool,
    /// Whether a second factor is asked for.
    pub second_factor: bool,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
    /// When the user was made.
    pub created_at: Timestamp,
    /// When the user last signed in.
    pub last_signed_in_at: Option<Timestamp>,
    /// Failures to sign in.
    pub tries: Tries,
    /// Grows with every change that people make; the API's ETag.
    pub revision: i64,
}

/// A user with all that a sign-in is checked against.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user.
    pub user: User,
    /// The password's hash, in its PHC form; `None` signs in by links alone.
    pub password: Option<String>,
    /// The second factor's secret, sealed; still to be proved unless `user.second_factor`.
    pub sealed_totp: Option<Vec<u8>>,
}

/// What people change of a user.
#[derive(Clone, Copy, Debug)]
pub struct UserEdit<'a> {
    /// The name.
    pub name: &'a str,
    /// What the user may do.
    pub role: Role,
    /// Whether signing in is not permitted.
    pub disabled: bool,
    /// The revision that the caller read.
    pub expected: i64,
}

/// What came of the beginning of a try to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Nobody may try until then. Nothing was counted.
    Locked(Timestamp),
    /// It counts as a failure until it succeeds: how it was before, and how it is now.
    Counted {
        /// Before.
        before: Tries,
        /// Now.
        now: Tries,
    },
}

/// Users.
#[async_trait]
pub trait Users: Send + Sync {
    /// Stores a new user. `Conflict` when the name is taken.
    async fn create_user(&self, user: &User, password: Option<&str>, audit: &NewAudit) -> StoreResult<User>;

    /// A user by id or name.
    async fn user(&self, id_or_name: &str) -> StoreResult<User>;

    /// A page of users, by name.
    async fn users(&self, page: Page) -> StoreResult<Listing<User>>;

    /// What a sign-in by this id or name is checked against.
    async fn credentials(&self, id_or_name: &str) -> StoreResult<Option<Credentials>>;

    /// The administrator who may sign in and was made first.
    async fn first_administrator(&self) -> StoreResult<Option<User>>;

    /// Changes a user; sessions and links end when the user is disabled. `Outdated` when it was changed since, `Conflict`
    /// when the name is taken, `InUse` when no administrator who may sign in would be left.
    async fn update_user(&self, id: &UserId, edit: UserEdit<'_>, audit: &NewAudit) -> StoreResult<User>;

    /// Deletes a user with sessions and links. `Outdated` and `InUse` as for a change.
    async fn delete_user(&self, id: &UserId, expected: i64, audit: &NewAudit) -> StoreResult<()>;

    /// Stores another password; sessions and links of the user end, and failures are forgotten.
    async fn set_password(&self, id: &UserId, password: &str, audit: &NewAudit) -> StoreResult<()>;

    /// Counts a try to sign in before it is looked at, by [`OF_USER`](certwright_core::lockout::OF_USER).
    async fn begin_try(&self, id: &UserId, now: Timestamp) -> StoreResult<Begun>;

    /// Takes the count of a try back that was neither right nor wrong, unless another was counted meanwhile.
    async fn withdraw_try(&self, id: &UserId, before: &Tries, now: &Tries) -> StoreResult<()>;

    /// Forgets all failures.
    async fn forget_tries(&self, id: &UserId) -> StoreResult<()>;

    /// Stores the secret of a second factor that is still to be proved. `Conflict` when one counts already.
    async fn propose_totp(&self, id: &UserId, sealed: &[u8]) -> StoreResult<()>;

    /// Makes the proposed second factor count, with the step of the code that proved it and digests of recovery codes.
    /// `Conflict` when another was proposed meanwhile.
    async fn enable_totp(
        &self,
        id: &UserId,
        sealed: &[u8],
        step: u64,
        codes: &[[u8; 32]],
        audit: &NewAudit,
    ) -> StoreResult<()>;

    /// Puts new recovery codes in the place of all others. `Conflict` when no second factor counts.
    async fn replace_recovery_codes(
        &self,
        id: &UserId,
        codes: &[[u8; 32]],
        audit: &NewAudit,
    ) -> StoreResult<()>;

    /// Removes the second factor with its recovery codes.
    async fn remove_totp(&self, id: &UserId, audit: &NewAudit) -> StoreResult<()>;

    /// Takes the code of this time step; `false` when it or a later one was taken before.
    async fn take_totp_step(&self, id: &UserId, step: u64) -> StoreResult<bool>;

    /// Takes a recovery code; `false` when there is none such (any more).
    async fn take_recovery_code(&self, id: &UserId, digest: &[u8; 32]) -> StoreResult<bool>;
}
