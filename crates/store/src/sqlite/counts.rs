//! Figures in SQLite: from counters that triggers keep, and from ranges of indexes.

use super::SqliteStore;
use super::attempt::Attempt;
use super::rows::{column, milliseconds, number, timestamp};
use crate::{Counting, Counts, StoreResult, WriteTimes};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::certificate::Health;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

/// Facts of a certificate's health that do not depend on the moment, and how many certificates they hold for.
const COUNTED: &str = "SELECT paused, failing, issued, unserved, targets, number FROM certificate_counts";

/// The same of those that have expired at `$1`.
pub(super) const EXPIRED: &str = "
SELECT paused, failures > 0 AS failing, TRUE AS issued, unserved > 0 AS unserved, targets > 0 AS targets, count(*) AS number
FROM certificates INDEXED BY certificates_not_after WHERE not_after <= $1
GROUP BY paused, failures > 0, unserved > 0, targets > 0";

/// The same of those that are worked on, and neither expired nor paused.
pub(super) const WORKING: &str = "
SELECT c.paused, c.failures > 0 AS failing, c.not_after IS NOT NULL AS issued, c.unserved > 0 AS unserved,
    c.targets > 0 AS targets, count(*) AS number
FROM (SELECT DISTINCT certificate FROM runs INDEXED BY runs_live WHERE wake_at IS NOT NULL) r
CROSS JOIN certificates c ON c.id = r.certificate
WHERE c.paused = 0 AND (c.not_after IS NULL OR c.not_after > $1)
GROUP BY failing, issued, c.unserved > 0, c.targets > 0";

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

/// What is counted together: paused, failing, issued, unserved, targets.
type Facts = [bool; 5];

/// The rules of [`Health::of`] for what does not depend on the moment, in the same order.
fn health([paused, failing, issued, unserved, targets]: Facts) -> Health {
    match () {
        () if paused => Health::Paused,
        () if failing => Health::Failing,
        () if !issued => Health::New,
        () if unserved => Health::NotDeployed,
        () if targets => Health::Served,
        () => Health::Issued,
    }
}

fn counted(row: &SqliteRow) -> StoreResult<(Facts, u64)> {
    let facts = [
        column(row, "paused")?,
        column(row, "failing")?,
        column(row, "issued")?,
        column(row, "unserved")?,
        column(row, "targets")?,
    ];
    Ok((facts, number(row, "number")?))
}

async fn all(
    connection: &mut SqliteConnection,
    sql: &'static str,
    now: Timestamp,
) -> StoreResult<Vec<(Facts, u64)>> {
    let mut query = sqlx::query(sql);
    if sql != COUNTED {
        query = query.bind(milliseconds(now));
    }
    let rows = query.fetch_all(connection).await.attempt("count certificates")?;
    rows.iter().map(counted).collect()
}

#[async_trait]
impl Counting for SqliteStore {
    async fn counts(&self, now: Timestamp) -> StoreResult<Counts> {
        let attempted = "count what is stored";
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let mut healths: Vec<(Health, u64)> = [
            Health::Served,
            Health::Issued,
            Health::Working,
            Health::NotDeployed,
            Health::Failing,
            Health::Expired,
            Health::New,
            Health::Paused,
        ]
        .map(|health| (health, 0))
        .into();
        let mut add = |health: Health, more: u64, less: u64| {
            for (known, count) in &mut healths {
                if *known == health {
                    *count = (*count + more).saturating_sub(less);
                }
            }
        };
        for (facts, number) in all(&mut read, COUNTED, now).await? {
            add(health(facts), number, 0);
        }
        // Both kinds were counted by their other facts.
        for (sql, instead) in [(EXPIRED, Health::Expired), (WORKING, Health::Working)] {
            for (facts, number) in all(&mut read, sql, now).await? {
                add(health(facts), 0, number);
                add(instead, number, 0);
            }
        }
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
            healths,
        })
    }

    fn write_times(&self) -> WriteTimes {
        self.times.so_far()
    }
}
