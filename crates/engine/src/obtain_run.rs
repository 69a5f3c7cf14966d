//! Opening and ending obtain runs: what a run's end means for the certificate.

use crate::drive::{Interrupted, Work};
use crate::engine::Engine;
use crate::rehearsal;
use crate::standing::with_next;
use certwright_core::certificate::{Certificate, Standing};
use certwright_core::due::Reason;
use certwright_core::event::{EventKind, Level, NewEvent};
use certwright_core::failure::{Failure, FailureClass, back_off, back_off_within};
use certwright_core::id::{AuthorityId, DeploymentId, RunId};
use certwright_core::plan::Plan;
use certwright_core::poison::{self, refused_names};
use certwright_core::run::{Run, RunState};
use certwright_core::step::Step;
use certwright_core::{SignedDuration, Timestamp};
use certwright_store::{CertificateRow, Fence, ObtainEnd, RunWrite, StoreResult};

/// How long a cancelled certificate is left alone before it is due again.
const AFTER_CANCEL: SignedDuration = SignedDuration::from_hours(1);

/// Stores a new obtain run, so that from here on nothing can lose it.
pub(crate) async fn open(
    engine: &Engine,
    row: &CertificateRow,
    plan: Plan,
    reason: Reason,
    fence: Fence,
) -> StoreResult<Run> {
    let (mut run, event) = begun(engine, row, plan, reason.words().to_owned());
    run.learnt.by_hand = reason == Reason::AskedByHand;
    let write = RunWrite { run: &run, fence, wake_at: None, events: &[event] };
    engine.store.open_obtain_run(write, row.certificate.revision, None).await?;
    engine.admission.has_begun(&row.certificate.id);
    Ok(run)
}

/// What a person asked for.
pub(crate) struct Asked<'a> {
    /// Who.
    pub(crate) who: &'a str,
    /// Fingerprints of the deploy plans that the person saw.
    pub(crate) approved: Vec<(DeploymentId, String)>,
    /// Whether our own count of the authority's limits is to be passed over.
    pub(crate) forced: bool,
}

/// The same for a person who asks, in one write with what that person asked for: an approved plan is performed, or
/// nothing was asked for.
pub(crate) async fn open_asked(
    engine: &Engine,
    row: &CertificateRow,
    plan: Plan,
    asked: Asked<'_>,
    fence: Fence,
) -> StoreResult<Run> {
    let Asked { who, approved, forced } = asked;
    let (mut run, event) = begun(engine, row, plan, format!("{} ({who})", Reason::AskedByHand.words()));
    run.learnt.approved = approved;
    run.learnt.by_hand = true;
    run.learnt.forced = forced;
    let write = RunWrite { run: &run, fence, wake_at: None, events: &[event] };
    engine.store.open_obtain_run(write, row.certificate.revision, Some(who)).await?;
    Ok(run)
}

fn begun(engine: &Engine, row: &CertificateRow, plan: Plan, reason: String) -> (Run, NewEvent) {
    let id = RunId::from_unique(&engine.chance.unique());
    let run = Run::new(id, row.certificate.id.clone(), reason, plan, None, engine.now());
    let warnings: String = run.plan.warnings.iter().map(|warning| format!("\n{warning}")).collect();
    let words = format!("Obtaining the certificate because {}{warnings}", run.reason);
    let event =
        engine.event(&run.certificate, Some(&run.id), None, EventKind::RunStarted, Level::Info, words);
    (run, event)
}

