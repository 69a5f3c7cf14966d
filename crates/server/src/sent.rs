//! What was sent: a JSON body or a query, read strictly, with the reason when it cannot be.

use crate::trouble::Trouble;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use certwright_api::problem::ProblemKind;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// The largest body that is read.
pub(crate) const MOST_BYTES: usize = 1 << 20;

/// A JSON body; nothing at all is read as `{}`.
pub(crate) struct Sent<T> {
    pub(crate) value: T,
    /// SHA-256 of the body, to know it again without keeping it.
    pub(crate) digest: String,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, state: &S) -> Result<Self, Trouble> {
        let is_json = is_json(request.headers());
        // Refused by what it says of itself, before any of it is waited for.
        if declared(request.headers()).is_some_and(|length| length > MOST_BYTES) {
            return Err(too_large());
        }
        let body = Bytes::from_request(request, state).await.map_err(|rejection| {
            match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => too_large(),
                _ => Trouble::new(ProblemKind::Unreadable, "the body did not arrive whole", "send it again"),
            }
        })?;
        if !is_json && !body.is_empty() {
            return Err(Trouble::new(
                ProblemKind::Unreadable,
                "the body is not declared as JSON",
                "send Content-Type: application/json",
            ));
        }
        let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
        let value = serde_json::from_slice(text).map_err(|error| {
            let words = without_value(&error.to_string());
            Trouble::new(ProblemKind::Unreadable, format!("the body cannot be read: {words}"), "correct it")
        })?;
        Ok(Self { value, digest: hex::encode(Sha256::digest(text)) })
    }
}

/// A complaint without the text that it is about: that may be a key in the wrong place.
fn without_value(words: &str) -> String {
    let parts = words
        .split_once(": string \"")
        .and_then(|(before, rest)| Some((before, rest.rsplit_once("\", expected ")?.1)));
    parts.map_or_else(|| words.to_owned(), |(before, after)| format!("{before}: a string, expected {after}"))
}

fn too_large() -> Trouble {
    Trouble::new(ProblemKind::TooLarge, "the body is larger than 1 MiB", "send less")
}

fn declared(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        let kind = value.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/json")
    })
}

/// A query.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Trouble> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => Err(Trouble::new(
                ProblemKind::Unreadable,
                format!("the query cannot be read: {}", error.body_text()),
                "correct it; GET /api/v1/openapi.json tells what each path understands",
            )),
            Err(error) => Err(Trouble::new(ProblemKind::Unreadable, error.body_text(), "correct the query")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use certwright_api::accounts::AccountDraft;

    #[test]
    fn a_key_in_the_wrong_place_is_not_said_again() {
        let words = |body: &str| serde_json::from_str::<AccountDraft>(body).unwrap_err().to_string();
        let misplaced = words(r#"{ "authority": "x", "external_account": "hunter \"2" }"#);
        assert!(misplaced.contains("hunter"), "{misplaced}");
        assert_eq!(
            without_value(&misplaced),
            "invalid type: a string, expected struct ExternalAccount at line 1 column 52"
        );
        let other = words(r#"{ "authority": 7 }"#);
        assert_eq!(without_value(&other), other);
    }
}
