//! Events as they happen: connected again from the last one, a bounded number of times.

use super::call::Call;
use super::sse::Reader;
use super::{Client, ClientError};
use crate::events::{Event, EventQuery};
use futures_util::{Stream, stream};
use http::HeaderName;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::collections::VecDeque;
use std::pin::Pin;
use std::time::Duration;

/// Events as they happen.
pub type EventStream = Pin<Box<dyn Stream<Item = Result<Event, ClientError>> + Send>>;

/// Three heartbeats missed: the connection is dead, whatever TCP thinks.
const SILENT_FOR: Duration = Duration::from_secs(45);

/// How often in a row it is connected again, and the first pause; each further pause is twice as long. Half a
/// minute altogether: long enough for a restart of the service.
const ATTEMPTS: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(500);

static LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

struct Follower {
    client: Client,
    query: EventQuery,
    open: Option<(Incoming, Reader)>,
    /// Whether it was ever connected: before that a failure is told at once.
    began: bool,
    failed: u32,
    ready: VecDeque<Event>,
    over: bool,
}

pub(super) fn open(client: Client, query: EventQuery) -> EventStream {
    let follower = Follower {
        client,
        query: EventQuery { limit: None, ..query },
        open: None,
        began: false,
        failed: 0,
        ready: VecDeque::new(),
        over: false,
    };
    Box::pin(stream::unfold(follower, |mut follower| async move {
        if follower.over {
            return None;
        }
        let next = follower.next().await;
        follower.over = next.is_err();
        Some((next, follower))
    }))
}

impl Follower {
    async fn next(&mut self) -> Result<Event, ClientError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.failed = 0;
                self.query.after = Some(event.id);
                return Ok(event);
            }
            let step = match self.open.take() {
                None => self.connect().await,
                Some((body, reader)) => self.read(body, reader).await,
            };
            match step {
                Ok(()) => {}
                // A problem would come back again and again; everything else may pass.
                Err(error @ ClientError::Problem(_)) => return Err(error),
                Err(error) if !self.began || self.failed >= ATTEMPTS => return Err(error),
                Err(_) => {
                    tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(self.failed)).await;
                    self.failed += 1;
                }
            }
        }
    }

    async fn connect(&mut self) -> Result<(), ClientError> {
        let mut call = Call::get("events").query(&self.query);
        if let Some(after) = self.query.after {
            call = call.header(LAST_EVENT_ID.clone(), after.to_string());
        }
        let opening = tokio::time::timeout(SILENT_FOR, self.client.open(call));
        let response = opening.await.map_err(|_| self.silent())??;
        self.began = true;
        self.open = Some((response.into_body(), Reader::default()));
        Ok(())
    }

    async fn read(&mut self, mut body: Incoming, mut reader: Reader) -> Result<(), ClientError> {
        let frame = tokio::time::timeout(SILENT_FOR, body.frame())
            .await
            .map_err(|_| self.silent())?
            .ok_or_else(|| self.client.unreadable("the stream of events ended"))?
            .map_err(|error| self.client.unreadable(error))?;
        let Ok(bytes) = frame.into_data() else {
            self.open = Some((body, reader));
            return Ok(());
        };
        let messages =
            reader.feed(&bytes).map_err(|_| self.client.unreadable("an event of more than 1 MiB"))?;
        for message in messages {
            let event = serde_json::from_str(&message.data).map_err(|error| self.client.unreadable(error))?;
            self.ready.push_back(event);
        }
        // The stream says where it begins, so that nothing is missed when it breaks before the first event.
        if self.ready.is_empty() && self.query.after.is_none() {
            self.query.after = reader.last_id().and_then(|id| id.parse().ok());
        }
        self.open = Some((body, reader));
        Ok(())
    }

    fn silent(&self) -> ClientError {
        ClientError::TimedOut { what: self.client.address().to_string(), seconds: SILENT_FOR.as_secs() }
    }
}
