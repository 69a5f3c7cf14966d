//! Sessions and API tokens: seen and ended.

use crate::caller::Caller;
use crate::sent::{Asked, Sent};
use crate::state::Shared;
use crate::trouble::Answered;
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use certwright_api::page::{Page, PageQuery};
use certwright_api::sessions::{EndedSessions, Session, SessionQuery};
use certwright_api::tokens::{NewToken, Token, TokenDraft};
use certwright_engine as engine;

/// A page of one's sessions, or as an administrator of everybody's, those used last first.
#[utoipa::path(get, path = "/sessions", operation_id = "listSessions", tag = "sign-in", params(SessionQuery),
    responses((status = 200, body = Page<Session>)))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    Asked(query): Asked<SessionQuery>,
) -> Answered<Json<Page<Session>>> {
    let pages = query.page();
    let page = engine::Page { offset: pages.offset(), limit: pages.limit() };
    Ok(Json(shared.people.sessions(&caller, query.all.unwrap_or(false), page).await?))
}

/// Ends a session: one's own, or as an administrator anybody's.
#[utoipa::path(delete, path = "/sessions/{session}", operation_id = "endSession", tag = "sign-in",
    params(("session" = String, Path, description = "Its id")), responses((status = 204)))]
pub(crate) async fn end(
    State(shared): State<Shared>,
    Path(session): Path<String>,
    caller: Caller,
) -> Answered<StatusCode> {
    unbroken(async move {
        shared.people.end_session(&caller, &session).await?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Ends all of one's sessions but the one that asks.
#[utoipa::path(delete, path = "/sessions", operation_id = "endOtherSessions", tag = "sign-in",
    responses((status = 200, body = EndedSessions)))]
pub(crate) async fn end_others(
    State(shared): State<Shared>,
    caller: Caller,
) -> Answered<Json<EndedSessions>> {
    unbroken(async move {
        let ended = shared.people.end_other_sessions(&caller).await?;
        Ok(Json(EndedSessions { ended }))
    })
    .await
}

/// A page of API tokens, by name.
#[utoipa::path(get, path = "/tokens", operation_id = "listTokens", tag = "tokens", params(PageQuery),
    responses((status = 200, body = Page<Token>)))]
pub(crate) async fn tokens(
    State(shared): State<Shared>,
    Asked(query): Asked<PageQuery>,
) -> Answered<Json<Page<Token>>> {
    let page = engine::Page { offset: query.offset(), limit: query.limit() };
    Ok(Json(shared.people.tokens(page).await?))
}

/// Makes an API token. Its secret is in this answer and in no other: it takes no `Idempotency-Key`, because an answer that
/// can be given again is stored.
#[utoipa::path(post, path = "/tokens", operation_id = "createToken", tag = "tokens",
    request_body = TokenDraft, responses((status = 201, body = NewToken)))]
pub(crate) async fn create_token(
    State(shared): State<Shared>,
    caller: Caller,
    sent: Sent<TokenDraft>,
) -> Answered<Response> {
    unbroken(async move {
        let made = shared.people.create_token(&caller.who, sent.value).await?;
        Ok((StatusCode::CREATED, Json(made)).into_response())
    })
    .await
}

/// Deletes an API token: it opens nothing from then on.
#[utoipa::path(delete, path = "/tokens/{token}", operation_id = "deleteToken", tag = "tokens",
    params(("token" = String, Path, description = "Id or name")), responses((status = 204)))]
pub(crate) async fn delete_token(
    State(shared): State<Shared>,
    Path(token): Path<String>,
    caller: Caller,
) -> Answered<StatusCode> {
    unbroken(async move {
        shared.people.delete_token(&caller.who, &token).await?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}
