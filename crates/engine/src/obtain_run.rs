//! Opening and ending obtain runs: what a run's end means for the certificate.

use crate::drive::{Interrupted, Work};
use crate::engine::Engine;
use crate::standing::with_next;
use certwright_core::certificate::{Certificate, Standing};
use certwright_core::event::{EventKind, Level};
use certwright_core::failure::{Failure, FailureClass, back_off};
use certwright_core::id::{DeploymentId, RunId};
use certwright_core::plan::Plan;
use certwright_core::run::{Run, RunState};
use certwright_core::{SignedDuration, Timestamp};
use certwright_store::{CertificateRow, Fence, RunWrite, StoreResult};

/// How long a cancelled certificate is left alone before it is due again.
const AFTER_CANCEL: SignedDuration = SignedDuration::from_hours(1);

/// Stores a new obtain run, so that from here on nothing can lose it.
pub(crate) async fn open(
    engine: &Engine,
    row: &CertificateRow,
    plan: Plan,
    reason: String,
    approved: Vec<(DeploymentId, String)>,
    fence: Fence,
) -> StoreResult<Run> {
    let id = RunId::from_unique(&engine.chance.unique());
    let certificate = row.certificate.id.clone();
    let mut run = Run::new(id, certificate, reason, plan, None, engine.now());
    run.learnt.approved = approved;
    let words = format!("Obtaining the certificate because {}", run.reason);
    let event =
        engine.event(&run.certificate, Some(&run.id), None, EventKind::RunStarted, Level::Info, words);
    engine.store.open_run(RunWrite { run: &run, fence, wake_at: None, events: &[event] }).await?;
    Ok(run)
}

/// What a failure means for the certificate: one more in a row, and not before the back-off's moment.
pub(crate) fn failed(
    certificate: &Certificate,
    failure: Failure,
    tries: u32,
    now: Timestamp,
    draw: f64,
) -> Standing {
    let failures = certificate.standing.failures + 1 + tries;
    let mut not_before = now + back_off(failures, draw);
    if let FailureClass::WaitUntil(moment) = failure.class {
        not_before = not_before.max(moment);
    }
    Standing {
        asked_at: None,
        failures,
        not_before: Some(not_before),
        last_failure: Some(failure),
        ..certificate.standing.clone()
    }
}

/// Ends an obtain run. A published one has stored its standing with the version already.
pub(crate) async fn finish(work: &mut Work<'_>, state: RunState) -> Result<(), Interrupted> {
    let engine = work.engine;
    let now = engine.now();
    if state != RunState::Done {
        if let Some(version) = &work.run.learnt.version {
            engine.store.abandon_version(version, work.fence).await?;
        }
        // Read again: the worker's copy may be hours old, and failures are counted from what is stored.
        let row = engine.store.certificate_row(&work.run.certificate).await?;
        let certificate = &row.certificate;
        let standing = match (state, work.run.failure()) {
            (RunState::Failed, Some(failure)) => {
                failed(certificate, failure.clone(), work.run.tries_of_failure(), now, engine.chance.draw())
            }
            _ => Standing {
                asked_at: None,
                not_before: Some(now + AFTER_CANCEL),
                ..certificate.standing.clone()
            },
        };
        let facts = row.version.as_ref().and_then(|version| version.facts.as_ref());
        let standing = with_next(certificate, standing, facts, now);
        engine.store.set_standing(certificate, work.fence, &standing).await?;
    }
    let events = std::mem::take(&mut work.events);
    engine
        .store
        .save_run(RunWrite { run: &work.run, fence: work.fence, wake_at: None, events: &events })
        .await?;
    Ok(())
}
