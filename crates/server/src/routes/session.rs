//! Signing in and out: who one is, by password or by a one-time link.

use crate::caller::{Caller, Origin};
use crate::people::{Cookie, SignedIn};
use crate::sent::Sent;
use crate::state::Shared;
use crate::trouble::Answered;
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use certwright_api::problem::Problem;
use certwright_api::sign_in::{Link, LinkRequest, LinkSignIn, SessionState, SetUp, SignIn};

/// The answer to somebody who has just signed in.
pub(super) fn answer(signed_in: SignedIn) -> Response {
    let cookie = [(header::SET_COOKIE, signed_in.cookie.value())];
    (cookie, Json(signed_in.state)).into_response()
}

/// Whether this browser is signed in, and as whom. Needs nothing.
#[utoipa::path(get, path = "/session", operation_id = "getSession", tag = "sign-in", security(()),
    responses((status = 200, body = SessionState)))]
pub(crate) async fn get(State(shared): State<Shared>, caller: Caller) -> Answered<Json<SessionState>> {
    Ok(Json(shared.people.state(&caller).await?))
}

/// Signs in by name and password; the answer sets a cookie. `second-factor-needed` asks for the same again with a code.
#[utoipa::path(post, path = "/session", operation_id = "signIn", tag = "sign-in", security(()),
    request_body = SignIn,
    responses((status = 200, body = SessionState, headers(("Set-Cookie" = String))),
              (status = 401, body = Problem, content_type = "application/problem+json",
               description = "`sign-in-refused`, or `second-factor-needed`"),
              (status = 429, body = Problem, content_type = "application/problem+json",
               description = "`locked-out`: too many tries; `retry_after` says how long to wait",
               headers(("Retry-After" = u64)))))]
pub(crate) async fn sign_in(
    State(shared): State<Shared>,
    origin: Origin,
    sent: Sent<SignIn>,
) -> Answered<Response> {
    unbroken(async move { Ok(answer(shared.people.sign_in(&origin, sent.value).await?)) }).await
}

/// Signs out; the answer clears the cookie.
#[utoipa::path(delete, path = "/session", operation_id = "signOut", tag = "sign-in", security(()),
    responses((status = 204)))]
pub(crate) async fn sign_out(
    State(shared): State<Shared>,
    caller: Caller,
    origin: Origin,
) -> Answered<Response> {
    unbroken(async move {
        shared.people.sign_out(&caller).await?;
        let cookie = [(header::SET_COOKIE, Cookie::clear(&origin).value())];
        Ok((StatusCode::NO_CONTENT, cookie).into_response())
    })
    .await
}

/// Signs in by the code of a one-time link, which is used up by that; the answer sets a cookie.
#[utoipa::path(post, path = "/session/link", operation_id = "signInByLink", tag = "sign-in", security(()),
    request_body = LinkSignIn,
    responses((status = 200, body = SessionState, headers(("Set-Cookie" = String))),
              (status = 401, body = Problem, content_type = "application/problem+json",
               description = "`link-refused`: it is used, too old, or none of this service")))]
pub(crate) async fn by_link(
    State(shared): State<Shared>,
    origin: Origin,
    sent: Sent<LinkSignIn>,
) -> Answered<Response> {
    unbroken(async move { Ok(answer(shared.people.sign_in_by_link(&origin, &sent.value).await?)) }).await
}

/// Makes the first administrator, by the code of a one-time link, and signs in; the answer sets a cookie.
#[utoipa::path(post, path = "/setup", operation_id = "setUp", tag = "sign-in", security(()),
    request_body = SetUp,
    responses((status = 200, body = SessionState, headers(("Set-Cookie" = String))),
              (status = 401, body = Problem, content_type = "application/problem+json",
               description = "`link-refused`: it is used, too old, or none of this service"),
              (status = 409, body = Problem, content_type = "application/problem+json",
               description = "`already-set-up`: there is an administrator")))]
pub(crate) async fn set_up(
    State(shared): State<Shared>,
    origin: Origin,
    sent: Sent<SetUp>,
) -> Answered<Response> {
    unbroken(async move { Ok(answer(shared.people.set_up(&origin, sent.value).await?)) }).await
}

/// Makes a one-time link: for the first administrator while there is none, else to sign in as the named user. It is in
/// this answer and in no other.
#[utoipa::path(post, path = "/links", operation_id = "createLink", tag = "sign-in",
    request_body = LinkRequest, responses((status = 201, body = Link)))]
pub(crate) async fn link(
    State(shared): State<Shared>,
    caller: Caller,
    sent: Sent<LinkRequest>,
) -> Answered<Response> {
    unbroken(async move {
        let base = shared.base_url();
        let user = sent.value.user.as_deref();
        let link = shared.people.create_link(&caller.who, user, base.as_deref()).await?;
        Ok((StatusCode::CREATED, Json(link)).into_response())
    })
    .await
}
