//! Incidents in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use super::events::add_events;
use super::rows::{column, each, json, maybe_milliseconds, milliseconds, to_json};
use crate::{Incidents, Listing, Page, StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::event::NewEvent;
use certwright_core::id::IncidentId;
use certwright_core::incident::{Incident, Member, Members};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite};

/// Reads nothing but the members, and the certificate of each.
const MEMBERS: &str = "
SELECT count(*) FILTER (WHERE c.current IS NOT m.version) AS replaced,
  count(*) FILTER (WHERE c.current IS m.version AND c.paused = 0 AND (c.not_after IS NULL OR c.not_after > $2)) AS pending
FROM incident_members m JOIN certificates c ON c.id = m.certificate WHERE m.incident = $1";

/// How many closed ones go in one transaction.
const ROWS: i64 = 500;

fn incident(row: &SqliteRow) -> StoreResult<Incident> {
    json(row, "json")
}

fn select(what: &str, open: Option<bool>) -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::new(format!("SELECT {what} FROM incidents WHERE TRUE"));
    match open {
        Some(true) => sql.push(" AND closed_at IS NULL"),
        Some(false) => sql.push(" AND closed_at IS NOT NULL"),
        None => &mut sql,
    };
    sql
}

#[async_trait]
impl Incidents for SqliteStore {
    async fn save_incident(
        &self,
        incident: &Incident,
        joining: &[Member],
        event: Option<&NewEvent>,
    ) -> StoreResult<()> {
        let attempted = "store the incident";
        let mut write = self.write(attempted).await?;
        let (kind, of) = (incident.cause.kind.word(), incident.cause.of.as_str());
        let other: Option<String> = sqlx::query_scalar(
            "SELECT id FROM incidents WHERE kind = $1 AND of = $2 AND closed_at IS NULL AND id <> $3",
        )
        .bind(kind)
        .bind(of)
        .bind(incident.id.as_str())
        .fetch_optional(write.on())
        .await
        .attempt(attempted)?;
        if let Some(other) = other {
            let words = format!("{other} is open for the same cause");
            return Err(StoreError::Conflict { field: "cause", words });
        }
        sqlx::query(
            "INSERT INTO incidents (id, kind, of, json, opened_at, closed_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (id) DO UPDATE SET json = excluded.json, closed_at = excluded.closed_at",
        )
        .bind(incident.id.as_str())
        .bind(kind)
        .bind(of)
        .bind(to_json(incident)?)
        .bind(milliseconds(incident.opened_at))
        .bind(maybe_milliseconds(incident.closed_at))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        for Member { certificate, version } in joining {
            // One that was deleted meanwhile joins nothing.
            sqlx::query(
                "INSERT INTO incident_members (incident, certificate, version) \
                 SELECT $1, id, $3 FROM certificates WHERE id = $2 \
                 ON CONFLICT (incident, certificate) DO UPDATE SET version = excluded.version",
            )
            .bind(incident.id.as_str())
            .bind(certificate.as_str())
            .bind(version.as_str())
            .execute(write.on())
            .await
            .attempt(attempted)?;
        }
        if incident.closed_at.is_some() && incident.cause.kind.has_members() {
            sqlx::query("DELETE FROM incident_members WHERE incident = $1")
                .bind(incident.id.as_str())
                .execute(write.on())
                .await
                .attempt(attempted)?;
        }
        match event {
            Some(event) => {
                add_events(&mut write, std::slice::from_ref(event)).await?;
                write.commit().await
            }
            None => write.commit_quietly().await,
        }
    }

    async fn incident_members(&self, id: &IncidentId, now: Timestamp) -> StoreResult<Members> {
        let row = sqlx::query(MEMBERS)
            .bind(id.as_str())
            .bind(milliseconds(now))
            .fetch_one(&self.readers)
            .await
            .attempt("read what has become of the certificates of an incident")?;
        let count = |name| column::<i64>(&row, name).map(i64::unsigned_abs);
        Ok(Members { replaced: count("replaced")?, pending: count("pending")? })
    }

    async fn open_incidents(&self) -> StoreResult<Vec<Incident>> {
        let rows = sqlx::query(
            "SELECT json FROM incidents INDEXED BY incidents_open WHERE closed_at IS NULL ORDER BY kind, of",
        )
        .fetch_all(&self.readers)
        .await
        .attempt("read the open incidents")?;
        each(&rows, incident)
    }

    async fn incidents(&self, open: Option<bool>, page: Page) -> StoreResult<Listing<Incident>> {
        let attempted = "list incidents";
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let total: i64 =
            select("count(*)", open).build_query_scalar().fetch_one(&mut *read).await.attempt(attempted)?;
        let mut sql = select("json", open);
        sql.push(" ORDER BY number DESC LIMIT ").push_bind(page.clamped_limit());
        sql.push(" OFFSET ").push_bind(page.clamped_offset());
        let rows = sql.build().fetch_all(&mut *read).await.attempt(attempted)?;
        Ok(Listing { items: each(&rows, incident)?, total: total.unsigned_abs() })
    }

    async fn incident(&self, id: &IncidentId) -> StoreResult<Incident> {
        let row = sqlx::query("SELECT json FROM incidents WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await
            .attempt("read the incident")?
            .ok_or_else(|| StoreError::not_found("incident", id))?;
        incident(&row)
    }

    async fn prune_incidents(&self, before: Timestamp) -> StoreResult<u64> {
        let attempted = "prune incidents";
        let mut write = self.write(attempted).await?;
        let gone = sqlx::query(
            "DELETE FROM incidents WHERE number IN \
               (SELECT number FROM incidents INDEXED BY incidents_closed WHERE closed_at < $1 LIMIT $2)",
        )
        .bind(milliseconds(before))
        .bind(ROWS)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        write.commit_quietly().await?;
        Ok(gone.rows_affected())
    }
}
