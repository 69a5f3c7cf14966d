//! Following events: what is stored is read page by page as fast as the reader takes it, then as it comes.

use crate::caller::Caller;
use crate::state::Shared;
use axum::response::sse::{Event as Message, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use certwright_api::events::Event;
use certwright_engine::{EngineError, EventFilter};
use futures_util::stream;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

/// How often a stream says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Events read at once: what one stream holds in memory at most.
const AT_ONCE: u32 = 100;

/// How often it is looked whether the reader's session has ended.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

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
    /// Who reads: when the session or token ends, so does the stream.
    caller: Caller,
    ended: watch::Receiver<u64>,
    look_at: Instant,
    _place: OwnedSemaphorePermit,
}

/// The stream of events with ids above `last`.
pub(crate) fn follow(
    shared: Shared,
    filter: EventFilter,
    last: i64,
    caller: Caller,
    place: OwnedSemaphorePermit,
) -> Response {
    let changed = shared.engine.store().subscribe();
    let ended = shared.people.watch_ends();
    let follower = Follower {
        shared,
        filter,
        last,
        ready: VecDeque::new(),
        changed,
        greeting: true,
        caller,
        ended,
        look_at: Instant::now() + LOOK_AGAIN,
        _place: place,
    };
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
            () = shut_out(&self.shared, &self.caller, &mut self.ended, &mut self.look_at) => None,
            event = event(&self.shared, &self.filter, self.last, &mut self.ready, &mut self.changed) => event.map(|event| {
                self.last = event.id;
                Message::default().id(event.id.to_string()).event(event.kind.word()).json_data(&event)
            }),
        }
    }
}

/// Ready when what the reader showed opens the door no more.
async fn shut_out(shared: &Shared, caller: &Caller, ended: &mut watch::Receiver<u64>, look_at: &mut Instant) {
    loop {
        // Sessions end by time as well, of which nobody tells.
        let _ = tokio::time::timeout_at(*look_at, ended.changed()).await;
        *look_at = Instant::now() + LOOK_AGAIN;
        if !shared.people.still_opens(caller).await {
            return;
        }
    }
}

async fn event(
    shared: &Shared,
    filter: &EventFilter,
    last: i64,
    ready: &mut VecDeque<Event>,
    changed: &mut watch::Receiver<u64>,
) -> Option<Event> {
    loop {
        if let Some(event) = ready.pop_front() {
            return Some(event);
        }
        // Marked as seen before the look, so that a write during it is not missed.
        changed.borrow_and_update();
        match read(shared, filter, last).await {
            Ok(events) if events.is_empty() => {
                changed.changed().await.ok()?;
                tokio::time::sleep(GATHER).await;
            }
            Ok(events) => ready.extend(events),
            Err(error) => {
                tracing::warn!(%error, "a stream of events ended because they cannot be read");
                return None;
            }
        }
    }
}

async fn read(shared: &Shared, filter: &EventFilter, last: i64) -> Result<Vec<Event>, EngineError> {
    let events = shared.engine.store().events_after(last, filter, AT_ONCE).await?;
    Ok(events.iter().map(Event::from).collect())
}
