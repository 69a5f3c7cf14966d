//! Opening and ending deploy runs: what a run's end means for the deployment.

use crate::drive::{Interrupted, Work};
use crate::engine::Engine;
use certwright_core::Timestamp;
use certwright_core::certificate::Deployment;
use certwright_core::event::{EventKind, Level, NewEvent};
use certwright_core::failure::{Failure, FailureClass, back_off};
use certwright_core::id::{RunId, VersionId};
use certwright_core::plan::{Plan, PlanKind};
use certwright_core::run::{Run, RunState};
use certwright_store::{CertificateRow, DeploymentFailure, Fence, RunWrite, StoreResult};

/// Stores a new deploy run.
pub(crate) async fn open(
    engine: &Engine,
    row: &CertificateRow,
    plan: Plan,
    version: VersionId,
    fence: Fence,
) -> StoreResult<Run> {
    let (run, event) = begun(engine, row, plan, version);
    engine.store.open_run(RunWrite { run: &run, fence, wake_at: None, events: &[event] }).await?;
    Ok(run)
}

fn begun(engine: &Engine, row: &CertificateRow, plan: Plan, version: VersionId) -> (Run, NewEvent) {
    let id = RunId::from_unique(&engine.chance.unique());
    let reason = format!("{version} is to be served");
    let run = Run::new(id, row.certificate.id.clone(), reason, plan, Some(version), engine.now());
    let words = format!("Deploying because {}", run.reason);
    let event =
        engine.event(&run.certificate, Some(&run.id), None, EventKind::RunStarted, Level::Info, words);
    (run, event)
}

/// A run for a deployment that could not even be planned, so that the failure is in the history like any other.
pub(crate) async fn unplanned(
    engine: &Engine,
    row: &CertificateRow,
    deployment: &Deployment,
    version: VersionId,
    failure: Failure,
    fence: Fence,
) -> StoreResult<()> {
    let kind = PlanKind::Deploy { deployment: deployment.id.clone(), target: deployment.target.clone() };
    let plan = Plan { kind, steps: Vec::new(), warnings: Vec::new() };
    let (mut run, started) = begun(engine, row, plan, version);
    let now = engine.now();
    // Over from its first write on: a run without steps that were found live would count as done.
    run.state = RunState::Failed;
    run.ended_at = Some(now);
    let words = format!("Issued, not deployed to {}: {failure}", deployment.target);
    let ended = engine.event(&run.certificate, Some(&run.id), None, EventKind::RunEnded, Level::Error, words);
    engine.store.open_run(RunWrite { run: &run, fence, wake_at: None, events: &[started, ended] }).await?;
    let (failures, next_at) = next_try(engine, deployment, &failure, now);
    engine
        .store
        .fail_deployment(&DeploymentFailure {
            deployment: &deployment.id,
            failures,
            next_at,
            failure: &failure,
            write: RunWrite { run: &run, fence, wake_at: None, events: &[] },
            observations: &[],
        })
        .await?;
    engine.target_failed(&row.certificate, &deployment.target, &failure).await?;
    Ok(())
}

/// When a failed deployment is tried again: always, by its own back-off, because a person repairs a server
/// without telling us. Only a plan that a person must look at again waits for that person.
fn next_try(
    engine: &Engine,
    deployment: &Deployment,
    failure: &Failure,
    now: Timestamp,
) -> (u32, Option<Timestamp>) {
    let failures = deployment.failures + 1;
    if failure.kind == "plan-changed" || failure.kind == "cancelled" {
        return (failures, None);
    }
    let mut next = now + back_off(failures, engine.chance.draw());
    if let FailureClass::WaitUntil(moment) = failure.class {
        next = next.max(moment);
    }
    (failures, Some(next))
}

/// Ends a deploy run. A concluded one has stored that with its last step already.
pub(crate) async fn finish(work: &mut Work<'_>, state: RunState) -> Result<(), Interrupted> {
    let engine = work.engine;
    let now = engine.now();
    let events = std::mem::take(&mut work.events);
    let write = RunWrite { run: &work.run, fence: work.fence, wake_at: None, events: &events };
    let Some(deployment) = work.run.deployment().filter(|_| state != RunState::Done) else {
        engine.store.save_run(write).await?;
        if let (RunState::Done, PlanKind::Deploy { target, .. }) = (state, &work.run.plan.kind) {
            engine.target_works(target).await?;
        }
        return Ok(());
    };
    let failure = work.run.failure().cloned().unwrap_or_else(|| {
        Failure::person(
            "cancelled",
            "deploy",
            "a person cancelled it; what was there before was put back",
            "when it should be deployed after all: certwright cert deploy (nothing is ordered by that)",
        )
    });
    let deployment = match engine.store.deployment(deployment).await {
        Ok(deployment) => deployment,
        // Removed from the settings meanwhile: the run is saved, nothing else is left to say.
        Err(certwright_store::StoreError::NotFound { .. }) => {
            engine.store.save_run(write).await?;
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let (failures, next_at) = next_try(engine, &deployment, &failure, now);
    engine
        .store
        .fail_deployment(&DeploymentFailure {
            deployment: &deployment.id,
            failures,
            next_at,
            failure: &failure,
            write,
            observations: &[],
        })
        .await?;
    if state == RunState::Failed {
        let certificate = engine.store.certificate(&work.run.certificate).await?;
        engine.target_failed(&certificate, &deployment.target, &failure).await?;
    }
    Ok(())
}
