//! Methods about runs, events, incidents and the audit.

use super::call::Call;
use super::{Answer, Client, EventStream};
use crate::audit::{AuditLine, AuditQuery};
use crate::events::{EventList, EventQuery};
use crate::incidents::{Incident, IncidentQuery};
use crate::page::Page;
use crate::runs::{Run, RunQuery};

impl Client {
    /// A page of runs, the newest first.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn runs(&self, query: &RunQuery) -> Answer<Page<Run>> {
        self.send(Call::get("runs").query(query)).await
    }

    /// One run.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn run(&self, id: &str) -> Answer<Run> {
        self.send(Call::get("runs").segment(id)).await
    }

    /// Asks a run to stop; its clean-up is still done.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn cancel_run(&self, id: &str) -> Answer<Run> {
        self.send(Call::post("runs").segment(id).then("cancel")).await
    }

    /// Events as a list, the oldest first; `latest` is where a stream can go on.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn event_list(&self, query: &EventQuery) -> Answer<EventList> {
        self.send(Call::get("events/list").query(query)).await
    }

    /// Events as they happen, after those with ids up to `query.after`. The stream never ends by itself: it is
    /// connected again from where it was, and gives one last error when that fails several times in a row.
    pub fn events(&self, query: EventQuery) -> EventStream {
        super::stream::open(self.clone(), query)
    }

    /// A page of incidents, the newest first.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn incidents(&self, query: &IncidentQuery) -> Answer<Page<Incident>> {
        self.send(Call::get("incidents").query(query)).await
    }

    /// One incident.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn incident(&self, id: &str) -> Answer<Incident> {
        self.send(Call::get("incidents").segment(id)).await
    }

    /// A page of the audit, the newest line first.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn audit(&self, query: &AuditQuery) -> Answer<Page<AuditLine>> {
        self.send(Call::get("audit").query(query)).await
    }
}
