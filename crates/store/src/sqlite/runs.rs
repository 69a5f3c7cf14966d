//! Runs in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use super::audit::{add_audit, line};
use super::certificate_rows::stored;
use super::certificates::asked;
use super::events::add_events;
use super::rows::{column, each, id, json, maybe_milliseconds, maybe_moment, milliseconds, moment, to_json};
use super::rows::{to_word, word};
use super::unreadable;
use super::write::{Write, check_fence};
use crate::{Listing, Page, RunFilter, RunWrite, Runs, StoreError, StoreResult, UnreadableEnd};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::{CertificateId, RunId};
use certwright_core::run::{Run, Stop};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite};

fn run(row: &SqliteRow) -> StoreResult<Run> {
    Ok(Run {
        id: id(row, "id")?,
        certificate: id(row, "certificate")?,
        reason: column(row, "reason")?,
        plan: json(row, "plan")?,
        marks: json(row, "marks")?,
        learnt: json(row, "learnt")?,
        stop: stop(column(row, "cancelled")?),
        state: word(row, "state")?,
        created_at: moment(row, "created_at")?,
        ended_at: maybe_moment(row, "ended_at")?,
    })
}

/// How firmly a run was asked to stop, as it is stored: numbers that grow, so that asking again is a maximum.
fn firmness(stop: Stop) -> i64 {
    match stop {
        Stop::No => 0,
        Stop::Cancel => 1,
        Stop::GiveUp => 2,
    }
}

fn stop(firmness: i64) -> Stop {
    match firmness {
        0 => Stop::No,
        1 => Stop::Cancel,
        _ => Stop::GiveUp,
    }
}

/// When to wake it: a live run has a moment, one that is over has none.
fn wake_at(write: &RunWrite<'_>) -> Option<i64> {
    (!write.run.state.is_over()).then(|| milliseconds(write.wake_at.unwrap_or(write.run.created_at)))
}

/// Refuses a second live run for the same purpose.
async fn check_only_one(write: &mut Write, run: &Run) -> StoreResult<()> {
    let other: Option<String> = sqlx::query_scalar(
        "SELECT id FROM runs WHERE certificate = $1 AND wake_at IS NOT NULL AND deployment IS $2 LIMIT 1",
    )
    .bind(run.certificate.as_str())
    .bind(run.deployment().map(|id| id.as_str()))
    .fetch_optional(write.on())
    .await
    .attempt("look for live runs")?;
    match other {
        Some(other) if !run.state.is_over() => Err(StoreError::Busy {
            words: format!("the run {other} of {} is going on already", run.certificate),
        }),
        _ => Ok(()),
    }
}

/// Saves a run and its events in a transaction, after checking the fence. Answers whether it was asked to stop.
pub(super) async fn save(write: &mut Write, save: &RunWrite<'_>) -> StoreResult<Stop> {
    let attempted = write.attempted();
    check_fence(write, &save.run.certificate, save.fence).await?;
    // A worker that has not heard of the cancel may want to sleep: it is woken at the earlier moment instead.
    let asked: Option<i64> = sqlx::query_scalar(
        "UPDATE runs SET state = $3, reason = $5, \"plan\" = $6, marks = $7, learnt = $8, ended_at = $10, \
           fence = $11, cancelled = max(cancelled, $9), \
           wake_at = CASE WHEN cancelled > $9 THEN min($4, coalesce(wake_at, $4)) ELSE $4 END \
         WHERE id = $1 AND certificate = $2 RETURNING cancelled",
    )
    .bind(save.run.id.as_str())
    .bind(save.run.certificate.as_str())
    .bind(to_word(save.run.state)?)
    .bind(wake_at(save))
    .bind(&save.run.reason)
    .bind(to_json(&save.run.plan)?)
    .bind(to_json(&save.run.marks)?)
    .bind(to_json(&save.run.learnt)?)
    .bind(firmness(save.run.stop))
    .bind(maybe_milliseconds(save.run.ended_at))
    .bind(save.fence.0)
    .fetch_optional(write.on())
    .await
    .attempt(attempted)?;
    let asked = asked.ok_or_else(|| StoreError::not_found("run", &save.run.id))?;
    add_events(write, save.events).await?;
    Ok(stop(asked))
}

const OPEN: &str = "open the run";

