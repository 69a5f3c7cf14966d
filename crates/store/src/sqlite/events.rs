//! Events in SQLite. The one writer gives the ids in the order of commits.

use super::SqliteStore;
use super::attempt::Attempt;
use super::rows::{column, each, maybe_id, milliseconds, moment, to_json, to_word, word};
use super::write::Write;
use crate::{EventFilter, Events, StoreResult};
use async_trait::async_trait;
use certwright_core::event::{Event, NewEvent};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite};

/// Adds events in the transaction of what they tell of, all by one statement: every step of a run tells of several.
pub(super) async fn add_events(write: &mut Write, events: &[NewEvent]) -> StoreResult<()> {
    if events.is_empty() {
        return Ok(());
    }
    let rows = events.iter().map(|event| {
        Ok((
            milliseconds(event.at),
            &event.certificate,
            &event.run,
            event.step,
            to_word(event.kind)?,
            to_word(event.level)?,
            &event.message,
        ))
    });
    sqlx::query(
        "INSERT INTO events (at, certificate, run, step, kind, level, message) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6 \
         FROM json_each($1) ORDER BY key",
    )
    .bind(to_json(&rows.collect::<StoreResult<Vec<_>>>()?)?)
    .execute(write.on())
    .await
    .attempt("write events")?;
    Ok(())
}

fn event(row: &SqliteRow) -> StoreResult<Event> {
    let step: Option<i64> = column(row, "step")?;
    Ok(Event {
        id: column(row, "id")?,
        event: NewEvent {
            at: moment(row, "at")?,
            certificate: maybe_id(row, "certificate")?,
            run: maybe_id(row, "run")?,
            step: step.and_then(|step| usize::try_from(step).ok()),
            kind: word(row, "kind")?,
            level: word(row, "level")?,
            message: column(row, "message")?,
        },
    })
}

fn select(after: i64, filter: &EventFilter) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("SELECT * FROM events WHERE id > ");
    query.push_bind(after);
    if let Some(certificate) = &filter.certificate {
        query.push(" AND certificate = ").push_bind(certificate.as_str().to_owned());
    }
    if let Some(run) = &filter.run {
        query.push(" AND run = ").push_bind(run.as_str().to_owned());
    }
    query
}

#[async_trait]
impl Events for SqliteStore {
    async fn append_events(&self, events: &[NewEvent]) -> StoreResult<()> {
        let mut write = self.write("write events").await?;
        add_events(&mut write, events).await?;
        write.commit().await
    }

    async fn events_after(&self, id: i64, filter: &EventFilter, limit: u32) -> StoreResult<Vec<Event>> {
        let mut query = select(id, filter);
        query.push(" ORDER BY id LIMIT ").push_bind(i64::from(limit));
        let rows = query.build().fetch_all(&self.readers).await.attempt("read events")?;
        each(&rows, event)
    }

    async fn recent_events(&self, filter: &EventFilter, limit: u32) -> StoreResult<Vec<Event>> {
        let mut query = select(0, filter);
        query.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(limit));
        let rows = query.build().fetch_all(&self.readers).await.attempt("read events")?;
        let mut events = each(&rows, event)?;
        events.reverse();
        Ok(events)
    }

    async fn latest_event(&self) -> StoreResult<i64> {
        sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM events")
            .fetch_one(&self.readers)
            .await
            .attempt("read events")
    }
}
