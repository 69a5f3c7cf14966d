//! The doctor.

use crate::door::Who;
use crate::sent::Sent;
use crate::state::Shared;
use crate::trouble::Answered;
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use certwright_api::doctor::{Diagnosis, Finding, Grade, RepairKind, RepairRequest};
use certwright_engine as engine;

fn finding(finding: engine::Finding) -> Finding {
    Finding {
        check: finding.check.to_owned(),
        grade: match finding.grade {
            engine::Grade::Ok => Grade::Ok,
            engine::Grade::Warning => Grade::Warning,
            engine::Grade::Error => Grade::Error,
        },
        words: finding.words,
        remedy: finding.remedy,
        repair: finding.repair.map(|repair| match repair {
            engine::Repair::Modes => RepairKind::Modes,
            engine::Repair::Backup => RepairKind::Backup,
        }),
    }
}

/// What may keep the service from its work: its data directory, database, clock, names, port, backups. Nothing is changed
/// but a proof that something can be saved.
#[utoipa::path(get, path = "/doctor", operation_id = "diagnose", tag = "service",
    responses((status = 200, body = Diagnosis)))]
pub(crate) async fn diagnose(State(shared): State<Shared>) -> Answered<Json<Diagnosis>> {
    let findings = shared.engine.diagnose().await;
    Ok(Json(Diagnosis { findings: findings.into_iter().map(finding).collect() }))
}

/// Puts something right that a finding offers.
#[utoipa::path(post, path = "/doctor", operation_id = "repair", tag = "service",
    request_body = RepairRequest, responses((status = 204)))]
pub(crate) async fn repair(
    State(shared): State<Shared>,
    who: Who,
    sent: Sent<RepairRequest>,
) -> Answered<StatusCode> {
    unbroken(async move {
        let repair = match sent.value.repair {
            RepairKind::Modes => engine::Repair::Modes,
            RepairKind::Backup => engine::Repair::Backup,
        };
        shared.engine.repair(repair, &who.0).await?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}
