//! Events: as a list, and as a stream.

use crate::caller::Caller;
use crate::following::follow;
use crate::sent::Asked;
use crate::state::Shared;
use crate::trouble::{Answered, Trouble};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;
use certwright_api::events::{Event, EventList, EventQuery};
use certwright_api::page::PageQuery;
use certwright_api::problem::ProblemKind;
use certwright_core::id::{CertificateId, RunId};
use certwright_engine::{EngineError, EventFilter};
use std::sync::Arc;

static LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

async fn filter(shared: &Shared, query: &EventQuery) -> Answered<EventFilter> {
    let certificate = match &query.certificate {
        None => None,
        Some(asked) => Some(match shared.engine.certificate(asked).await {
            Ok(row) => row.certificate.id,
            // The events of a deleted certificate stay, and can be asked for by its id.
            Err(EngineError::NotFound { .. }) if asked.starts_with(CertificateId::PREFIX) => {
                asked.as_str().into()
            }
            Err(error) => return Err(error.into()),
        }),
    };
    Ok(EventFilter { certificate, run: query.run.as_deref().map(RunId::from) })
}

/// The last id that a reader saw: a browser sends it by header when it comes back, which is newer than what
/// its page once asked for.
fn seen(headers: &HeaderMap, query: &EventQuery) -> Answered<Option<i64>> {
    let Some(value) = headers.get(&LAST_EVENT_ID) else {
        return Ok(query.after);
    };
    let id = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    id.map(Some).ok_or_else(|| {
        Trouble::new(ProblemKind::Unreadable, "Last-Event-ID is no number", "send the id of the last event")
    })
}

/// Events as they happen (server-sent events): `id`, `event` (the kind) and `data` (an Event as JSON), after
/// `Last-Event-ID` or `after`. Every 15 seconds a comment says that the stream lives.
#[utoipa::path(get, path = "/events", operation_id = "followEvents", tag = "events",
    params(EventQuery, ("Last-Event-ID" = Option<i64>, Header, description = "Wins over `after`")),
    responses((status = 200, body = Event, content_type = "text/event-stream")))]
pub(crate) async fn stream(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(query): Asked<EventQuery>,
    headers: HeaderMap,
) -> Answered<Response> {
    let place = Arc::clone(&shared.streams).try_acquire_owned().map_err(|_| {
        Trouble::new(
            ProblemKind::Overloaded,
            "there are too many streams of events",
            "close some of them, or ask GET /api/v1/events/list from time to time",
        )
    })?;
    let filter = filter(&shared, &query).await?;
    let last = match seen(&headers, &query)? {
        Some(id) => id,
        None => shared.engine.store().latest_event().await.map_err(EngineError::from)?,
    };
    Ok(follow(shared, filter, last, caller, place))
}

/// Events as a list, the oldest first: those after `after`, or the newest.
#[utoipa::path(get, path = "/events/list", operation_id = "listEvents", tag = "events", params(EventQuery),
    responses((status = 200, body = EventList)))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    Asked(query): Asked<EventQuery>,
) -> Answered<Json<EventList>> {
    let filter = filter(&shared, &query).await?;
    let limit = PageQuery { offset: None, limit: query.limit }.limit();
    let store = shared.engine.store();
    // Asked for first: an event that comes meanwhile may then be given twice, but is never missed.
    let latest = store.latest_event().await.map_err(EngineError::from)?;
    let events = match query.after {
        Some(after) => store.events_after(after, &filter, limit).await,
        None => store.recent_events(&filter, limit).await,
    }
    .map_err(EngineError::from)?;
    Ok(Json(EventList { items: events.iter().map(Event::from).collect(), latest }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_sends_when_it_comes_back_wins() {
        let query = EventQuery { after: Some(3), ..EventQuery::default() };
        let mut headers = HeaderMap::new();
        assert_eq!(seen(&headers, &query).unwrap(), Some(3));
        headers.insert(&LAST_EVENT_ID, "8".parse().unwrap());
        assert_eq!(seen(&headers, &query).unwrap(), Some(8));
        headers.insert(&LAST_EVENT_ID, "x".parse().unwrap());
        assert!(seen(&headers, &query).is_err());
    }
}
