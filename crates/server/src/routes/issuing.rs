//! What the built-in authorities gave out: keys for external account binding, and certificates.

use crate::answers;
use crate::door::Who;
use crate::issuers as shape;
use crate::sent::{Asked, Sent};
use crate::state::Shared;
use crate::trouble::Answered;
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use certwright_api::issuer_edits::ExternalKeyDraft;
use certwright_api::issuers::{ExternalKey, IssuedCertificate, IssuerPolicy, NewExternalKey};
use certwright_api::page::{Page, PageQuery};
use certwright_api::secret::SecretText;
use certwright_authority::{AuthorityError, NamePolicy};
use certwright_engine as engine;

/// A page of an authority's keys for external account binding, the newest first.
#[utoipa::path(get, path = "/issuers/{issuer}/external-keys", operation_id = "listExternalKeys",
    tag = "issuers", params(("issuer" = String, Path, description = "Its name"), PageQuery),
    responses((status = 200, body = Page<ExternalKey>)))]
pub(crate) async fn keys(
    State(shared): State<Shared>,
    Path(issuer): Path<String>,
    Asked(query): Asked<PageQuery>,
) -> Answered<Json<Page<ExternalKey>>> {
    let page = engine::Page { offset: query.offset(), limit: query.limit() };
    let listing = shared.issuers.external_keys(&issuer, page).await?;
    Ok(Json(answers::page(listing, page, shape::external_key)))
}

/// Makes a key for external account binding. Its secret is in this answer and in no other: it takes no
/// `Idempotency-Key`, because an answer that can be given again is stored.
#[utoipa::path(post, path = "/issuers/{issuer}/external-keys", operation_id = "createExternalKey",
    tag = "issuers", params(("issuer" = String, Path, description = "Its name")),
    request_body = ExternalKeyDraft, responses((status = 201, body = NewExternalKey)))]
pub(crate) async fn create_key(
    State(shared): State<Shared>,
    Path(issuer): Path<String>,
    who: Who,
    sent: Sent<ExternalKeyDraft>,
) -> Answered<Response> {
    let made = unbroken(async move {
        let draft = sent.value;
        let policy = match draft.policy.clone() {
            None => NamePolicy::everything(),
            Some(policy) => match shape::sent_policy(policy) {
                (policy, complaints) if complaints.is_empty() => policy,
                (_, complaints) => return Err(AuthorityError::Refused(complaints).into()),
            },
        };
        let key = shared.issuers.add_external_key(&issuer, &policy, draft.expires_at, &who.0).await?;
        let everything = IssuerPolicy { wildcards: true, anything: true, ..IssuerPolicy::default() };
        Ok(NewExternalKey {
            id: key.id,
            secret: SecretText::from(key.secret),
            directory: shared.issuers.directory(&issuer),
            policy: draft.policy.unwrap_or(everything),
            expires_at: draft.expires_at,
        })
    })
    .await?;
    let keep_nowhere = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((StatusCode::CREATED, keep_nowhere, Json(made)).into_response())
}

/// Deletes a key for external account binding. An account that was bound with it has no more to ask for.
#[utoipa::path(delete, path = "/issuers/{issuer}/external-keys/{key}", operation_id = "deleteExternalKey",
    tag = "issuers",
    params(("issuer" = String, Path, description = "Its name"), ("key" = String, Path, description = "Its id")),
    responses((status = 204)))]
pub(crate) async fn delete_key(
    State(shared): State<Shared>,
    Path((issuer, key)): Path<(String, String)>,
    who: Who,
) -> Answered<StatusCode> {
    unbroken(async move {
        shared.issuers.remove_external_key(&issuer, &key, &who.0).await?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// A page of what an authority issued, those that end last first.
#[utoipa::path(get, path = "/issuers/{issuer}/certificates", operation_id = "listIssued", tag = "issuers",
    params(("issuer" = String, Path, description = "Its name"), PageQuery),
    responses((status = 200, body = Page<IssuedCertificate>)))]
pub(crate) async fn issued(
    State(shared): State<Shared>,
    Path(issuer): Path<String>,
    Asked(query): Asked<PageQuery>,
) -> Answered<Json<Page<IssuedCertificate>>> {
    let page = engine::Page { offset: query.offset(), limit: query.limit() };
    let listing = shared.issuers.issued(&issuer, page).await?;
    Ok(Json(answers::page(listing, page, shape::issued)))
}
