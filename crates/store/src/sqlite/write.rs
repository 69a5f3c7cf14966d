//! The only way to change anything: one immediate transaction on the one writer connection.

use super::SqliteStore;
use super::attempt::{Attempt, other};
use super::write_times::Times;
use crate::{StoreError, StoreResult};
use sqlx::{Sqlite, SqliteConnection, Transaction};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::watch;

/// A transaction that may write. Dropped without [`commit`](Self::commit), it changes nothing.
pub(super) struct Write {
    transaction: Transaction<'static, Sqlite>,
    attempted: &'static str,
    changed: Arc<watch::Sender<u64>>,
    times: Arc<Times>,
    begun: Instant,
}

impl SqliteStore {
    /// Begins to write. `attempted` begins with a verb and goes into error messages.
    pub(super) async fn write(&self, attempted: &'static str) -> StoreResult<Write> {
        let transaction = match self.begin().await {
            // A commit that failed (a full disk) was rolled back by SQLite, and sqlx counts it as open: that connection
            // is of no use any more, and all others begin anew.
            Err(sqlx::Error::InvalidSavePointStatement) if self.file.is_some() => {
                let broken = self.writer.acquire().await.attempt(attempted)?;
                broken.close().await.attempt(attempted)?;
                self.begin().await
            }
            begun => begun,
        };
        let transaction = transaction.attempt(attempted)?;
        Ok(Write {
            transaction,
            attempted,
            changed: Arc::clone(&self.changed),
            times: Arc::clone(&self.times),
            begun: Instant::now(),
        })
    }

    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        // IMMEDIATE: what is read in it cannot change before it writes, and it never fails half-way as busy.
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }
}

impl Write {
    /// The connection, for statements of this transaction.
    pub(super) fn on(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }

    /// What is attempted, in words.
    pub(super) fn attempted(&self) -> &'static str {
        self.attempted
    }

    /// Makes it durable and tells those who wait for changes.
    pub(super) async fn commit(self) -> StoreResult<()> {
        self.finish(true).await
    }

    /// Makes it durable; nobody waits for this kind of change.
    pub(super) async fn commit_quietly(self) -> StoreResult<()> {
        self.finish(false).await
    }

    async fn finish(self, tell: bool) -> StoreResult<()> {
        let Self { transaction, attempted, changed, times, begun } = self;
        // In a task of its own: a caller who goes away (a client that hangs up) must not leave a change that
        // was committed and that the scheduler never heard of.
        let committed = tokio::spawn(async move {
            let committed = transaction.commit().await;
            times.add(begun);
            if tell && committed.is_ok() {
                changed.send_modify(|count| *count = count.wrapping_add(1));
            }
            committed
        });
        match committed.await {
            Ok(committed) => committed.attempt(attempted),
            Err(error) => Err(other(attempted, error)),
        }
    }
}

/// Refuses a writer whose lease another has taken over.
pub(super) async fn check_fence(
    write: &mut Write,
    certificate: &certwright_core::id::CertificateId,
    fence: crate::Fence,
) -> StoreResult<()> {
    let attempted = write.attempted();
    let now: Option<i64> = sqlx::query_scalar("SELECT fence FROM certificates WHERE id = $1")
        .bind(certificate.as_str())
        .fetch_optional(write.on())
        .await
        .attempt(attempted)?;
    match now {
        Some(now) if now == fence.0 => Ok(()),
        Some(_) => Err(StoreError::Stale { attempted }),
        None => Err(StoreError::not_found("certificate", certificate)),
    }
}