async fn open(write: &mut Write, open: &RunWrite<'_>) -> StoreResult<()> {
    check_fence(write, &open.run.certificate, open.fence).await?;
    check_only_one(write, open.run).await?;
    sqlx::query(
        "INSERT INTO runs (id, certificate, deployment, state, wake_at, reason, \"plan\", marks, learnt, \
           cancelled, created_at, ended_at, fence) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(open.run.id.as_str())
    .bind(open.run.certificate.as_str())
    .bind(open.run.deployment().map(|id| id.as_str()))
    .bind(to_word(open.run.state)?)
    .bind(wake_at(open))
    .bind(&open.run.reason)
    .bind(to_json(&open.run.plan)?)
    .bind(to_json(&open.run.marks)?)
    .bind(to_json(&open.run.learnt)?)
    .bind(firmness(open.run.stop))
    .bind(milliseconds(open.run.created_at))
    .bind(maybe_milliseconds(open.run.ended_at))
    .bind(open.fence.0)
    .execute(write.on())
    .await
    .attempt(OPEN)?;
    add_events(write, open.events).await
}

/// Asks the certificate's live obtain runs to stop, unless they have sent their request.
pub(super) async fn cancel_ordering(
    write: &mut Write,
    certificate: &CertificateId,
    who: &str,
    now: Timestamp,
) -> StoreResult<()> {
    let attempted = "cancel the run";
    let runs: Vec<String> = sqlx::query_scalar(
        "UPDATE runs SET cancelled = max(cancelled, 1), wake_at = min(wake_at, $2) \
         WHERE certificate = $1 AND wake_at IS NOT NULL AND deployment IS NULL RETURNING id",
    )
    .bind(certificate.as_str())
    .bind(milliseconds(now))
    .fetch_all(write.on())
    .await
    .attempt(attempted)?;
    for run in runs {
        add_audit(write, &line(now, who, "cancel", format!("run {run}"), None, None)).await?;
    }
    Ok(())
}

fn conditions(query: &mut QueryBuilder<Sqlite>, filter: &RunFilter) {
    query.push(" WHERE TRUE");
    if let Some(certificate) = &filter.certificate {
        query.push(" AND certificate = ").push_bind(certificate.as_str().to_owned());
    }
    if let Some(deployment) = &filter.deployment {
        query.push(" AND deployment = ").push_bind(deployment.as_str().to_owned());
    }
    match filter.live {
        Some(true) => query.push(" AND wake_at IS NOT NULL"),
        Some(false) => query.push(" AND wake_at IS NULL"),
        None => query,
    };
}

#[async_trait]
impl Runs for SqliteStore {
    async fn open_run(&self, run: RunWrite<'_>) -> StoreResult<()> {
        let mut write = self.write(OPEN).await?;
        open(&mut write, &run).await?;
        write.commit().await
    }

    async fn open_obtain_run(
        &self,
        run: RunWrite<'_>,
        revision: i64,
        asked_by: Option<&str>,
    ) -> StoreResult<()> {
        let mut write = self.write(OPEN).await?;
        let certificate = &run.run.certificate;
        if stored(write.on(), certificate).await?.certificate.revision != revision {
            return Err(StoreError::Stale { attempted: OPEN });
        }
        if let Some(who) = asked_by {
            asked(&mut write, certificate, run.run.created_at, who).await?;
        }
        open(&mut write, &run).await?;
        write.commit().await
    }

    async fn save_run(&self, saved: RunWrite<'_>) -> StoreResult<Stop> {
        let mut write = self.write("save the run").await?;
        let stop = save(&mut write, &saved).await?;
        write.commit().await?;
        Ok(stop)
    }

    async fn run(&self, id: &RunId) -> StoreResult<Run> {
        let row = sqlx::query("SELECT * FROM runs WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await
            .attempt("read the run")?
            .ok_or_else(|| StoreError::not_found("run", id))?;
        run(&row)
    }

    async fn runs(&self, filter: &RunFilter, page: Page) -> StoreResult<Listing<Run>> {
        let attempted = "list runs";
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let mut count = QueryBuilder::new("SELECT count(*) FROM runs");
        conditions(&mut count, filter);
        let total: i64 = count.build_query_scalar().fetch_one(&mut *read).await.attempt(attempted)?;
        let mut query = QueryBuilder::new("SELECT * FROM runs");
        conditions(&mut query, filter);
        query
            .push(" ORDER BY created_at DESC, rowid DESC LIMIT ")
            .push_bind(page.clamped_limit())
            .push(" OFFSET ")
            .push_bind(page.clamped_offset());
        let rows = query.build().fetch_all(&mut *read).await.attempt(attempted)?;
        Ok(Listing { items: each(&rows, run)?, total: total.unsigned_abs() })
    }

    async fn live_run(&self, certificate: &CertificateId) -> StoreResult<Option<Run>> {
        Ok(self.live_runs(certificate).await?.into_iter().next())
    }

    async fn live_runs(&self, certificate: &CertificateId) -> StoreResult<Vec<Run>> {
        let rows = sqlx::query(
            "SELECT * FROM runs WHERE certificate = $1 AND wake_at IS NOT NULL ORDER BY created_at, id",
        )
        .bind(certificate.as_str())
        .fetch_all(&self.readers)
        .await
        .attempt("read the live runs")?;
        each(&rows, run)
    }

    async fn end_unreadable_run(&self, end: &UnreadableEnd<'_>) -> StoreResult<()> {
        let mut write = self.write(unreadable::END).await?;
        unreadable::end(&mut write, end).await?;
        write.commit().await
    }

    async fn request_cancel(&self, id: &RunId, stop: Stop, who: &str, now: Timestamp) -> StoreResult<Run> {
        let attempted = "cancel the run";
        let mut write = self.write(attempted).await?;
        let asked = sqlx::query(
            "UPDATE runs SET cancelled = max(cancelled, $3), wake_at = min(wake_at, $2) \
             WHERE id = $1 AND wake_at IS NOT NULL",
        )
        .bind(id.as_str())
        .bind(milliseconds(now))
        .bind(firmness(stop))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        let row = sqlx::query("SELECT * FROM runs WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(write.on())
            .await
            .attempt(attempted)?
            .ok_or_else(|| StoreError::not_found("run", id))?;
        let run = run(&row)?;
        if asked.rows_affected() > 0 {
            add_audit(&mut write, &line(now, who, "cancel", format!("run {id}"), None, None)).await?;
            write.commit().await?;
        }
        Ok(run)
    }
}
