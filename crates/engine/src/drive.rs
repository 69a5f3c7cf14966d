//! Driving a run: the next move is computed from what is stored, written as begun, performed, absorbed.
//!
//! One write per step boundary: it holds "done" of the last step and "begun" of the next, before the act.

use crate::blocking::blocking;
use crate::engine::{Engine, storage};
use crate::failpoint::{self, Stopped};
use certwright_contract::files::Copies;
use certwright_core::Timestamp;
use certwright_core::event::{EventKind, Level, NewEvent};
use certwright_core::failure::Failure;
use certwright_core::plan::PlanKind;
use certwright_core::run::{Mark, Next, Outcome, Run, RunState, Stop};
use certwright_core::step::StepRole;
use certwright_core::{describe, step::Step};
use certwright_store::{Fence, RunWrite, StoreError};

/// Why driving ended without the run being over or parked.
#[derive(Debug)]
pub(crate) enum Interrupted {
    /// A test stopped the engine.
    Stopped,
    /// Another worker holds the certificate: it goes on.
    Stale,
    /// The store cannot be written: nothing more is done, because nothing more can be remembered.
    Store(String),
}

impl From<Stopped> for Interrupted {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl From<StoreError> for Interrupted {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale { .. } => Self::Stale,
            other => Self::Store(other.to_string()),
        }
    }
}

/// What a step works with.
pub(crate) struct Work<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) fence: Fence,
    pub(crate) run: Run,
    /// The step's index.
    pub(crate) index: usize,
    /// Events that the next write stores.
    pub(crate) events: Vec<NewEvent>,
}

impl Work<'_> {
    /// Says something on the way.
    pub(crate) fn note(&mut self, level: Level, words: impl Into<String>) {
        let event = self.engine.event(
            &self.run.certificate,
            Some(&self.run.id),
            Some(self.index),
            EventKind::Note,
            level,
            words,
        );
        self.events.push(event);
    }

    /// Passes a failpoint inside a step.
    pub(crate) fn pass(&self, place: &str) -> Result<(), Interrupted> {
        Ok(failpoint::pass(self.run.certificate.as_str(), place)?)
    }

    fn tell(&mut self, kind: EventKind, level: Level, words: String) {
        let event = self.engine.event(
            &self.run.certificate,
            Some(&self.run.id),
            Some(self.index),
            kind,
            level,
            words,
        );
        self.events.push(event);
    }

    /// Stores what the run has learnt by now, in the middle of a step.
    pub(crate) async fn save(&mut self, wake_at: Option<Timestamp>) -> Result<(), Interrupted> {
        let events = std::mem::take(&mut self.events);
        let write = RunWrite { run: &self.run, fence: self.fence, wake_at, events: &events };
        self.run.stop = self.run.stop.max(self.engine.store.save_run(write).await?);
        Ok(())
    }
}

/// Drives a run until it is over or must wait. The lease is held by the caller.
pub(crate) async fn drive(engine: &Engine, run: Run, fence: Fence) -> Result<Run, Interrupted> {
    let mut work = Work { engine, fence, run, index: 0, events: Vec::new() };
    loop {
        let now = engine.now();
        let next = work.run.next(now);
        match next {
            Next::Do(index) => {
                work.index = index;
                perform(&mut work).await?;
            }
            Next::Wait(at) => {
                work.run = work.run.settle(next, now);
                tell_waiting(&mut work, at);
                work.save(Some(at)).await?;
                // A cancel that arrived meanwhile makes the next move another one.
                if work.run.next(engine.now()) == next {
                    return Ok(work.run);
                }
            }
            Next::Over(state) => {
                work.run = work.run.settle(next, now);
                finish(&mut work, state).await?;
                return Ok(work.run);
            }
        }
    }
}

async fn perform(work: &mut Work<'_>) -> Result<(), Interrupted> {
    let index = work.index;
    let step = work.run.plan.steps[index].clone();
    let again = !matches!(work.run.marks[index], Mark::Todo);
    let in_time = !work.run.request_may_be_sent();
    work.pass(&format!("{}:before-begun", step.name()))?;
    work.run = work.run.clone().begin(index, work.engine.now());
    if !again {
        work.tell(EventKind::StepBegun, Level::Info, describe::step(&step));
    }
    work.save(None).await?;
    if work.run.stop != Stop::No && in_time && step.role() == StepRole::Ordinary && !again {
        // Cancelled before the act: nothing was done, so nothing is owed.
        work.run.marks[index] = Mark::Todo;
        // Stored at once: found as begun it would count as an act that perhaps happened.
        work.save(None).await?;
        return Ok(());
    }
    work.pass(&format!("{}:begun", step.name()))?;
    let outcome = crate::perform::perform(work, &step, again).await?;
    work.pass(&format!("{}:acted", step.name()))?;
    tell_outcome(work, &step, &outcome);
    crate::ledger::heard(work, &step, &outcome).await?;
    if let (Step::OpenOrder { authority, .. }, Outcome::Done) = (&step, &outcome) {
        work.engine.authority_works(authority).await?;
    }
    let now = work.engine.now();
    work.run = work.run.clone().absorb(index, outcome, now, work.engine.chance.draw());
    Ok(())
}

