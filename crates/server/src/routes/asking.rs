//! Asking for new versions: of one certificate, by its preview, or of many.

use crate::answers;
use crate::door::Who;
use crate::once::Once;
use crate::sent::Sent;
use crate::state::Shared;
use crate::trouble::Answered;
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use certwright_api::certificates::Certificate;
use certwright_api::forecasts::Forecast;
use certwright_api::problem::Problem;
use certwright_api::renewals::{CertificateRequest, RefusedRenewal, RenewRequest, Renewed, StartedRenewal};
use certwright_api::runs::Run;
use certwright_engine::Selection;

/// The most authorities in a forecast: there are as many as entries with certificates.
const MOST_FORECASTS: usize = 50;

/// Asks for a new version now. With a preview's fingerprint exactly what it showed is done, or nothing.
#[utoipa::path(post, path = "/certificates/{certificate}/request", operation_id = "requestCertificate",
    tag = "certificates",
    params(("certificate" = String, Path, description = "Id or name"),
           ("Idempotency-Key" = Option<String>, Header, description = "Sent again with it, the answer is the same")),
    request_body = CertificateRequest,
    responses((status = 202, body = Run, headers(("Location" = String))),
              (status = 409, body = Problem, content_type = "application/problem+json",
               description = "The plan has changed: `difference` and `preview`; or the certificate is paused")))]
pub(crate) async fn request(
    State(shared): State<Shared>,
    Path(certificate): Path<String>,
    who: Who,
    once: Once,
    sent: Sent<CertificateRequest>,
) -> Answered<Response> {
    let (engine, name) = (shared.engine.clone(), who.0.clone());
    let work = Box::pin(async move {
        let (plan, force) = (sent.value.plan.as_deref(), sent.value.force);
        let run = engine.request_forced(&certificate, plan, &name, force).await?;
        Ok(Run::from(&run))
    });
    let accepted = (StatusCode::ACCEPTED, Some("runs"));
    once.perform(&shared, &who, &sent.digest, accepted, work).await
}

/// Deploys the newest version again, now; the authority is not asked for anything.
#[utoipa::path(post, path = "/certificates/{certificate}/deploy", operation_id = "deployCertificate",
    tag = "certificates",
    params(("certificate" = String, Path, description = "Id or name")),
    responses((status = 202, body = Certificate),
              (status = 409, body = Problem, content_type = "application/problem+json",
               description = "Nothing was issued yet, or there is no target")))]
pub(crate) async fn deploy(
    State(shared): State<Shared>,
    Path(certificate): Path<String>,
    who: Who,
) -> Answered<(StatusCode, Json<Certificate>)> {
    unbroken(async move {
        let row = shared.engine.deploy(&certificate, &who.0).await?;
        Ok((StatusCode::ACCEPTED, Json(answers::certificate(&row, shared.engine.now()))))
    })
    .await
}

/// Asks for new versions of several certificates. With `preview` nothing is asked for, and our own count of the
/// authorities' limits says what would become of it.
#[utoipa::path(post, path = "/renew", operation_id = "renewCertificates", tag = "certificates",
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with it, the answer is the same")),
    request_body = RenewRequest, responses((status = 202, body = Renewed)))]
pub(crate) async fn renew(
    State(shared): State<Shared>,
    who: Who,
    once: Once,
    sent: Sent<RenewRequest>,
) -> Answered<Response> {
    let (engine, name) = (shared.engine.clone(), who.0.clone());
    let work = Box::pin(async move {
        let selection = Selection {
            certificates: sent.value.certificates,
            due: sent.value.due,
            failed: sent.value.failed,
            new: sent.value.new,
            all: sent.value.all,
            force: sent.value.force,
            preview: sent.value.preview,
        };
        let renewed = engine.renew(&selection, &name).await?;
        let started = renewed.started.into_iter();
        let refused = renewed.refused.into_iter();
        let forecasts = renewed.forecasts.iter().take(MOST_FORECASTS);
        Ok(Renewed {
            started_count: renewed.started_count,
            refused_count: renewed.refused_count,
            forecasts: forecasts
                .map(|(authority, (title, forecast))| Forecast::new(authority, title, forecast))
                .collect(),
            started: started
                .map(|(certificate, name)| StartedRenewal { certificate: certificate.to_string(), name })
                .collect(),
            refused: refused
                .map(|(certificate, name, reason)| RefusedRenewal {
                    certificate: certificate.to_string(),
                    name,
                    reason,
                })
                .collect(),
        })
    });
    once.perform(&shared, &who, &sent.digest, (StatusCode::ACCEPTED, None), work).await
}
