//! The built-in authorities: making, changing and deleting them.

use crate::answers;
use crate::door::Who;
use crate::issuers as shape;
use crate::once::Once;
use crate::revision::{Expected, etag};
use crate::sent::{Asked, Sent};
use crate::state::Shared;
use crate::trouble::{Answered, Trouble};
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use certwright_api::issuer_edits::{IssuerChanges, IssuerDraft};
use certwright_api::issuers::Issuer;
use certwright_api::page::{Page, PageQuery};
use certwright_api::problem::Problem;
use certwright_authority::{AuthorityError, Settings, StoreError};
use certwright_core::refusal::Refusal;
use certwright_engine as engine;
use certwright_engine::Listing;

/// Far more than there can be: a service has at most 50.
const MOST: u32 = 200;

/// A page of the built-in authorities, by name.
#[utoipa::path(get, path = "/issuers", operation_id = "listIssuers", tag = "issuers", params(PageQuery),
    responses((status = 200, body = Page<Issuer>)))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    Asked(query): Asked<PageQuery>,
) -> Answered<Json<Page<Issuer>>> {
    let page = engine::Page { offset: query.offset(), limit: query.limit() };
    let stored = shared.issuers.list(None, MOST).await?;
    let total = stored.len() as u64;
    let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let mut items = Vec::new();
    for issuer in stored.iter().skip(offset).take(page.limit as usize) {
        items.push(shape::issuer(&shared, issuer).await?);
    }
    Ok(Json(answers::page(Listing { items, total }, page, |issuer| issuer)))
}

/// One built-in authority.
#[utoipa::path(get, path = "/issuers/{issuer}", operation_id = "getIssuer", tag = "issuers",
    params(("issuer" = String, Path, description = "Its name")),
    responses((status = 200, body = Issuer, headers(("ETag" = String, description = "The revision")))))]
pub(crate) async fn get(State(shared): State<Shared>, Path(issuer): Path<String>) -> Answered<Response> {
    Ok(tagged(read(&shared, &issuer).await?))
}

/// Makes a built-in authority: keys, root and intermediate. Its policy constrains both certificates for good.
#[utoipa::path(post, path = "/issuers", operation_id = "createIssuer", tag = "issuers",
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with it, the answer is the same")),
    request_body = IssuerDraft,
    responses((status = 201, body = Issuer, headers(("ETag" = String), ("Location" = String)))))]
pub(crate) async fn create(
    State(shared): State<Shared>,
    who: Who,
    once: Once,
    sent: Sent<IssuerDraft>,
) -> Answered<Response> {
    let (for_work, name) = (shared.clone(), who.0.clone());
    let work = Box::pin(async move {
        let (issuers, draft) = (&for_work.issuers, sent.value);
        let (settings, mut complaints) = shape::sent_settings(draft.settings, Default::default());
        let unread = !complaints.is_empty();
        let others = issuers.complaints(&draft.name, &draft.title, &settings, draft.enabled);
        // A policy of which nothing could be read permits something, once it is written well.
        complaints.extend(others.into_iter().filter(|other| !(unread && other.field == "policy")));
        if !complaints.is_empty() {
            return Err(refused(complaints));
        }
        let made = if draft.enabled {
            issuers.create_enabled(&draft.name, &draft.title, &settings, &name).await
        } else {
            issuers.create(&draft.name, &draft.title, &settings, &name).await
        };
        shape::issuer(&for_work, &made.map_err(trouble)?).await
    });
    let created = (StatusCode::CREATED, Some("issuers"));
    once.perform(&shared, &who, &sent.digest, created, work).await
}

/// Changes a built-in authority: only what is sent changes, from the next request of its clients on. The constraints
/// of its root stay; `warnings` names what the policy permits beyond them.
#[utoipa::path(patch, path = "/issuers/{issuer}", operation_id = "updateIssuer", tag = "issuers",
    params(("issuer" = String, Path, description = "Its name"),
           ("If-Match" = String, Header, description = "The ETag of the authority as it was read")),
    request_body = IssuerChanges,
    responses((status = 200, body = Issuer, headers(("ETag" = String))),
              (status = 412, body = Problem, content_type = "application/problem+json",
               description = "It was changed meanwhile; `current` is how it is now")))]
pub(crate) async fn update(
    State(shared): State<Shared>,
    Path(issuer): Path<String>,
    who: Who,
    Expected(revision): Expected,
    sent: Sent<IssuerChanges>,
) -> Answered<Response> {
    unbroken(async move {
        let before = shared.issuers.get(&issuer).await?;
        if before.revision != revision {
            return Err(outdated(&shape::issuer(&shared, &before).await?));
        }
        let stored = Settings::read(&before)?;
        let constraints = stored.constraints.clone();
        let wanted = sent.value.settings.applied_to(shape::shown(stored));
        let (settings, mut complaints) = shape::sent_settings(wanted, constraints);
        let enabled = sent.value.enabled.unwrap_or(before.enabled);
        if !complaints.is_empty() {
            if let Err(AuthorityError::Refused(others)) = settings.check() {
                complaints.extend(others);
            }
            return Err(refused(complaints));
        }
        match shared.issuers.update(&issuer, &settings, enabled, revision, &who.0).await {
            Ok(after) => Ok(tagged(shape::issuer(&shared, &after).await?)),
            Err(error) => Err(explain(&shared, &issuer, error).await),
        }
    })
    .await
}

/// Deletes a built-in authority that is disabled, with its keys and everything it ever issued.
#[utoipa::path(delete, path = "/issuers/{issuer}", operation_id = "deleteIssuer", tag = "issuers",
    params(("issuer" = String, Path, description = "Its name"),
           ("If-Match" = String, Header, description = "The ETag of the authority as it was read")),
    responses((status = 204)))]
pub(crate) async fn delete(
    State(shared): State<Shared>,
    Path(issuer): Path<String>,
    who: Who,
    Expected(revision): Expected,
) -> Answered<StatusCode> {
    unbroken(async move {
        match shared.issuers.delete(&issuer, revision, &who.0).await {
            Ok(()) => Ok(StatusCode::NO_CONTENT),
            Err(error) => Err(explain(&shared, &issuer, error).await),
        }
    })
    .await
}

async fn read(shared: &Shared, name: &str) -> Answered<Issuer> {
    shape::issuer(shared, &shared.issuers.get(name).await?).await
}

fn tagged(issuer: Issuer) -> Response {
    let mut headers = HeaderMap::new();
    if let Some(tag) = etag(issuer.revision) {
        headers.insert(header::ETAG, tag);
    }
    (headers, Json(issuer)).into_response()
}

/// A lost update is answered with the authority as it is now.
async fn explain(shared: &Shared, name: &str, error: AuthorityError) -> Trouble {
    if let AuthorityError::Store(StoreError::Outdated { .. }) = &error
        && let Ok(current) = read(shared, name).await
    {
        return outdated(&current);
    }
    trouble(error)
}

fn outdated(current: &Issuer) -> Trouble {
    Trouble::outdated(&current.name, current.revision, current)
}

fn trouble(error: AuthorityError) -> Trouble {
    match error {
        AuthorityError::Refused(refusals) => refused(refusals),
        other => other.into(),
    }
}

/// Fields as they were sent: all but these stand within `settings`.
fn refused(mut refusals: Vec<Refusal>) -> Trouble {
    for refusal in &mut refusals {
        if !["name", "title", "enabled"].contains(&refusal.field.as_str()) {
            refusal.field.insert_str(0, "settings.");
        }
    }
    AuthorityError::Refused(refusals).into()
}
