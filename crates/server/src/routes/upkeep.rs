//! The service's own life: backups, and ways back for a certificate.

use crate::answers;
use crate::door::Who;
use crate::sent::Sent;
use crate::state::Shared;
use crate::trouble::Answered;
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use certwright_api::backups::{Backup, BackupCheck, RollBack};
use certwright_api::certificates::Certificate;
use certwright_api::page::List;
use certwright_engine as engine;

fn backup(backup: engine::Backup) -> Backup {
    Backup {
        name: backup.name,
        path: backup.path.display().to_string(),
        bytes: backup.bytes,
        made_at: backup.made_at,
    }
}

/// The backups, the newest first.
#[utoipa::path(get, path = "/backups", operation_id = "listBackups", tag = "service",
    responses((status = 200, body = List<Backup>)))]
pub(crate) async fn list(State(shared): State<Shared>) -> Answered<Json<List<Backup>>> {
    let backups = shared.engine.backups().await?;
    Ok(Json(List { items: backups.into_iter().map(backup).collect() }))
}

/// Makes a backup now, and checks it. The oldest beyond those that are kept are removed.
#[utoipa::path(post, path = "/backups", operation_id = "createBackup", tag = "service",
    responses((status = 201, body = Backup)))]
pub(crate) async fn create(State(shared): State<Shared>, who: Who) -> Answered<(StatusCode, Json<Backup>)> {
    unbroken(async move {
        let made = shared.engine.back_up(Some(&who.0)).await?;
        Ok((StatusCode::CREATED, Json(backup(made))))
    })
    .await
}

/// Checks a backup in full: its SHA-256, the integrity of its database, its schema. Nothing is changed.
#[utoipa::path(post, path = "/backups/{backup}/check", operation_id = "checkBackup", tag = "service",
    params(("backup" = String, Path, description = "The file's name")),
    responses((status = 200, body = BackupCheck)))]
pub(crate) async fn check(
    State(shared): State<Shared>,
    Path(name): Path<String>,
) -> Answered<Json<BackupCheck>> {
    let (found, checked) = shared.engine.check_backup(&name).await?;
    Ok(Json(BackupCheck {
        backup: backup(found),
        version: checked.about.version,
        schema: checked.schema,
        certificates: checked.certificates,
        has_recovery: checked.wrapped_key.is_some(),
        checksum_compared: checked.compared,
    }))
}

/// Serves an earlier version that is still valid again, wherever the certificate is deployed. No authority is asked, and
/// the renewal that would undo it is held for half of what the version has left, at most a week.
#[utoipa::path(post, path = "/certificates/{certificate}/roll-back", operation_id = "rollBackCertificate",
    tag = "certificates", params(("certificate" = String, Path, description = "Id or name")),
    request_body = RollBack, responses((status = 202, body = Certificate)))]
pub(crate) async fn roll_back(
    State(shared): State<Shared>,
    Path(certificate): Path<String>,
    who: Who,
    sent: Sent<RollBack>,
) -> Answered<(StatusCode, Json<Certificate>)> {
    unbroken(async move {
        let version = sent.value.version.as_deref();
        let row = shared.engine.roll_back(&certificate, version, &who.0).await?;
        Ok((StatusCode::ACCEPTED, Json(answers::certificate(&row, shared.engine.now()))))
    })
    .await
}

/// Forgets failures and back-off of the certificate and its deployments: what is due is done at once.
#[utoipa::path(post, path = "/certificates/{certificate}/reset", operation_id = "resetCertificate",
    tag = "certificates", params(("certificate" = String, Path, description = "Id or name")),
    responses((status = 200, body = Certificate)))]
pub(crate) async fn reset(
    State(shared): State<Shared>,
    Path(certificate): Path<String>,
    who: Who,
) -> Answered<Json<Certificate>> {
    unbroken(async move {
        let row = shared.engine.reset_failures(&certificate, &who.0).await?;
        Ok(Json(answers::certificate(&row, shared.engine.now())))
    })
    .await
}
