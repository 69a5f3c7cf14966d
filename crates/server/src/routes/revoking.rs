//! Revoking versions, and fetching their chains again.

use crate::door::Who;
use crate::sent::Sent;
use crate::state::Shared;
use crate::trouble::Answered;
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::{Path, State};
use certwright_api::problem::Problem;
use certwright_api::revocations::{RefetchAnswer, RefetchRequest, RevokeAnswer, RevokeRequest};
use certwright_api::versions::Version;
use certwright_engine as engine;

/// Revokes a version, or says what that would mean. The newest version is replaced at once.
#[utoipa::path(post, path = "/certificates/{certificate}/versions/{version}/revoke",
    operation_id = "revokeVersion", tag = "certificates",
    params(("certificate" = String, Path, description = "Id or name"), ("version" = String, Path)),
    request_body = RevokeRequest,
    responses((status = 200, body = RevokeAnswer),
              (status = 409, body = Problem, content_type = "application/problem+json",
               description = "It is revoked already, or has expired")))]
pub(crate) async fn revoke(
    State(shared): State<Shared>,
    Path((certificate, version)): Path<(String, String)>,
    who: Who,
    sent: Sent<RevokeRequest>,
) -> Answered<Json<RevokeAnswer>> {
    unbroken(async move {
        let asked = sent.value;
        let request = engine::RevokeRequest {
            certificate: &certificate,
            version: Some(&version),
            reason: asked.reason.into(),
            by: asked.by.map(Into::into),
        };
        let revocation = if asked.preview {
            shared.engine.plan_revocation(&request).await?
        } else {
            shared.engine.revoke(&request, &who.0).await?
        };
        Ok(Json(RevokeAnswer {
            version: Version::from(&revocation.version),
            by: revocation.by.into(),
            plan: revocation.plan,
        }))
    })
    .await
}

/// Fetches the newest version's chain again while the authority keeps it. Another chain is deployed at once.
#[utoipa::path(post, path = "/certificates/{certificate}/refetch", operation_id = "refetchChain",
    tag = "certificates",
    params(("certificate" = String, Path, description = "Id or name")),
    request_body = RefetchRequest, responses((status = 200, body = RefetchAnswer)))]
pub(crate) async fn refetch(
    State(shared): State<Shared>,
    Path(certificate): Path<String>,
    who: Who,
    sent: Sent<RefetchRequest>,
) -> Answered<Json<RefetchAnswer>> {
    unbroken(async move {
        let issuer = sent.value.issuer;
        let refetched = shared.engine.refetch(&certificate, issuer.as_deref(), &who.0).await?;
        Ok(Json(RefetchAnswer {
            version: Version::from(&refetched.version),
            changed: refetched.changed,
            issuers: refetched.issuers,
        }))
    })
    .await
}

/// Looks the newest version up in the revocation list that it names, now. It is looked up every day anyway.
#[utoipa::path(post, path = "/certificates/{certificate}/check-revocation", operation_id = "checkRevocation",
    tag = "certificates",
    params(("certificate" = String, Path, description = "Id or name")),
    responses((status = 200, body = Version)))]
pub(crate) async fn check_revocation(
    State(shared): State<Shared>,
    Path(certificate): Path<String>,
) -> Answered<Json<Version>> {
    unbroken(async move { Ok(Json(Version::from(&shared.engine.check_revocation(&certificate).await?))) })
        .await
}
