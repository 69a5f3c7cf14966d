//! Recording that the deployment serves its version, in one transaction with the run.

use super::{fail, missing};
use crate::drive::{Interrupted, Work, stored};
use certwright_core::run::Outcome;
use certwright_core::step::Step;
use certwright_store::{Conclusion, RunWrite};

pub(super) async fn perform(work: &mut Work<'_>) -> Result<Outcome, Interrupted> {
    let engine = work.engine;
    let (Some(version), Some(deployment)) = (work.run.learnt.version.clone(), work.run.deployment().cloned())
    else {
        return Ok(missing("version"));
    };
    let now = engine.now();
    // "Served" is said only where a handshake showed it.
    let verified = work
        .run
        .plan
        .steps
        .iter()
        .any(|step| matches!(step, Step::Verify { binding } if !binding.endpoints.is_empty()));
    let saved = work.run.clone().absorb(work.index, Outcome::Done, now, 0.5);
    let conclusion = Conclusion {
        deployment: &deployment,
        version: &version,
        verified_at: verified.then_some(now),
        write: RunWrite { run: &saved, fence: work.fence, wake_at: None, events: &work.events },
        observations: &[],
    };
    if let Err(failure) = stored(engine.store.conclude_deployment(&conclusion).await)? {
        return Ok(fail(failure));
    }
    work.events.clear();
    work.pass("conclude:stored")?;
    super::superseded::remove(engine, &work.run.certificate).await;
    Ok(Outcome::Done)
}
