//! Deployments in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use super::audit::{add_audit, line};
use super::events::add_events;
use super::health::grade;
use super::observations::put;
use super::rows::{column, each, id, maybe_id, maybe_json, maybe_milliseconds, maybe_moment, milliseconds};
use super::rows::{number, to_json};
use super::runs::save;
use super::write::{Write, check_fence};
use crate::{Conclusion, DeploymentFailure, Deployments, Fence, StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::certificate::Deployment;
use certwright_core::event::NewEvent;
use certwright_core::id::{CertificateId, DeploymentId};
use certwright_core::run::Stop;
use serde_json::json;
use sqlx::sqlite::SqliteRow;

/// A deployment as its row says.
pub(super) fn deployment(row: &SqliteRow) -> StoreResult<Deployment> {
    Ok(Deployment {
        id: id(row, "id")?,
        certificate: id(row, "certificate")?,
        target: column(row, "target")?,
        wanted: maybe_id(row, "wanted")?,
        deployed: maybe_id(row, "deployed")?,
        verified_at: maybe_moment(row, "verified_at")?,
        failures: number(row, "failures")?,
        next_at: maybe_moment(row, "next_at")?,
        last_failure: maybe_json(row, "last_failure")?,
        approved: column(row, "approved")?,
        by_hand: column(row, "by_hand")?,
    })
}

/// The deployment in a transaction.
async fn stored(write: &mut Write, id: &DeploymentId) -> StoreResult<Deployment> {
    let row = sqlx::query("SELECT * FROM deployments WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(write.on())
        .await
        .attempt("read the deployment")?
        .ok_or_else(|| StoreError::not_found("deployment", id))?;
    deployment(&row)
}

#[async_trait]
impl Deployments for SqliteStore {
    async fn deployment(&self, id: &DeploymentId) -> StoreResult<Deployment> {
        let row = sqlx::query("SELECT * FROM deployments WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await
            .attempt("read the deployment")?
            .ok_or_else(|| StoreError::not_found("deployment", id))?;
        deployment(&row)
    }

    async fn deployments(&self, certificate: &CertificateId) -> StoreResult<Vec<Deployment>> {
        let rows = sqlx::query("SELECT * FROM deployments WHERE certificate = $1 ORDER BY position")
            .bind(certificate.as_str())
            .fetch_all(&self.readers)
            .await
            .attempt("read the deployments")?;
        each(&rows, deployment)
    }

    async fn deployed_to(
        &self,
        target: &str,
        besides: Option<&CertificateId>,
    ) -> StoreResult<Option<CertificateId>> {
        let found: Option<String> = sqlx::query_scalar(
            "SELECT certificate FROM deployments WHERE target = $1 AND certificate IS NOT $2 LIMIT 1",
        )
        .bind(target)
        .bind(besides.map(|id| id.as_str()))
        .fetch_optional(&self.readers)
        .await
        .attempt("look for other deployments")?;
        Ok(found.map(CertificateId::from))
    }

    async fn conclude_deployment(&self, conclusion: &Conclusion<'_>) -> StoreResult<Stop> {
        let attempted = "conclude the deployment";
        let mut write = self.write(attempted).await?;
        let stop = save(&mut write, &conclusion.write).await?;
        let certificate = &conclusion.write.run.certificate;
        sqlx::query(
            "UPDATE deployments SET deployed = $3, verified_at = $4, failures = 0, last_failure = NULL, \
               next_at = CASE WHEN wanted = $3 THEN NULL ELSE next_at END, \
               approved = CASE WHEN wanted = $3 THEN NULL ELSE approved END, \
               by_hand = CASE WHEN wanted = $3 THEN 0 ELSE by_hand END \
             WHERE id = $1 AND certificate = $2",
        )
        .bind(conclusion.deployment.as_str())
        .bind(certificate.as_str())
        .bind(conclusion.version.as_str())
        .bind(maybe_milliseconds(conclusion.verified_at))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        grade(&mut write, certificate).await?;
        put(&mut write, certificate, conclusion.observations).await?;
        write.commit().await?;
        Ok(stop)
    }

    async fn fail_deployment(&self, failure: &DeploymentFailure<'_>) -> StoreResult<Stop> {
        let attempted = "store the deployment's failure";
        let mut write = self.write(attempted).await?;
        let stop = save(&mut write, &failure.write).await?;
        let run = failure.write.run;
        // A moment after the run began was set by a person who asked again meanwhile.
        sqlx::query(
            "UPDATE deployments SET last_failure = $6, \
               failures = CASE WHEN next_at > $5 THEN failures ELSE $3 END, \
               approved = CASE WHEN next_at > $5 THEN approved ELSE NULL END, \
               by_hand = CASE WHEN next_at > $5 THEN by_hand ELSE 0 END, \
               next_at = CASE WHEN next_at > $5 THEN min(next_at, coalesce($4, next_at)) ELSE $4 END \
             WHERE id = $1 AND certificate = $2",
        )
        .bind(failure.deployment.as_str())
        .bind(run.certificate.as_str())
        .bind(i64::from(failure.failures))
        .bind(maybe_milliseconds(failure.next_at))
        .bind(milliseconds(run.created_at))
        .bind(to_json(failure.failure)?)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        grade(&mut write, &run.certificate).await?;
        put(&mut write, &run.certificate, failure.observations).await?;
        write.commit().await?;
        Ok(stop)
    }

    async fn postpone_deployment(
        &self,
        id: &DeploymentId,
        certificate: &CertificateId,
        until: Timestamp,
        fence: Fence,
        events: &[NewEvent],
    ) -> StoreResult<()> {
        let attempted = "put the deployment off";
        let mut write = self.write(attempted).await?;
        check_fence(&mut write, certificate, fence).await?;
        sqlx::query("UPDATE deployments SET next_at = $3 WHERE id = $1 AND certificate = $2 AND by_hand = 0")
            .bind(id.as_str())
            .bind(certificate.as_str())
            .bind(milliseconds(until))
            .execute(write.on())
            .await
            .attempt(attempted)?;
        add_events(&mut write, events).await?;
        write.commit().await
    }

    async fn ask_deployment(
        &self,
        id: &DeploymentId,
        approved: Option<&str>,
        now: Timestamp,
        who: &str,
        events: &[NewEvent],
    ) -> StoreResult<Deployment> {
        let attempted = "ask for the deployment";
        let mut write = self.write(attempted).await?;
        let asked = sqlx::query(
            "UPDATE deployments SET next_at = $2, failures = 0, approved = $3, by_hand = 1, wanted = c.current \
             FROM certificates c \
             WHERE deployments.id = $1 AND c.id = deployments.certificate AND c.current IS NOT NULL",
        )
        .bind(id.as_str())
        .bind(milliseconds(now))
        .bind(approved)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        let deployment = stored(&mut write, id).await?;
        if asked.rows_affected() == 0 {
            return Err(StoreError::Conflict {
                field: "deployment",
                words: format!("{id} has nothing to deploy: nothing was issued yet"),
            });
        }
        let after = approved.map(|fingerprint| json!({ "approved": fingerprint }));
        let audit = line(now, who, "ask", format!("deployment {id}"), None, after);
        add_audit(&mut write, &audit).await?;
        add_events(&mut write, events).await?;
        write.commit().await?;
        Ok(deployment)
    }
}
