//! Certificate authorities.

use crate::door::Who;
use crate::sent::Sent;
use crate::state::Shared;
use crate::trouble::Answered;
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use certwright_api::authorities::{
    Authority, AuthorityDraft, KeptCertificate, MoveAnswer, MoveRequest, Probe, Terms,
};
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

/// What the directories of the authorities in use answered when they were last looked at.
#[utoipa::path(get, path = "/probes", operation_id = "listProbes", tag = "authorities",
    responses((status = 200, body = List<Probe>)))]
pub(crate) async fn probes(State(shared): State<Shared>) -> Answered<Json<List<Probe>>> {
    let probes = shared.engine.probes().await?;
    Ok(Json(List { items: probes.into_iter().map(Probe::from).collect() }))
}

/// Looks at the authority's directory now.
#[utoipa::path(post, path = "/authorities/{authority}/probe", operation_id = "probeAuthority", tag = "authorities",
    params(("authority" = String, Path)), responses((status = 200, body = Probe)))]
pub(crate) async fn probe(
    State(shared): State<Shared>,
    Path(authority): Path<String>,
) -> Answered<Json<Probe>> {
    Ok(Json(shared.engine.probe_now(&authority).await?.into()))
}

/// Has the certificates of an authority ordered from another one, each by an edit of its own.
#[utoipa::path(post, path = "/authorities/{authority}/move", operation_id = "moveCertificates", tag = "authorities",
    params(("authority" = String, Path)), request_body = MoveRequest, responses((status = 200, body = MoveAnswer)))]
pub(crate) async fn move_certificates(
    State(shared): State<Shared>,
    Path(authority): Path<String>,
    who: Who,
    sent: Sent<MoveRequest>,
) -> Answered<Json<MoveAnswer>> {
    unbroken(async move {
        let MoveRequest { to, preview } = sent.value;
        let moved = shared.engine.move_certificates(&authority, &to, preview, &who.0).await?;
        let kept = moved.kept.into_iter().map(|(name, reason)| KeptCertificate { name, reason });
        Ok(Json(MoveAnswer { moved: moved.moved, kept: kept.collect() }))
    })
    .await
}
