//! The door: who asks, from where, and for how long.

use crate::caller::{Caller, Origin};
use crate::openapi::need;
use crate::origin;
use crate::state::Shared;
use crate::trouble::Trouble;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use certwright_api::problem::ProblemKind;
use certwright_core::role::Scope;
use std::net::SocketAddr;
use std::time::Duration;

/// How long a request may take until its answer begins. What it started goes on.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// From where a request comes, as browsers say it themselves (Fetch Metadata).
static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

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
fn check_host(shared: &Shared, head: &Parts) -> Result<(), Trouble> {
    let secure = match head.extensions.get::<Peer>() {
        Some(Peer::Local { .. }) => return Ok(()),
        Some(Peer::Network { secure, .. }) => *secure,
        None => false,
    };
    let is_ours = |host: &str| shared.tls.as_ref().is_some_and(|tls| secure && (tls.is_ours)(host));
    match origin::refusal(&head.uri, &head.headers, secure, is_ours) {
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
    let (head, body) = request.into_parts();
    match check_host(&shared, &head) {
        Ok(()) => next.run(Request::from_parts(head, body)).await,
        Err(trouble) => trouble.into_response(),
    }
}

/// A page of ours says so itself: a change by cookie needs that, beside `SameSite`.
fn check_same_origin(head: &Parts) -> Result<(), Trouble> {
    if head.method.is_safe() {
        return Ok(());
    }
    // That the origin is ours was checked with the host.
    let says = head.headers.contains_key(header::ORIGIN)
        || head.headers.get(&FETCH_SITE).is_some_and(|site| site == "same-origin");
    if says {
        return Ok(());
    }
    Err(Trouble::new(
        ProblemKind::Forbidden,
        "a change by cookie does not say which page it comes from",
        "send Origin as browsers do; programs use a token: certwright token create",
    ))
}

/// Whether a page of another site, or of another port of this host, may have caused it.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get(&FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none")
}

async fn identify(shared: &Shared, head: &Parts) -> Result<Caller, Trouble> {
    let peer = head.extensions.get::<Peer>().copied();
    if let Some(Peer::Local { uid }) = peer {
        return Ok(Caller::owner(format!("local uid {uid}")));
    }
    check_host(shared, head)?;
    if let Some(shown) = bearer(&head.headers) {
        if shared.token.is(shown) {
            return Ok(Caller::owner("api token".to_owned()));
        }
        return shared.people.token_caller(shown).await?.ok_or_else(|| {
            Trouble::new(
                ProblemKind::Unauthorized,
                "the token is none of the service's",
                "send the token that the service was given when it was set up, or one of: certwright token list",
            )
        });
    }
    if is_from_elsewhere(&head.headers) {
        return Ok(Caller::anybody());
    }
    match shared.people.cookie_caller(&Origin::of(peer, &head.headers), &head.headers).await? {
        Some(caller) => {
            check_same_origin(head)?;
            Ok(caller)
        }
        None => Ok(Caller::anybody()),
    }
}

/// Who asks, unless it may not be asked by them.
async fn permitted(shared: &Shared, head: &Parts) -> Result<Caller, Trouble> {
    let caller = identify(shared, head).await?;
    let path = head.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
    match path.and_then(|path| need(&head.method, path)) {
        Some(need) => need.check(&caller)?,
        // Nothing is done there; who has not signed in is not told what there is.
        None => caller.require(Scope::Read)?,
    }
    Ok(caller)
}

/// Who may read figures: whoever comes by the socket, has signed in, or shows the token of the API or of metrics, or one
/// with that scope.
pub(crate) async fn may_read_metrics(shared: &Shared, head: &Parts) -> Result<(), Trouble> {
    let shown = bearer(&head.headers);
    if shared.metrics_token.as_ref().is_some_and(|token| shown.is_some_and(|shown| token.is(shown))) {
        return Ok(());
    }
    identify(shared, head).await?.require(Scope::Metrics).map_err(|mut trouble| {
        if trouble.0.is(ProblemKind::Unauthorized) {
            trouble.0.remedy =
                "send Authorization: Bearer TOKEN, with the token from the file metrics-token in the \
                                data directory"
                    .to_owned();
        }
        trouble
    })
}

/// Lets a request in, in somebody's name and for a bounded time.
pub(crate) async fn admit(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    // In parts: a body is not shared between threads.
    let (mut head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let mut response = match permitted(&shared, &head).await {
        Err(trouble) => {
            tracing::info!(path, reason = trouble.0.detail, "a request was turned away");
            trouble.into_response()
        }
        Ok(caller) => {
            head.extensions.insert(caller.who());
            head.extensions.insert(caller);
            let request = Request::from_parts(head, body);
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
    // Answers depend on who asks, and some hold what is shown once.
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
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
