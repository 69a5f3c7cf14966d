//! Work that is done once, however often it is asked for with the same `Idempotency-Key`.

use crate::door::Who;
use crate::revision::etag;
use crate::state::Shared;
use crate::trouble::{Answered, Trouble};
use crate::unbroken::unbroken;
use axum::body::Bytes;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use certwright_api::problem::ProblemKind;
use certwright_engine::{Admission, Engine, EngineError};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;

static KEY: HeaderName = HeaderName::from_static("idempotency-key");
static REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The longest key that is taken.
const LONGEST: usize = 200;

/// How a request is known again: by its key, where it has one, and its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Once {
    key: Option<String>,
    path: String,
}

impl<S: Sync> FromRequestParts<S> for Once {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        let key = parts.headers.get(&KEY).map(read).transpose()?;
        Ok(Self { key, path: parts.uri.path().to_owned() })
    }
}

fn read(value: &HeaderValue) -> Result<String, Trouble> {
    match value.to_str().map(str::trim) {
        Ok(key) if !key.is_empty() && key.len() <= LONGEST => Ok(key.to_owned()),
        _ => Err(Trouble::new(
            ProblemKind::Unreadable,
            "the Idempotency-Key is empty, too long, or has odd characters",
            "send at most 200 printable ASCII characters, such as a UUID",
        )),
    }
}

/// An answer that can be stored and given again.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer {
    status: StatusCode,
    body: Bytes,
}

impl Once {
    /// Does the work in `who`'s name unless it was done before. `digest` is that of the request's body, which
    /// is not kept because it may hold secrets. Answers with `status`, and with `Location` below `place`.
    pub(crate) async fn perform<T: Serialize>(
        self,
        shared: &Shared,
        who: &Who,
        digest: &str,
        (status, place): (StatusCode, Option<&'static str>),
        work: impl Future<Output = Answered<T>> + Send + 'static,
    ) -> Answered<Response> {
        let engine = Arc::clone(&shared.engine);
        // Somebody else's key is another key: nobody gets an answer that was meant for another.
        let hash = hex::encode(Sha256::digest(format!("{}\n{digest}", who.0)));
        let (answer, replayed) = unbroken(async move {
            let Some(key) = &self.key else {
                return Ok((answer(status, work.await?)?, false));
            };
            if let Some(answer) = admit(&engine, key, &self.path, &hash).await? {
                return Ok((answer, true));
            }
            match work.await.and_then(|done| answer(status, done)) {
                Ok(answer) => {
                    remember(&engine, key, &self.path, &answer).await;
                    Ok((answer, false))
                }
                Err(trouble) => {
                    // Nothing was done: the same key may be used when the cause is gone.
                    if let Err(error) = engine.store().forget_request(key, &self.path).await {
                        tracing::warn!(%error, "an idempotency key could not be forgotten");
                    }
                    Err(trouble)
                }
            }
        })
        .await?;
        Ok(response(answer, place, replayed))
    }
}

fn answer<T: Serialize>(status: StatusCode, value: T) -> Answered<Answer> {
    let body = serde_json::to_vec(&value).map_err(|error| Trouble::internal(&error.to_string()))?;
    Ok(Answer { status, body: body.into() })
}

/// Whether the work is still to be done (`None`), or was done with this answer.
async fn admit(engine: &Engine, key: &str, path: &str, hash: &str) -> Answered<Option<Answer>> {
    let begun = engine.store().begin_request(key, path, hash, engine.now()).await;
    match begun.map_err(EngineError::from)? {
        Admission::New => Ok(None),
        Admission::Replay { status, answer } => Ok(Some(Answer {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::OK),
            body: answer.into(),
        })),
        Admission::Mismatch => Err(Trouble::new(
            ProblemKind::IdempotencyMismatch,
            "the Idempotency-Key was used for another request",
            "send another key with every new request",
        )),
        Admission::InProgress => Err(Trouble::new(
            ProblemKind::InProgress,
            "the same request is being performed right now",
            "send it again in a moment to get its answer",
        )),
    }
}

/// The work is done; that its answer cannot be given again is no reason to say otherwise.
async fn remember(engine: &Engine, key: &str, path: &str, answer: &Answer) {
    let store = engine.store();
    if let Err(error) = store.finish_request(key, path, answer.status.as_u16(), &answer.body).await {
        tracing::warn!(%error, "the answer to an idempotency key could not be stored");
    }
}

/// The headers follow from the body, so that a replayed answer has the very same ones.
fn response(answer: Answer, place: Option<&str>, replayed: bool) -> Response {
    let value: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut response = (answer.status, [json], answer.body).into_response();
    let headers = response.headers_mut();
    let id = value["id"].as_str().or_else(|| value["name"].as_str());
    if let (Some(place), Some(id)) = (place, id)
        && let Ok(location) = HeaderValue::from_str(&format!("{}/{place}/{id}", certwright_api::BASE))
    {
        headers.insert(header::LOCATION, location);
    }
    if let Some(tag) = value["revision"].as_i64().and_then(etag) {
        headers.insert(header::ETAG, tag);
    }
    if replayed {
        headers.insert(REPLAYED.clone(), HeaderValue::from_static("true"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_replayed_answer_has_the_headers_of_the_first() {
        let made = answer(StatusCode::CREATED, json!({"id": "cert-1", "revision": 3})).unwrap();
        for replayed in [false, true] {
            let response = response(made.clone(), Some("certificates"), replayed);
            assert_eq!(response.status(), StatusCode::CREATED);
            assert_eq!(response.headers()[header::LOCATION], "/api/v1/certificates/cert-1");
            assert_eq!(response.headers()[header::ETAG], "\"3\"");
            assert_eq!(response.headers().contains_key(&REPLAYED), replayed);
        }
    }

    #[test]
    fn odd_keys_are_refused() {
        assert_eq!(read(&HeaderValue::from_static(" 4711 ")).unwrap(), "4711");
        assert!(read(&HeaderValue::from_static("")).is_err());
        assert!(read(&HeaderValue::from_str(&"x".repeat(LONGEST + 1)).unwrap()).is_err());
        assert!(read(&HeaderValue::from_bytes(b"\xff").unwrap()).is_err());
    }
}
