//! Certificate authorities.

use crate::door::Who;
use crate::revision::{Expected, etag};
use crate::sent::Sent;
use crate::state::Shared;
use crate::trouble::{Answered, Trouble};
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use certwright_api::authorities::{
    Authority, AuthorityDraft, KeptCertificate, MoveAnswer, MoveRequest, Probe, Terms,
};
use certwright_api::authority_edits::AuthorityChanges;
use certwright_api::limits::{LimitUse, Limits, Wait};
use certwright_api::page::List;
use certwright_api::problem::Problem;
use certwright_core::authority_settings::AuthorityEntry;
use certwright_core::refusal::Refusal;
use certwright_engine::EngineError;

/// All authorities: those that came with the program, and one's own.
#[utoipa::path(get, path = "/authorities", operation_id = "listAuthorities", tag = "authorities",
    responses((status = 200, body = List<Authority>)))]
pub(crate) async fn list(State(shared): State<Shared>) -> Answered<Json<List<Authority>>> {
    let authorities = shared.engine.authority_entries().await?;
    Ok(Json(List { items: authorities.into_iter().map(Authority::from).collect() }))
}

/// One authority.
#[utoipa::path(get, path = "/authorities/{authority}", operation_id = "getAuthority", tag = "authorities",
    params(("authority" = String, Path)),
    responses((status = 200, body = Authority, headers(("ETag" = String, description = "The revision")))))]
pub(crate) async fn get(State(shared): State<Shared>, Path(authority): Path<String>) -> Answered<Response> {
    Ok(tagged(shared.engine.authority_entry(&authority).await?.into()))
}

/// Adds an authority of one's own, or replaces it as a whole.
#[utoipa::path(put, path = "/authorities/{authority}", operation_id = "putAuthority", tag = "authorities",
    params(("authority" = String, Path)), request_body = AuthorityDraft,
    responses((status = 200, body = Authority, headers(("ETag" = String)))))]
pub(crate) async fn put(
    State(shared): State<Shared>,
    Path(authority): Path<String>,
    who: Who,
    sent: Sent<AuthorityDraft>,
) -> Answered<Response> {
    unbroken(async move {
        let authority = sent.value.into_authority(&authority);
        Ok(tagged(shared.engine.put_authority(authority, &who.0).await?.into()))
    })
    .await
}

/// Changes an authority: only what is sent changes. One that came with the program can be switched off and on, and be given
/// another pace and other limits; `null` goes back to what the catalogue says.
#[utoipa::path(patch, path = "/authorities/{authority}", operation_id = "updateAuthority", tag = "authorities",
    params(("authority" = String, Path),
           ("If-Match" = String, Header, description = "The ETag of the authority as it was read")),
    request_body = AuthorityChanges,
    responses((status = 200, body = Authority, headers(("ETag" = String))),
              (status = 412, body = Problem, content_type = "application/problem+json",
               description = "It was changed meanwhile; `current` is how it is now")))]
pub(crate) async fn update(
    State(shared): State<Shared>,
    Path(authority): Path<String>,
    who: Who,
    Expected(revision): Expected,
    sent: Sent<AuthorityChanges>,
) -> Answered<Response> {
    unbroken(async move {
        let before = shared.engine.authority_entry(&authority).await?;
        if before.revision != revision {
            return Err(outdated(before));
        }
        match change(&shared, before, sent.value, &who.0).await {
            Ok(after) => Ok(tagged(after.into())),
            // Somebody was faster after all.
            Err(EngineError::Outdated { .. }) => {
                Err(outdated(shared.engine.authority_entry(&authority).await?))
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}

async fn change(
    shared: &Shared,
    before: AuthorityEntry,
    changes: AuthorityChanges,
    who: &str,
) -> Result<AuthorityEntry, EngineError> {
    let AuthorityEntry { authority, revision, built_in } = before;
    let Some(built_in) = built_in else {
        return shared.engine.update_authority(changes.applied_to(authority), revision, who).await;
    };
    let beyond = changes.beyond_settings();
    if !beyond.is_empty() {
        let refusal = |field: String| {
            Refusal::new(
                field,
                format!("{} came with the program: that is as the catalogue says", authority.title),
                "leave it out, or make an entry of your own after it (command line: certwright ca add)",
            )
        };
        return Err(EngineError::Refused(beyond.into_iter().map(refusal).collect()));
    }
    let settings = changes.applied_to_settings(built_in.settings);
    shared.engine.set_authority(authority.id.as_str(), settings, revision, who).await
}

fn tagged(authority: Authority) -> Response {
    let mut headers = HeaderMap::new();
    if let Some(tag) = etag(authority.revision) {
        headers.insert(header::ETAG, tag);
    }
    (headers, Json(authority)).into_response()
}

fn outdated(current: AuthorityEntry) -> Trouble {
    let current = Authority::from(current);
    Trouble::outdated(&current.id, current.revision, &current)
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
    let waits = limits.waits.iter().map(Wait::from);
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
