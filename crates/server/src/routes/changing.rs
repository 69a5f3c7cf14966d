//! Creating, changing and deleting managed certificates.

use super::certificates::tagged;
use crate::administered;
use crate::answers;
use crate::caller::Caller;
use crate::door::Who;
use crate::once::Once;
use crate::revision::Expected;
use crate::sent::Sent;
use crate::state::Shared;
use crate::trouble::{Answered, Trouble};
use crate::unbroken::unbroken;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use certwright_api::certificates::Certificate;
use certwright_api::edits::{CertificateChanges, CertificateDraft, DeploymentDraft};
use certwright_api::problem::Problem;
use certwright_api::secret::SecretText;
use certwright_core::id::{AccountId, AuthorityId};
use certwright_core::options::CertificateOptions;
use certwright_engine::{Changes, Draft, EngineError, KeyInput};
use serde_json::{Map, Value};

fn targets(drafts: Vec<DeploymentDraft>) -> Vec<(String, Map<String, Value>)> {
    drafts.into_iter().map(|draft| (draft.target, draft.settings)).collect()
}

pub(crate) fn draft(sent: CertificateDraft) -> Draft {
    Draft {
        name: sent.name,
        notes: sent.notes,
        tags: sent.tags,
        paused: sent.paused,
        identifiers: sent.identifiers,
        authority: sent.authority.map(AuthorityId::from),
        account: sent.account.map(AccountId::from),
        profile: sent.profile,
        key_type: sent.key_type.map(Into::into),
        challenge: sent.challenge.into(),
        renewal: sent.renewal.map(Into::into),
        window: sent.window.map(Into::into),
        options: CertificateOptions {
            preferred_chain: sent.preferred_chain,
            profile_missing: sent.profile_missing.unwrap_or_default().into(),
            lifetime_seconds: sent.lifetime_seconds,
            staging_may_replace: sent.staging_may_replace.unwrap_or(false),
            ..CertificateOptions::default()
        },
        staging: sent.staging,
        key: KeyInput {
            reuse: sent.reuse_key,
            private_key: sent.private_key.map(|key| Some(key.into_zeroizing())),
            passphrase: sent.private_key_passphrase.map(SecretText::into_zeroizing),
            request: sent.certificate_request.map(Some),
        },
        deployments: sent.deployments.map(targets),
    }
}

pub(crate) fn changes(sent: CertificateChanges) -> Changes {
    Changes {
        name: sent.name,
        notes: sent.notes,
        tags: sent.tags,
        paused: sent.paused,
        identifiers: sent.identifiers,
        authority: sent.authority.map(AuthorityId::from),
        account: sent.account.map(|account| account.map(AccountId::from)),
        profile: sent.profile,
        key_type: sent.key_type.map(|key_type| key_type.map(Into::into)),
        challenge: sent.challenge.map(Into::into),
        renewal: sent.renewal.map(|renewal| renewal.map(Into::into)),
        window: sent.window.map(|window| window.map(Into::into)),
        preferred_chain: sent.preferred_chain,
        profile_missing: sent.profile_missing.map(Into::into),
        lifetime_seconds: sent.lifetime_seconds,
        staging: sent.staging,
        staging_may_replace: sent.staging_may_replace,
        key: KeyInput {
            reuse: sent.reuse_key,
            private_key: sent.private_key.map(|key| key.map(SecretText::into_zeroizing)),
            passphrase: sent.private_key_passphrase.map(SecretText::into_zeroizing),
            request: sent.certificate_request,
        },
        deployments: sent.deployments.map(targets),
    }
}

/// A lost update is answered with the certificate as it is now.
async fn explain(shared: &Shared, error: EngineError) -> Trouble {
    let EngineError::Revision { current } = &error else {
        return error.into();
    };
    match shared.engine.certificate(current.id.as_str()).await {
        Ok(row) => {
            let current = answers::certificate(&row, shared.engine.now());
            Trouble::outdated(&current.name, current.revision, &current)
        }
        Err(_) => error.into(),
    }
}

/// Creates a certificate. Nothing is ordered by that: it is asked for, or an hour later requested by itself.
#[utoipa::path(post, path = "/certificates", operation_id = "createCertificate", tag = "certificates",
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with it, the answer is the same")),
    request_body = CertificateDraft,
    responses((status = 201, body = Certificate, headers(("ETag" = String), ("Location" = String)))))]
pub(crate) async fn create(
    State(shared): State<Shared>,
    (caller, who): (Caller, Who),
    once: Once,
    sent: Sent<CertificateDraft>,
) -> Answered<Response> {
    administered::check_draft(&shared, &caller, &sent.value)?;
    let (engine, name) = (shared.engine.clone(), who.0.clone());
    let work = Box::pin(async move {
        let row = engine.create_certificate(draft(sent.value), &name).await?;
        Ok(answers::certificate(&row, engine.now()))
    });
    let created = (StatusCode::CREATED, Some("certificates"));
    once.perform(&shared, &who, &sent.digest, created, work).await
}

/// Changes a certificate: only what is sent changes. `null` clears what may be absent.
#[utoipa::path(patch, path = "/certificates/{certificate}", operation_id = "updateCertificate",
    tag = "certificates",
    params(("certificate" = String, Path, description = "Id or name"),
           ("If-Match" = String, Header, description = "The ETag of the certificate as it was read")),
    request_body = CertificateChanges,
    responses((status = 200, body = Certificate, headers(("ETag" = String))),
              (status = 412, body = Problem, content_type = "application/problem+json",
               description = "It was changed meanwhile; `current` is how it is now")))]
pub(crate) async fn update(
    State(shared): State<Shared>,
    Path(certificate): Path<String>,
    caller: Caller,
    Expected(revision): Expected,
    sent: Sent<CertificateChanges>,
) -> Answered<Response> {
    unbroken(async move {
        administered::check_changes(&shared, &caller, &certificate, &sent.value).await?;
        let changes = changes(sent.value);
        match shared.engine.update_certificate(&certificate, revision, changes, &caller.who).await {
            Ok(row) => Ok(tagged(&shared, &row)),
            Err(error) => Err(explain(&shared, error).await),
        }
    })
    .await
}

/// Deletes a certificate with its history. Served files and configurations stay as they are.
#[utoipa::path(delete, path = "/certificates/{certificate}", operation_id = "deleteCertificate",
    tag = "certificates",
    params(("certificate" = String, Path, description = "Id or name"),
           ("If-Match" = String, Header, description = "The ETag of the certificate as it was read")),
    responses((status = 204)))]
pub(crate) async fn delete(
    State(shared): State<Shared>,
    Path(certificate): Path<String>,
    who: Who,
    Expected(revision): Expected,
) -> Answered<StatusCode> {
    unbroken(async move {
        match shared.engine.delete_certificate(&certificate, revision, &who.0).await {
            Ok(()) => Ok(StatusCode::NO_CONTENT),
            Err(error) => Err(explain(&shared, error).await),
        }
    })
    .await
}
