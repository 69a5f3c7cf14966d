//! What is due, by partial indexes. The plans of both statements are tested: no table is ever scanned.

use super::SqliteStore;
use super::attempt::Attempt;
use super::rows::{column, each, id, milliseconds, timestamp};
use crate::{Lane, LaneState, Schedule, StoreResult, Work};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::{AuthorityId, CertificateId};
use sqlx::sqlite::SqliteRow;

/// Four firsts of an index for what nobody holds; and for what is held (never more than there are workers),
/// the end of the lease. `>= 0` lets SQLite use the partial indexes as ranges, `INDEXED BY` makes it use no
/// other (it cannot know how few rows are due), `CROSS JOIN` keeps the order.
pub(super) const NEXT_MOMENT: &str = "
SELECT min(at) FROM (
    SELECT at FROM (
        SELECT c.next_at AS at FROM certificates c INDEXED BY certificates_due
        WHERE c.next_at >= 0 AND c.paused = 0 AND c.lease_until IS NULL AND NOT EXISTS (
            SELECT 1 FROM runs r WHERE r.certificate = c.id AND r.wake_at IS NOT NULL AND r.deployment IS NULL)
        ORDER BY c.next_at LIMIT 1)
    UNION ALL SELECT at FROM (
        SELECT r.wake_at AS at
        FROM runs r INDEXED BY runs_wake CROSS JOIN certificates c ON c.id = r.certificate
        WHERE r.wake_at >= 0 AND c.lease_until IS NULL
        ORDER BY r.wake_at LIMIT 1)
    UNION ALL SELECT at FROM (
        SELECT d.next_at AS at
        FROM deployments d INDEXED BY deployments_due CROSS JOIN certificates c ON c.id = d.certificate
        WHERE d.next_at >= 0 AND c.lease_until IS NULL AND NOT EXISTS (
            SELECT 1 FROM runs r
            WHERE r.deployment = d.id AND r.wake_at IS NOT NULL AND r.deployment IS NOT NULL)
        ORDER BY d.next_at LIMIT 1)
    UNION ALL SELECT at FROM (
        SELECT v.ask_at AS at
        FROM versions v INDEXED BY versions_ask CROSS JOIN certificates c ON c.id = v.certificate
        WHERE v.ask_at >= 0 AND c.lease_until IS NULL AND c.paused = 0
        ORDER BY v.ask_at LIMIT 1)
    UNION ALL
        SELECT max(c.next_at, c.lease_until) FROM certificates c INDEXED BY certificates_leased
        WHERE c.lease_until >= 0 AND c.next_at IS NOT NULL AND c.paused = 0 AND NOT EXISTS (
            SELECT 1 FROM runs r WHERE r.certificate = c.id AND r.wake_at IS NOT NULL AND r.deployment IS NULL)
    UNION ALL
        SELECT max(r.wake_at, c.lease_until)
        FROM certificates c INDEXED BY certificates_leased CROSS JOIN runs r ON r.certificate = c.id
        WHERE c.lease_until >= 0 AND r.wake_at IS NOT NULL
    UNION ALL
        SELECT max(d.next_at, c.lease_until)
        FROM certificates c INDEXED BY certificates_leased CROSS JOIN deployments d ON d.certificate = c.id
        WHERE c.lease_until >= 0 AND d.next_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM runs r
            WHERE r.deployment = d.id AND r.wake_at IS NOT NULL AND r.deployment IS NOT NULL)
    UNION ALL
        SELECT max(v.ask_at, c.lease_until)
        FROM certificates c INDEXED BY certificates_leased CROSS JOIN versions v ON v.certificate = c.id
        WHERE c.lease_until >= 0 AND c.paused = 0 AND v.ask_at IS NOT NULL
)";

