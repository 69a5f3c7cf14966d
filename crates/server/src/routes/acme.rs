//! The ACME servers below `/acme/`: no token is asked for, because clients sign their requests (RFC 8555 §6.2).

use crate::door::Peer;
use crate::state::Shared;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use certwright_authority::Limits;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// How long a client may take to send its request, and we to answer it.
const WITHIN: Duration = Duration::from_secs(30);

/// One request to one authority.
pub(crate) async fn answer(
    State(shared): State<Shared>,
    Path((name, _)): Path<(String, String)>,
    request: Request,
) -> Response {
    if shared.issuers.mounted(&name).is_none() {
        return nobody();
    }
    let source = match request.extensions().get::<Peer>() {
        Some(Peer::Network { address, .. }) => address.ip(),
        // Whoever reaches the socket is on this machine.
        Some(Peer::Local { .. }) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        None => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    let answering = async {
        let (parts, body) = request.into_parts();
        // One byte more than is permitted is enough for the authority to refuse it in its own words.
        let Ok(body) = to_bytes(body, Limits::default().body + 1).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        // As it is now that the request is whole: a body may have been sent slowly, and meanwhile much was changed.
        let Some(authority) = shared.issuers.mounted(&name) else { return nobody() };
        let answer = authority.answer(source, axum::http::Request::from_parts(parts, body)).await;
        answer.map(Body::from)
    };
    tokio::time::timeout(WITHIN, answering)
        .await
        .unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}

fn nobody() -> Response {
    (StatusCode::NOT_FOUND, "there is no such authority here, or it is not enabled\n").into_response()
}