fn tell_outcome(work: &mut Work<'_>, step: &Step, outcome: &Outcome) {
    tally(work, step, outcome);
    match outcome {
        Outcome::Done => {
            work.tell(EventKind::StepDone, Level::Info, format!("Done: {}", describe::step(step)))
        }
        Outcome::Skipped(why) => {
            work.tell(
                EventKind::StepSkipped,
                Level::Info,
                format!("Not needed: {}: {why}", describe::step(step)),
            );
        }
        Outcome::Later(..) => {}
        Outcome::Failed(failure) => work.tell(EventKind::StepFailed, Level::Error, failure.to_string()),
    }
}

/// Counts for metrics: orders that were opened, and failures by where they happened and their kind.
fn tally(work: &Work<'_>, step: &Step, outcome: &Outcome) {
    let condition = &work.engine.condition;
    let at = match &work.run.plan.kind {
        PlanKind::Deploy { target, .. } => target.as_str(),
        PlanKind::Obtain => work
            .run
            .plan
            .steps
            .iter()
            .find_map(|step| match step {
                Step::OpenOrder { authority, .. } => Some(authority.as_str()),
                _ => None,
            })
            .unwrap_or_default(),
    };
    match outcome {
        Outcome::Done if matches!(step, Step::OpenOrder { .. }) => condition.count_order(at),
        Outcome::Failed(failure) => condition.count_failure(at, &failure.kind),
        _ => {}
    }
}

fn tell_waiting(work: &mut Work<'_>, at: Timestamp) {
    let why = work.run.marks.iter().find_map(|mark| match mark {
        Mark::Later { why, tries, .. } if *tries > 0 => Some((Level::Warning, why.clone())),
        Mark::Later { why, .. } => Some((Level::Info, why.clone())),
        _ => None,
    });
    let (level, why) = why.unwrap_or((Level::Info, String::new()));
    let seconds = at.duration_since(work.engine.now()).as_secs();
    // A poll every second is no news; a wait that a person notices is.
    if level == Level::Warning || seconds > 5 {
        work.tell(EventKind::RunWaiting, level, format!("Waiting until {at:.0}: {why}"));
    }
}

async fn finish(work: &mut Work<'_>, state: RunState) -> Result<(), Interrupted> {
    let (level, words) = match (state, work.run.failure()) {
        (RunState::Done, _) => (Level::Info, describe::run(&work.run)),
        (RunState::Cancelled, _) => (Level::Warning, given_up(&work.run)),
        (_, failure) => {
            let what = match &work.run.plan.kind {
                PlanKind::Obtain => describe::run(&work.run),
                PlanKind::Deploy { target, .. } => format!("Issued, not deployed to {target}"),
            };
            (Level::Error, format!("{what}: {}", failure.map(ToString::to_string).unwrap_or_default()))
        }
    };
    work.tell(EventKind::RunEnded, level, words);
    let kind = if work.run.plan.kind == PlanKind::Obtain { "obtain" } else { "deploy" };
    let result = match state {
        RunState::Done => "done",
        RunState::Cancelled => "cancelled",
        _ => "failed",
    };
    work.engine.condition.count_run(kind, result);
    work.engine.admission.forget(&work.run.id);
    work.pass("run:before-ended")?;
    match work.run.plan.kind {
        PlanKind::Obtain => crate::obtain_run::finish(work, state).await?,
        PlanKind::Deploy { .. } => crate::deploy_run::finish(work, state).await?,
    }
    work.pass("run:ended")?;
    // What could not be taken back may still need its copy.
    let owes = work
        .run
        .marks
        .iter()
        .zip(&work.run.plan.steps)
        .any(|(mark, step)| matches!(mark, Mark::Failed { .. }) && step.role() != StepRole::Ordinary);
    if owes {
        return Ok(());
    }
    let copies = Copies::new(work.engine.layout.copies(&work.run.id));
    let forgotten = blocking(move || copies.forget().map_err(|error| storage(&error.to_string())));
    if let Err(failure) = forgotten.await {
        tracing::warn!(%failure, "copies of an ended run were left behind");
    }
    Ok(())
}

/// What a cancelled run says: whether the authority may have issued what nobody stores.
fn given_up(run: &Run) -> String {
    let sent = run
        .plan
        .steps
        .iter()
        .zip(&run.marks)
        .any(|(step, mark)| matches!(step, Step::Finalize) && !matches!(mark, Mark::Todo));
    let words = describe::run(run);
    if sent {
        return format!(
            "{words}. The authority had the certificate request already and never said what became of it: it may have \
             issued a certificate that is not stored"
        );
    }
    words
}

/// A store error inside a step: what concerns the rows of this run alone can be told as the step's failure. A store
/// that does not answer interrupts the worker instead, because the failure could not be remembered either.
pub(crate) fn stored<T>(result: Result<T, StoreError>) -> Result<Result<T, Failure>, Interrupted> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(
            error @ (StoreError::NotFound { .. }
            | StoreError::Conflict { .. }
            | StoreError::InUse { .. }
            | StoreError::Damaged { .. }),
        ) => Ok(Err(storage(&error.to_string()))),
        Err(error) => Err(error.into()),
    }
}