/// The authority has paused names until a person lifts that on its pages: one look a week is no pressure, and finds out
/// that a person has lifted it and forgot to ask.
const WHILE_PAUSED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The shortest pause before the authority is asked again, whatever it says.
const SHORTEST_PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// What a failure means for the certificate: one more in a row, and not before the back-off's moment, which comes the
/// sooner the less is left of what is served until `not_after`. Where the authority said when, its word replaces the
/// back-off and counts as no further failure.
pub(crate) fn failed(
    certificate: &Certificate,
    not_after: Option<Timestamp>,
    failure: Failure,
    tries: u32,
    now: Timestamp,
    draw: f64,
) -> Standing {
    let before = certificate.standing.failures;
    let mut failure = failure;
    failure.refused = refused_names(certificate.standing.last_failure.as_ref(), &failure, now);
    if let Some(offer) = poison::offer(&certificate.settings, &failure) {
        let offered = offer.words(&certificate.settings.name);
        failure.remedy =
            if failure.remedy.is_empty() { offered } else { format!("{}. {offered}", failure.remedy) };
    }
    let (failures, not_before) = match failure.class {
        FailureClass::WaitUntil(moment) => (before.max(1), moment.max(now + SHORTEST_PAUSE)),
        FailureClass::NeedsPerson if failure.kind == "acme-paused" => {
            (before.saturating_add(1), now + WHILE_PAUSED)
        }
        _ => {
            let failures = before.saturating_add(1).saturating_add(tries);
            (failures, now + back_off_within(failures, draw, not_after, now))
        }
    };
    Standing {
        asked_at: None,
        failures,
        not_before: Some(not_before),
        last_failure: Some(failure),
        ..certificate.standing.clone()
    }
}

/// Which authority this run asks.
fn asked(run: &Run) -> Option<AuthorityId> {
    run.plan.steps.iter().find_map(|step| match step {
        Step::OpenOrder { authority, .. } => Some(authority.clone()),
        _ => None,
    })
}

/// When somebody asked for another version after this run had begun: that is not answered by its end.
pub(crate) fn still_asked(certificate: &Certificate, run: &Run) -> Option<Timestamp> {
    certificate.standing.asked_at.filter(|asked| *asked > run.created_at)
}

/// Ends an obtain run. A published one has stored its standing with the version already.
pub(crate) async fn finish(work: &mut Work<'_>, state: RunState) -> Result<(), Interrupted> {
    let engine = work.engine;
    let now = engine.now();
    let is_over = matches!(state, RunState::Done | RunState::Failed);
    if work.run.plan.is_rehearsal() && is_over && rehearsal::permits(work.run.failure()) {
        return rehearsal::passed(work).await;
    }
    let mut events = std::mem::take(&mut work.events);
    if state == RunState::Done {
        let write = RunWrite { run: &work.run, fence: work.fence, wake_at: None, events: &events };
        engine.store.save_run(write).await?;
        return Ok(());
    }
    // Read again: the worker's copy may be hours old, and failures are counted from what is stored.
    let row = engine.store.certificate_row(&work.run.certificate).await?;
    let certificate = &row.certificate;
    let standing = match (state, work.run.failure()) {
        (RunState::Failed, Some(failure)) => {
            let (tries, draw) = (work.run.tries_of_failure(), engine.chance.draw());
            let failure = failure.clone().with_authority(asked(&work.run));
            failed(certificate, row.not_after(), failure, tries, now, draw)
        }
        _ => Standing { not_before: Some(now + AFTER_CANCEL), ..certificate.standing.clone() },
    };
    let mut standing = Standing { asked_at: still_asked(certificate, &work.run), ..standing };
    if state == RunState::Failed
        && asked(&work.run).as_ref() == Some(&certificate.settings.authority)
        && Box::pin(engine.has_another(&row, &standing)).await
    {
        // The chosen authority has had its tries in place. Another one is asked now, and no back-off protects that one
        // from anything: it has refused nothing.
        let soon = now + back_off(1, engine.chance.draw());
        standing.not_before = standing.not_before.map(|moment| moment.min(soon));
    }
    let standing = with_next(&engine.rules(), certificate, standing, row.version.as_ref(), now);
    if state == RunState::Failed
        && let Some(failure) = work.run.failure()
    {
        crate::account_block::after(engine, &work.run, failure).await?;
    }
    if let (RunState::Failed, Some(failure)) = (state, &standing.last_failure)
        && let Some(offer) = poison::offer(&certificate.settings, failure)
    {
        let words = offer.words(&certificate.settings.name);
        events.push(engine.event(
            &certificate.id,
            Some(&work.run.id),
            None,
            EventKind::Note,
            Level::Warning,
            words,
        ));
    }
    let version = work.run.learnt.version.as_ref();
    let write = RunWrite { run: &work.run, fence: work.fence, wake_at: None, events: &events };
    engine.store.end_obtain(&ObtainEnd { version, before: certificate, standing: &standing, write }).await?;
    if let (RunState::Failed, Some(failure)) = (state, &standing.last_failure) {
        engine.order_failed(certificate, failure).await?;
    }
    Ok(())
}
