//! Following events: what is stored is read page by page as fast as the reader takes it, then as it comes.

use crate::state::Shared;
use axum::response::sse::{Event as Message, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use certwright_api::events::Event;
use certwright_engine::{EngineError, EventFilter};
use futures_util::stream;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, watch};

/// How often a stream says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Events read at once: what one stream holds in memory at most.
const AT_ONCE: u32 = 100;

/// Several writes in a row are looked at once.
const GATHER: Duration = Duration::from_millis(50);

struct Follower {
    shared: Shared,
    filter: EventFilter,
    last: i64,
    ready: VecDeque<Event>,
    changed: watch::Receiver<u64>,
    /// Says where the stream begins, so that a reader who is cut off before the first event misses nothing.
    greeting: bool,
    _place: OwnedSemaphorePermit,
}

/// The stream of events with ids above `last`.
pub(crate) fn follow(
    shared: Shared,
    filter: EventFilter,
    last: i64,
    place: OwnedSemaphorePermit,
) -> Response {
    let changed = shared.engine.store().subscribe();
    let follower =
        Follower { shared, filter, last, ready: VecDeque::new(), changed, greeting: true, _place: place };
    let messages = stream::unfold(follower, |mut follower| async move {
        let message = follower.next().await?;
        Some((message, follower))
    });
    Sse::new(messages).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response()
}

impl Follower {
    /// The next message; `None` ends the stream, and whoever reads it comes back with the last id.
    async fn next(&mut self) -> Option<Result<Message, axum::Error>> {
        if std::mem::take(&mut self.greeting) {
            return Some(Ok(Message::default().id(self.last.to_string())));
        }
        let shutdown = self.shared.shutdown.clone();
        tokio::select! {
            () = shutdown.cancelled() => None,
            event = self.event() => event.map(|event| {
                self.last = event.id;
                Message::default().id(event.id.to_string()).event(event.kind.word()).json_data(&event)
            }),
        }
    }

    async fn event(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            // Marked as seen before the look, so that a write during it is not missed.
            self.changed.borrow_and_update();
            match self.read().await {
                Ok(events) if events.is_empty() => {
                    self.changed.changed().await.ok()?;
                    tokio::time::sleep(GATHER).await;
                }
                Ok(events) => self.ready.extend(events),
                Err(error) => {
                    tracing::warn!(%error, "a stream of events ended because they cannot be read");
                    return None;
                }
            }
        }
    }

    async fn read(&self) -> Result<Vec<Event>, EngineError> {
        let store = self.shared.engine.store();
        let events = store.events_after(self.last, &self.filter, AT_ONCE).await?;
        Ok(events.iter().map(Event::from).collect())
    }
}
