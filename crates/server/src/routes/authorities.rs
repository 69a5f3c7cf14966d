//! Certificate authorities.

use crate::door::Who;
use crate::sent::Sent;
use crate::state::Shared;
use crate::trouble::Answered;
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use certwright_api::authorities::{Authority, AuthorityDraft, Terms};
use certwright_api::limits::{LimitUse, Limits, Wait};
use certwright_api::page::List;

/// All authorities: those that came with the program, and one's own.
#[utoipa::path(get, path = "/authorities", operation_id = "listAuthorities", tag = "authorities",
    responses((status = 200, body = List<Authority>)))]
pub(crate) async fn list(State(shared): State<Shared>) -> Answered<Json<List<Authority>>> {
    let authorities = shared.engine.authorities().await?;
    Ok(Json(List { items: authorities.into_iter().map(Authority::from).collect() }))
}

/// One authority.
#[utoipa::path(get, path = "/authorities/{authority}", operation_id = "getAuthority", tag = "authorities",
    params(("authority" = String, Path)), responses((status = 200, body = Authority)))]
pub(crate) async fn get(
    State(shared): State<Shared>,
    Path(authority): Path<String>,
) -> Answered<Json<Authority>> {
    Ok(Json(shared.engine.authority(&authority).await?.into()))
}

/// Adds an authority of one's own, or replaces it.
#[utoipa::path(put, path = "/authorities/{authority}", operation_id = "putAuthority", tag = "authorities",
    params(("authority" = String, Path)), request_body = AuthorityDraft,
    responses((status = 200, body = Authority)))]
pub(crate) async fn put(
    State(shared): State<Shared>,
    Path(authority): Path<String>,
    who: Who,
    sent: Sent<AuthorityDraft>,
) -> Answered<Json<Authority>> {
    unbroken(async move {
        let authority = sent.value.into_authority(&authority);
        Ok(Json(shared.engine.put_authority(authority, &who.0).await?.into()))
    })
    .await
}

/// Removes an authority of one's own that nothing uses.
#[utoipa::path(delete, path = "/authorities/{authority}", operation_id = "deleteAuthority",
    tag = "authorities", params(("authority" = String, Path)), responses((status = 204)))]
pub(crate) async fn delete(
    State(shared): State<Shared>,
    Path(authority): Path<String>,
    who: Who,
) -> Answered<StatusCode> {
    unbroken(async move {
        shared.engine.delete_authority(&authority, &who.0).await?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// What the authority's directory says now: its terms of service and profiles.
#[utoipa::path(get, path = "/authorities/{authority}/terms", operation_id = "getTerms", tag = "authorities",
    params(("authority" = String, Path)), responses((status = 200, body = Terms)))]
pub(crate) async fn terms(
    State(shared): State<Shared>,
    Path(authority): Path<String>,
) -> Answered<Json<Terms>> {
    let terms = shared.engine.terms(&authority).await?;
    Ok(Json(Terms {
        terms_of_service: terms.terms_of_service,
        website: terms.website,
        external_account_required: terms.external_account_required,
        profiles: terms.profiles,
    }))
}

/// The authority's rate limits, and how much of them is used by what was ordered here.
#[utoipa::path(get, path = "/authorities/{authority}/limits", operation_id = "getLimits", tag = "authorities",
    params(("authority" = String, Path)), responses((status = 200, body = Limits)))]
pub(crate) async fn limits(
    State(shared): State<Shared>,
    Path(authority): Path<String>,
) -> Answered<Json<Limits>> {
    let limits = shared.engine.limits(&authority).await?;
    let waits = limits.waits.into_iter().map(|wait| Wait {
        scope: wait.subject.scope.into(),
        subject: wait.subject.words(),
        until: wait.until,
        words: wait.words,
    });
    let states = limits.limits.into_iter().map(|state| LimitUse {
        limit: state.limit.into(),
        words: state.limit.words(),
        subject: state.subject,
        used: state.used,
        left: state.left,
        frees_at: state.frees_at,
    });
    Ok(Json(Limits { waits: waits.collect(), limits: states.collect() }))
}
