//! What a clock has stored that was put back since: moments of the future are brought to where a right clock has them at most.

use super::SqliteStore;
use super::attempt::Attempt;
use super::rows::milliseconds;
use crate::StoreResult;
use certwright_core::session::{IDLE, LINK};
use certwright_core::{SignedDuration, Timestamp};

/// What is stored at `$1` lies before `$2`, which is so far ahead. What would come all at once is spread by the rows' own
/// numbers, over some hours; what came one after the other stays in that order.
const STATEMENTS: [(&str, SignedDuration); 11] = [
    // Whether something was changed or asked for after something else decides about renewals.
    (
        "UPDATE certificates SET created_at = min(created_at, $1), updated_at = min(updated_at, $1), \
         asked_at = min(asked_at, $1), order_changed_at = min(order_changed_at, $1) WHERE updated_at > $2",
        SignedDuration::ZERO,
    ),
    (
        "UPDATE versions SET created_at = created_at - (SELECT max(created_at) FROM versions) + $1, \
         published_at = min(published_at, $1) WHERE created_at > $2",
        SignedDuration::ZERO,
    ),
    (
        "UPDATE runs SET created_at = created_at - (SELECT max(created_at) FROM runs) + $1 WHERE created_at > $2",
        SignedDuration::ZERO,
    ),
    // RFC 9773 §4.3.2 bounds the pause between two questions.
    (
        "UPDATE versions SET ask_at = $1 + (rowid * 7919 % 21600) * 1000 WHERE ask_at > $2",
        SignedDuration::from_hours(24),
    ),
    (
        "UPDATE revocation_lists SET next_at = $1 + (rowid * 7919 % 21600) * 1000 WHERE next_at > $2",
        SignedDuration::from_hours(25),
    ),
    // Counted as late as it can have been: an authority is never asked too often by that.
    ("UPDATE ledger_orders SET at = $1 WHERE at > $2", SignedDuration::ZERO),
    ("UPDATE ledger_uses SET at = $1 WHERE at > $2", SignedDuration::ZERO),
    ("UPDATE ledger_streaks SET last_at = $1 WHERE last_at > $2", SignedDuration::ZERO),
    (
        "UPDATE ledger_waits SET until = $1 + max(until - since, 0), since = $1 WHERE since > $2",
        SignedDuration::ZERO,
    ),
    (
        "UPDATE sessions SET ends_at = $2, created_at = min(created_at, $1), last_seen_at = min(last_seen_at, $1) \
         WHERE ends_at > $2",
        IDLE,
    ),
    ("UPDATE sign_in_links SET expires_at = $2 WHERE expires_at > $2", LINK),
];

impl SqliteStore {
    pub(super) async fn bring_back(&self, now: Timestamp) -> StoreResult<u64> {
        let attempted = "bring back what the clock has stored before it was put back";
        let mut write = self.write(attempted).await?;
        let mut rows = 0;
        for (statement, ahead) in STATEMENTS {
            let done = sqlx::query(statement)
                .bind(milliseconds(now))
                .bind(milliseconds(now + ahead))
                .execute(write.on())
                .await
                .attempt(attempted)?;
            rows += done.rows_affected();
        }
        write.commit().await?;
        Ok(rows)
    }
}
