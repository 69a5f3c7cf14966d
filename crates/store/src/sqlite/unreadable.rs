//! Ending a run whose row cannot be read: with everything that its end means, in one transaction.

use super::attempt::Attempt;
use super::certificate_rows::stored;
use super::events::add_events;
use super::health::grade;
use super::rows::{milliseconds, to_json, to_word};
use super::standing::{merged, write_standing};
use super::write::{Write, check_fence};
use crate::{StoreResult, UnreadableEnd};
use certwright_core::id::DeploymentId;
use certwright_core::plan::{Plan, PlanKind};
use certwright_core::run::{Learnt, Mark, RunState};
use certwright_core::version::VersionState;

pub(super) const END: &str = "end the unreadable run";

pub(super) async fn end(write: &mut Write, end: &UnreadableEnd<'_>) -> StoreResult<()> {
    let certificate = &end.before.id;
    check_fence(write, certificate, end.fence).await?;
    let found: Option<(Option<String>, Option<String>)> = sqlx::query_as(
        "SELECT r.deployment, d.target FROM runs r LEFT JOIN deployments d ON d.id = r.deployment \
         WHERE r.id = $1 AND r.certificate = $2 AND r.wake_at IS NOT NULL",
    )
    .bind(end.run.as_str())
    .bind(certificate.as_str())
    .fetch_optional(write.on())
    .await
    .attempt(END)?;
    let Some((deployment, target)) = found else { return Ok(()) };
    // Readable from now on, so that one bad row spoils no list.
    let kind = match &deployment {
        None => PlanKind::Obtain,
        Some(deployment) => PlanKind::Deploy {
            deployment: DeploymentId::from(deployment.as_str()),
            target: target.unwrap_or_default(),
        },
    };
    let plan = Plan { kind, steps: Vec::new(), warnings: Vec::new() };
    sqlx::query(
        "UPDATE runs SET state = $2, wake_at = NULL, ended_at = $3, fence = $4, \"plan\" = $5, marks = $6, \
           learnt = $7 WHERE id = $1",
    )
    .bind(end.run.as_str())
    .bind(to_word(RunState::Failed)?)
    .bind(milliseconds(end.now))
    .bind(end.fence.0)
    .bind(to_json(&plan)?)
    .bind(to_json(&Vec::<Mark>::new())?)
    .bind(to_json(&Learnt::default())?)
    .execute(write.on())
    .await
    .attempt(END)?;
    match deployment {
        None => fail_obtaining(write, end).await?,
        Some(deployment) => fail_deployment(write, end, &deployment).await?,
    }
    add_events(write, end.events).await
}

/// A run that had published its version has nothing left to fail.
async fn fail_obtaining(write: &mut Write, end: &UnreadableEnd<'_>) -> StoreResult<()> {
    let state: Option<String> = sqlx::query_scalar("SELECT state FROM versions WHERE run = $1")
        .bind(end.run.as_str())
        .fetch_optional(write.on())
        .await
        .attempt(END)?;
    if state == Some(to_word(VersionState::Published)?) {
        return Ok(());
    }
    sqlx::query("UPDATE versions SET state = $2 WHERE run = $1")
        .bind(end.run.as_str())
        .bind(to_word(VersionState::Abandoned)?)
        .execute(write.on())
        .await
        .attempt(END)?;
    let found = stored(write.on(), &end.before.id).await?;
    let standing = merged(&found, end.before, end.standing);
    write_standing(write, &end.before.id, &standing).await
}

async fn fail_deployment(write: &mut Write, end: &UnreadableEnd<'_>, deployment: &str) -> StoreResult<()> {
    sqlx::query(
        "UPDATE deployments SET failures = failures + 1, last_failure = $3, next_at = $4 \
         WHERE id = $1 AND certificate = $2",
    )
    .bind(deployment)
    .bind(end.before.id.as_str())
    .bind(to_json(end.failure)?)
    .bind(milliseconds(end.next_at))
    .execute(write.on())
    .await
    .attempt(END)?;
    grade(write, &end.before.id).await
}
