//! The door: who asks, from where, and for how long.

use crate::origin;
use crate::state::Shared;
use crate::trouble::Trouble;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use certwright_api::problem::ProblemKind;
use std::net::SocketAddr;
use std::time::Duration;

/// How long a request may take until its answer begins. What it started goes on.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// Paths for which nobody needs to say who asks.
const OPEN: &[&str] = &["/api/v1/health"];

/// How a connection came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Over the Unix socket, by this user, as the kernel says.
    Local {
        /// The user's number.
        uid: u32,
    },
    /// Over TCP.
    Network {
        /// With TLS.
        secure: bool,
        /// From where.
        address: SocketAddr,
    },
}

/// Who asks, for the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Who(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for Who {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        // Never missing behind `admit`; were it, nothing may be changed in nobody's name.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Trouble::internal("a request in nobody's name"))
    }
}

/// Whether a connection over the socket may ask at all: our own user, and root.
pub(crate) fn is_trusted(uid: u32, own: u32) -> bool {
    uid == own || uid == 0
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Refuses what a web page of somebody else may have sent.
fn check_host(shared: &Shared, request: &Request) -> Result<(), Trouble> {
    let secure = match request.extensions().get::<Peer>() {
        Some(Peer::Local { .. }) => return Ok(()),
        Some(Peer::Network { secure, .. }) => *secure,
        None => false,
    };
    let is_ours = |host: &str| shared.tls.as_ref().is_some_and(|tls| secure && (tls.is_ours)(host));
    match origin::refusal(request.uri(), request.headers(), secure, is_ours) {
        None => Ok(()),
        Some(words) => {
            let remedy = match secure {
                true => "ask by the address, or by a name that is in the service's certificate",
                false => "ask from this machine, by http://127.0.0.1 or http://localhost",
            };
            Err(Trouble::new(ProblemKind::Forbidden, words, remedy))
        }
    }
}

/// Lets in whoever names this service as the host, and nobody from a page of somebody else.
pub(crate) async fn guard(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    match check_host(&shared, &request) {
        Ok(()) => next.run(request).await,
        Err(trouble) => trouble.into_response(),
    }
}

fn identify(shared: &Shared, request: &Request) -> Result<Who, Trouble> {
    if let Some(Peer::Local { uid }) = request.extensions().get::<Peer>() {
        return Ok(Who(format!("local uid {uid}")));
    }
    check_host(shared, request)?;
    match bearer(request.headers()) {
        Some(token) if shared.token.is(token) => Ok(Who("api token".to_owned())),
        None if OPEN.contains(&request.uri().path()) => Ok(Who("anybody".to_owned())),
        Some(_) => Err(Trouble::new(
            ProblemKind::Unauthorized,
            "the token is not the service's",
            "send the token that the service was given when it was set up",
        )),
        None => Err(Trouble::new(
            ProblemKind::Unauthorized,
            "there is no token",
            "send Authorization: Bearer TOKEN, or use the service's Unix socket",
        )),
    }
}

/// Who may read figures: whoever comes by the socket, and over TCP whoever shows the token of the API or of metrics.
pub(crate) fn may_read_metrics(shared: &Shared, request: &Request) -> Result<(), Trouble> {
    if matches!(request.extensions().get::<Peer>(), Some(Peer::Local { .. })) {
        return Ok(());
    }
    let shown = bearer(request.headers());
    let opens = |token: &crate::token::ApiToken| shown.is_some_and(|shown| token.is(shown));
    if opens(&shared.token) || shared.metrics_token.as_ref().is_some_and(opens) {
        return Ok(());
    }
    Err(Trouble::new(
        ProblemKind::Unauthorized,
        "the token of the metrics is missing or another one",
        "send Authorization: Bearer TOKEN, with the token from the file metrics-token in the data directory",
    ))
}

/// Lets a request in, in somebody's name and for a bounded time.
pub(crate) async fn admit(State(shared): State<Shared>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = match identify(&shared, &request) {
        Err(trouble) => {
            tracing::info!(path, reason = trouble.0.detail, "a request was turned away");
            trouble.into_response()
        }
        Ok(who) => {
            request.extensions_mut().insert(who);
            tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await.unwrap_or_else(|_| {
                Trouble::new(
                    ProblemKind::TooSlow,
                    "the answer is not ready after 60 seconds; what was started goes on",
                    "ask again later, with the same Idempotency-Key where one was sent",
                )
                .into_response()
            })
        }
    };
    response
        .headers_mut()
        .insert(header::X_CONTENT_TYPE_OPTIONS, axum::http::HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_root_and_the_services_own_user_are_trusted() {
        assert!(is_trusted(0, 998));
        assert!(is_trusted(998, 998));
        assert!(!is_trusted(1000, 998));
        assert!(!is_trusted(33, 0));
    }

    #[test]
    fn the_token_is_read_from_a_bearer_header_alone() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(read("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(read("bearer  abc ").as_deref(), Some("abc"));
        assert_eq!(read("Basic abc"), None);
        assert_eq!(read("abc"), None);
    }
}
