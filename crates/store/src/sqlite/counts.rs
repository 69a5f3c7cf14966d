//! Figures in SQLite: from counters that triggers keep, and from ranges of indexes.

use super::SqliteStore;
use super::attempt::Attempt;
use super::rows::{column, each, milliseconds, number, timestamp, word};
use crate::{Counting, Counts, StoreResult, WriteTimes};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::health::Health;
use sqlx::sqlite::SqliteRow;
use std::collections::HashMap;

/// How many there are of each health, before time changed it.
const COUNTED: &str = "SELECT health, number FROM certificate_counts";

/// The same of those that time made an error of, up to `$1`.
pub(super) const TURNED: &str = "
SELECT health, count(*) AS number FROM certificates INDEXED BY certificates_error_at
WHERE error_at <= $1 AND health <> 'error' GROUP BY health";

/// Single figures: each is the size of a range, or the end of an index.
pub(super) const FIGURES: &str = "
SELECT
    (SELECT count(*) FROM certificates INDEXED BY certificates_due WHERE next_at <= $1 AND paused = 0)
    + (SELECT count(*) FROM deployments INDEXED BY deployments_due WHERE next_at <= $1) AS due,
    (SELECT count(*) FROM certificates INDEXED BY certificates_failing WHERE failures > 0 AND not_before > $1)
        AS backing_off,
    (SELECT count(*) FROM runs INDEXED BY runs_wake WHERE wake_at >= 0 AND state = 'active') AS active,
    (SELECT count(*) FROM runs INDEXED BY runs_wake WHERE wake_at >= 0 AND state = 'waiting') AS waiting,
    (SELECT min(not_after) FROM certificates WHERE not_after >= 0) AS expiry,
    (SELECT min(served_until) FROM deployments WHERE served_until >= 0) AS served_expiry";

fn counted(row: &SqliteRow) -> StoreResult<(Health, u64)> {
    Ok((word(row, "health")?, number(row, "number")?))
}

#[async_trait]
impl Counting for SqliteStore {
    async fn counts(&self, now: Timestamp) -> StoreResult<Counts> {
        let attempted = "count what is stored";
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let rows = sqlx::query(COUNTED).fetch_all(&mut *read).await.attempt(attempted)?;
        let mut counts: HashMap<Health, u64> = each(&rows, counted)?.into_iter().collect();
        let rows =
            sqlx::query(TURNED).bind(milliseconds(now)).fetch_all(&mut *read).await.attempt(attempted)?;
        for (health, turned) in each(&rows, counted)? {
            let before = counts.entry(health).or_default();
            *before = before.saturating_sub(turned);
            *counts.entry(Health::Error).or_default() += turned;
        }
        let healths = Health::ALL.map(|health| (health, counts.get(&health).copied().unwrap_or_default()));
        let row =
            sqlx::query(FIGURES).bind(milliseconds(now)).fetch_one(&mut *read).await.attempt(attempted)?;
        let moment = |name| column::<Option<i64>>(&row, name).and_then(|at| at.map(timestamp).transpose());
        Ok(Counts {
            due: number(&row, "due")?,
            backing_off: number(&row, "backing_off")?,
            runs_active: number(&row, "active")?,
            runs_waiting: number(&row, "waiting")?,
            earliest_expiry: moment("expiry")?,
            earliest_served_expiry: moment("served_expiry")?,
            healths: healths.into(),
        })
    }

    fn write_times(&self) -> WriteTimes {
        self.times.so_far()
    }
}
