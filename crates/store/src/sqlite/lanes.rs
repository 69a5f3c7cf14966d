//! Lanes: who may order at the same time. Each is looked into by indexes of its own, so that a hundred thousand that wait
//! for one authority hide nobody who waits for another.

use super::attempt::Attempt;
use super::rows::{column, id, milliseconds, number};
use crate::{Lane, LaneState, StoreResult};
use certwright_core::Timestamp;
use certwright_core::id::CertificateId;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteRow;

/// How far a lane is looked into, by each of its three orders.
const WINDOW: i64 = 512;

/// Every lane that has a certificate with a moment, by going from one to the next in the index; with the runs that
/// order in it (never more than are permitted), and whether anything is due.
pub(super) const LANES: &str = "
WITH RECURSIVE lanes (lane) AS (
    SELECT min(c.lane) FROM certificates c INDEXED BY certificates_lane_due
    WHERE c.next_at IS NOT NULL AND c.paused = 0
    UNION ALL
    SELECT (SELECT min(c.lane) FROM certificates c INDEXED BY certificates_lane_due
            WHERE c.lane > lanes.lane AND c.next_at IS NOT NULL AND c.paused = 0)
    FROM lanes WHERE lanes.lane IS NOT NULL)
SELECT lane, 0 AS live, EXISTS (
    SELECT 1 FROM certificates c INDEXED BY certificates_lane_due
    WHERE c.lane = lanes.lane AND c.next_at <= $1 AND c.paused = 0) AS due
FROM lanes WHERE lane IS NOT NULL
UNION ALL
SELECT c.lane, count(*) AS live, 0 AS due
FROM runs r INDEXED BY runs_wake CROSS JOIN certificates c ON c.id = r.certificate
WHERE r.wake_at >= 0 AND r.deployment IS NULL GROUP BY c.lane";

/// What is due in a lane: of the longest due, of those that somebody asked for, and of those whose end is the nearest, so
/// that none hides the others.
/// By hand first, then by the end of what is served.
pub(super) const DUE_IN_LANE: &str = "
SELECT id FROM (
    SELECT c.id, c.asked_at, c.deadline FROM (
        SELECT number FROM (
            SELECT c.number FROM certificates c INDEXED BY certificates_lane_due
            WHERE c.lane = $1 AND c.next_at <= $2 AND c.paused = 0 ORDER BY c.next_at LIMIT $3)
        UNION
        SELECT number FROM (
            SELECT c.number, c.next_at FROM certificates c INDEXED BY certificates_lane_asked
            WHERE c.lane = $1 AND c.asked_at IS NOT NULL AND c.next_at IS NOT NULL AND c.paused = 0
            ORDER BY c.asked_at LIMIT $3)
        WHERE next_at <= $2
        UNION
        SELECT number FROM (
            SELECT c.number, c.next_at FROM certificates c INDEXED BY certificates_lane_deadline
            WHERE c.lane = $1 AND c.next_at IS NOT NULL AND c.paused = 0 ORDER BY c.deadline LIMIT $3)
        WHERE next_at <= $2) w
    CROSS JOIN certificates c ON c.number = w.number
    WHERE (c.lease_until IS NULL OR c.lease_until <= $2) AND NOT EXISTS (
        SELECT 1 FROM runs r WHERE r.certificate = c.id AND r.wake_at IS NOT NULL AND r.deployment IS NULL))
ORDER BY asked_at IS NULL, deadline LIMIT $4";

pub(super) async fn lanes(readers: &SqlitePool, now: Timestamp) -> StoreResult<Vec<LaneState>> {
    let rows =
        sqlx::query(LANES).bind(milliseconds(now)).fetch_all(readers).await.attempt("look who may order")?;
    let mut lanes: Vec<LaneState> = Vec::new();
    for row in &rows {
        let state = state(row)?;
        match lanes.iter_mut().find(|known| known.lane == state.lane) {
            Some(known) => {
                known.live += state.live;
                known.due |= state.due;
            }
            None => lanes.push(state),
        }
    }
    Ok(lanes)
}

fn state(row: &SqliteRow) -> StoreResult<LaneState> {
    let lane: String = column(row, "lane")?;
    let (authority, account) = lane.split_once(' ').unwrap_or((&lane, ""));
    Ok(LaneState {
        lane: Lane {
            authority: authority.to_owned().into(),
            account: (!account.is_empty()).then(|| account.to_owned().into()),
        },
        live: number(row, "live")?,
        due: column(row, "due")?,
    })
}

pub(super) async fn due_in_lane(
    readers: &SqlitePool,
    lane: &Lane,
    now: Timestamp,
    limit: u32,
) -> StoreResult<Vec<CertificateId>> {
    let account = lane.account.as_ref().map_or("", |account| account.as_str());
    let rows = sqlx::query(DUE_IN_LANE)
        .bind(format!("{} {account}", lane.authority))
        .bind(milliseconds(now))
        .bind(WINDOW)
        .bind(i64::from(limit))
        .fetch_all(readers)
        .await
        .attempt("look for what is due")?;
    rows.iter().map(|row| id(row, "id")).collect()
}
