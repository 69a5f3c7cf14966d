//! The rate-limit ledger: what was ordered where, and what authorities told us to wait for.

use crate::StoreResult;
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::{AccountId, AuthorityId, CertificateId, RunId};
use certwright_core::ledger::{Exemption, History, Subject, Wait};
use certwright_core::rate_limit::Scope;

/// An order that is about to be opened.
#[derive(Clone, Copy, Debug)]
pub struct LedgerOrder<'a> {
    /// By which run.
    pub run: &'a RunId,
    /// For which certificate.
    pub certificate: &'a CertificateId,
    /// Where.
    pub authority: &'a AuthorityId,
    /// By which account.
    pub account: &'a AccountId,
    /// The digest of its identifiers.
    pub identifier_set: &'a str,
    /// What it is exempt from.
    pub exemption: Exemption,
    /// What it counts against.
    pub counted: &'a [Subject],
    /// When.
    pub at: Timestamp,
}

/// How often a subject was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedSubject {
    /// Which one.
    pub subject: Subject,
    /// When, the oldest first.
    pub uses: Vec<Timestamp>,
}

/// The ledger. An order is counted *before* it is sent, so that no crash forgets one; what became of it is written
/// with the end of its run, by [`end_obtain`](crate::Versions::end_obtain) and [`publish`](crate::Versions::publish)
/// in their transactions: an order without a certificate frees what counts certificates, and failed validations are
/// counted.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Counts an order that is about to be opened; gives its number.
    async fn count_order(&self, order: &LedgerOrder<'_>) -> StoreResult<i64>;

    /// Takes back the count of an order that the authority refused to open, and stores for whom it wants us to wait.
    async fn order_refused(
        &self,
        number: i64,
        run: &RunId,
        at: Timestamp,
        wait: Option<(&AuthorityId, &Wait)>,
    ) -> StoreResult<()>;

    /// Counts one use of a limit that belongs to no order, such as a new account.
    async fn count_use(&self, authority: &AuthorityId, subject: &Subject, at: Timestamp) -> StoreResult<()>;

    /// Stores that the authority wants nothing more of a subject before a moment. A later moment stays.
    async fn wait(&self, authority: &AuthorityId, wait: &Wait) -> StoreResult<()>;

    /// What is known of these subjects, each scope since its moment. A scope that is not in `since` has no uses.
    async fn history(
        &self,
        authority: &AuthorityId,
        subjects: &[Subject],
        since: &[(Scope, Timestamp)],
    ) -> StoreResult<History>;

    /// The subjects of a scope that were counted most since a moment, at most `limit`.
    async fn most_used(
        &self,
        authority: &AuthorityId,
        scope: Scope,
        since: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<UsedSubject>>;

    /// The waits of an authority that have not passed at `now`, at most `limit`.
    async fn waits(&self, authority: &AuthorityId, now: Timestamp, limit: u32) -> StoreResult<Vec<Wait>>;

    /// Forgets what is older than `before`.
    async fn prune_ledger(&self, before: Timestamp) -> StoreResult<()>;
}
