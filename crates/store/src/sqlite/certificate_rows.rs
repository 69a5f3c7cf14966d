//! Certificates as they are read: rows into nouns, and what belongs to a page of them in three more statements.

use super::attempt::Attempt;
use super::deployments::deployment;
use super::health::graded;
use super::rows::{column, each, id, json, maybe_id, maybe_json, maybe_moment, moment, number, to_json};
use super::versions::{SELECT_VERSIONS_OF_LIST, version};
use crate::{CertificateRow, StoreError, StoreResult};
use certwright_core::SignedDuration;
use certwright_core::certificate::{Certificate, Deployment, Standing};
use certwright_core::health::Graded;
use certwright_core::id::{CertificateId, RunId, VersionId};
use certwright_core::version::Version;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;
use std::collections::HashMap;

/// A certificate as its row says.
pub(super) fn certificate(row: &SqliteRow) -> StoreResult<Certificate> {
    Ok(Certificate {
        id: id(row, "id")?,
        settings: json(row, "settings")?,
        revision: column(row, "revision")?,
        created_at: moment(row, "created_at")?,
        updated_at: moment(row, "updated_at")?,
        order_changed_at: maybe_moment(row, "order_changed_at")?,
        spread: SignedDuration::from_millis(column(row, "spread")?),
        standing: Standing {
            current: maybe_id(row, "current")?,
            asked_at: maybe_moment(row, "asked_at")?,
            next_at: maybe_moment(row, "next_at")?,
            next_why: column(row, "next_why")?,
            failures: number(row, "failures")?,
            not_before: maybe_moment(row, "not_before")?,
            last_failure: maybe_json(row, "last_failure")?,
        },
    })
}

/// A certificate with how it is.
pub(super) fn certificate_and_health(row: &SqliteRow) -> StoreResult<(Certificate, Graded)> {
    Ok((certificate(row)?, graded(row)?))
}

/// A certificate with what only the store knows of it.
pub(super) struct Stored {
    /// Its number, by which the search table knows it.
    pub(super) number: i64,
    /// The revision whose edit last reset its failures.
    pub(super) reset_revision: i64,
    /// The certificate.
    pub(super) certificate: Certificate,
}

/// Reads one certificate in a transaction.
pub(super) async fn stored(connection: &mut SqliteConnection, id: &CertificateId) -> StoreResult<Stored> {
    let row = sqlx::query("SELECT * FROM certificates WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(connection)
        .await
        .attempt("read the certificate")?
        .ok_or_else(|| StoreError::not_found("certificate", id))?;
    Ok(Stored {
        number: column(&row, "number")?,
        reset_revision: column(&row, "reset_revision")?,
        certificate: certificate(&row)?,
    })
}

/// Adds to certificates what belongs to them: three statements, however many they are.
pub(super) async fn with_parts(
    connection: &mut SqliteConnection,
    certificates: Vec<(Certificate, Graded)>,
) -> StoreResult<Vec<CertificateRow>> {
    let ids: Vec<_> = certificates.iter().map(|(certificate, _)| &certificate.id).collect();
    let ids = to_json(&ids)?;
    let mut versions = current_versions(connection, &certificates).await?;
    let mut deployments = deployments_of(connection, &ids).await?;
    let mut runs = live_runs_of(connection, &ids).await?;
    Ok(certificates
        .into_iter()
        .map(|(certificate, graded)| CertificateRow {
            version: certificate.standing.current.as_ref().and_then(|current| versions.remove(current)),
            deployments: deployments.remove(&certificate.id).unwrap_or_default(),
            live_run: runs.remove(&certificate.id),
            graded,
            certificate,
        })
        .collect())
}

async fn current_versions(
    connection: &mut SqliteConnection,
    certificates: &[(Certificate, Graded)],
) -> StoreResult<HashMap<VersionId, Version>> {
    let current: Vec<_> =
        certificates.iter().filter_map(|(certificate, _)| certificate.standing.current.as_ref()).collect();
    let rows = sqlx::query(SELECT_VERSIONS_OF_LIST)
        .bind(to_json(&current)?)
        .fetch_all(connection)
        .await
        .attempt("read the current versions")?;
    let versions = each(&rows, version)?;
    Ok(versions.into_iter().map(|version| (version.id.clone(), version)).collect())
}

async fn deployments_of(
    connection: &mut SqliteConnection,
    ids: &str,
) -> StoreResult<HashMap<CertificateId, Vec<Deployment>>> {
    let rows = sqlx::query(
        "SELECT * FROM deployments WHERE certificate IN (SELECT value FROM json_each($1)) \
         ORDER BY certificate, position",
    )
    .bind(ids)
    .fetch_all(connection)
    .await
    .attempt("read the deployments")?;
    let mut grouped: HashMap<CertificateId, Vec<Deployment>> = HashMap::new();
    for deployment in each(&rows, deployment)? {
        grouped.entry(deployment.certificate.clone()).or_default().push(deployment);
    }
    Ok(grouped)
}

async fn live_runs_of(
    connection: &mut SqliteConnection,
    ids: &str,
) -> StoreResult<HashMap<CertificateId, RunId>> {
    // The newest first, so that the oldest is the one that stays in the map.
    let rows = sqlx::query(
        "SELECT certificate, id FROM runs \
         WHERE certificate IN (SELECT value FROM json_each($1)) AND wake_at IS NOT NULL \
         ORDER BY created_at DESC, id DESC",
    )
    .bind(ids)
    .fetch_all(connection)
    .await
    .attempt("read the live runs")?;
    rows.iter().map(|row| Ok((id(row, "certificate")?, id(row, "id")?))).collect()
}

/// The certificate with its parts.
pub(super) async fn certificate_row(
    connection: &mut SqliteConnection,
    row: Option<SqliteRow>,
    asked: &str,
) -> StoreResult<CertificateRow> {
    let row = row.ok_or_else(|| StoreError::not_found("certificate", asked))?;
    with_parts(connection, vec![certificate_and_health(&row)?])
        .await?
        .pop()
        .ok_or_else(|| StoreError::not_found("certificate", asked))
}