/// What is due and is no certificate: the first `$2` of each kind whose moment is not after `$1`.
macro_rules! beside {
    () => {
        "
    SELECT * FROM (
        SELECT r.wake_at AS at, 'run' AS kind, r.id AS id, r.certificate AS certificate, c.authority AS authority
        FROM runs r INDEXED BY runs_wake CROSS JOIN certificates c ON c.id = r.certificate
        WHERE r.wake_at <= $1 AND (c.lease_until IS NULL OR c.lease_until <= $1)
        ORDER BY r.wake_at LIMIT $2)
    UNION ALL SELECT * FROM (
        SELECT d.next_at AS at, 'deployment' AS kind, d.id AS id, d.certificate AS certificate, c.authority AS authority
        FROM deployments d INDEXED BY deployments_due CROSS JOIN certificates c ON c.id = d.certificate
        WHERE d.next_at <= $1 AND (c.lease_until IS NULL OR c.lease_until <= $1) AND NOT EXISTS (
            SELECT 1 FROM runs r
            WHERE r.deployment = d.id AND r.wake_at IS NOT NULL AND r.deployment IS NOT NULL)
        ORDER BY d.next_at LIMIT $2)
    UNION ALL SELECT * FROM (
        SELECT v.ask_at AS at, 'renewal-information' AS kind, v.id AS id, v.certificate AS certificate, c.authority AS authority
        FROM versions v INDEXED BY versions_ask CROSS JOIN certificates c ON c.id = v.certificate
        WHERE v.ask_at <= $1 AND c.paused = 0 AND (c.lease_until IS NULL OR c.lease_until <= $1)
        ORDER BY v.ask_at LIMIT $2)"
    };
}

/// The same, in one order.
pub(super) const BESIDE: &str =
    concat!("SELECT at, kind, id, certificate, authority FROM (", beside!(), ") ORDER BY at LIMIT $2");

/// With certificates: the first `$2` of each kind, then the first `$2` of all.
pub(super) const DUE: &str = concat!(
    "SELECT at, kind, id, certificate, authority FROM (
    SELECT * FROM (
        SELECT c.next_at AS at, 'certificate' AS kind, c.id AS id, c.id AS certificate, c.authority AS authority
        FROM certificates c INDEXED BY certificates_due
        WHERE c.next_at <= $1 AND c.paused = 0 AND (c.lease_until IS NULL OR c.lease_until <= $1)
        AND NOT EXISTS (
            SELECT 1 FROM runs r WHERE r.certificate = c.id AND r.wake_at IS NOT NULL AND r.deployment IS NULL)
        ORDER BY c.next_at LIMIT $2)
    UNION ALL ",
    beside!(),
    ") ORDER BY at LIMIT $2"
);

fn work(row: &SqliteRow) -> StoreResult<Work> {
    let kind: &str = column(row, "kind")?;
    Ok(match kind {
        "run" => Work::Run { run: id(row, "id")?, certificate: id(row, "certificate")? },
        "deployment" => Work::Deployment { deployment: id(row, "id")?, certificate: id(row, "certificate")? },
        "renewal-information" => {
            Work::RenewalInformation { version: id(row, "id")?, certificate: id(row, "certificate")? }
        }
        _ => Work::Certificate(id(row, "id")?),
    })
}

impl SqliteStore {
    async fn rows_by(&self, sql: &'static str, now: Timestamp, limit: u32) -> StoreResult<Vec<SqliteRow>> {
        sqlx::query(sql)
            .bind(milliseconds(now))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .attempt("look for what is due")
    }
}

#[async_trait]
impl Schedule for SqliteStore {
    async fn next_moment(&self) -> StoreResult<Option<Timestamp>> {
        let at: Option<i64> = sqlx::query_scalar(NEXT_MOMENT)
            .fetch_one(&self.readers)
            .await
            .attempt("look for the next moment")?;
        at.map(timestamp).transpose()
    }

    async fn due_beside(&self, now: Timestamp, limit: u32) -> StoreResult<Vec<(Work, AuthorityId)>> {
        let rows = self.rows_by(BESIDE, now, limit).await?;
        each(&rows, |row| Ok((work(row)?, id(row, "authority")?)))
    }

    async fn lanes(&self, now: Timestamp) -> StoreResult<Vec<LaneState>> {
        super::lanes::lanes(&self.readers, now).await
    }

    async fn due_in_lane(&self, lane: &Lane, now: Timestamp, limit: u32) -> StoreResult<Vec<CertificateId>> {
        super::lanes::due_in_lane(&self.readers, lane, now, limit).await
    }

    async fn due(&self, now: Timestamp, limit: u32) -> StoreResult<Vec<Work>> {
        each(&self.rows_by(DUE, now, limit).await?, work)
    }
}
