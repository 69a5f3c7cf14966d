//! Runs: plan, marks and what was learnt give the next move. A run that was cut off goes on from here.

use crate::challenge::Preparation;
use crate::failure::{Failure, FailureClass};
use crate::id::{CertificateId, DeploymentId, RunId, VersionId};
use crate::identifier::Identifier;
use crate::patience::{LONG_PROCESSING, Patience, SHORTEST_WAIT, TRIES_IN_PLACE, patience};
use crate::plan::{Plan, PlanKind};
use crate::step::{Step, StepRole};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How far a step has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mark", rename_all = "kebab-case")]
pub enum Mark {
    /// Not yet.
    Todo,
    /// Written before the act. Found on start it means "perhaps": the step looks before it repeats.
    Begun {
        /// Passing failures so far.
        tries: u32,
        /// When it was begun first.
        #[serde(default)]
        since: Option<Timestamp>,
    },
    /// To be performed again at a moment.
    Later {
        /// When.
        at: Timestamp,
        /// Passing failures so far.
        tries: u32,
        /// Why, in words.
        why: String,
        /// When it was begun first.
        #[serde(default)]
        since: Option<Timestamp>,
    },
    /// Done.
    Done,
    /// Not needed.
    Skipped {
        /// Why.
        why: String,
    },
    /// Failed for good.
    Failed {
        /// What happened.
        failure: Box<Failure>,
        /// Passing failures before this one.
        tries: u32,
    },
}

/// One authorization of the run's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAuthorization {
    /// Whose control is shown.
    pub identifier: Identifier,
    /// Its URL.
    pub url: String,
    /// The chosen challenge's URL, unless none was needed.
    pub challenge: Option<String>,
    /// The chosen challenge's token.
    pub token: Option<String>,
    /// Whether the authority was told to look: once in a run, because each telling may be a counted attempt.
    #[serde(default)]
    pub told: bool,
    /// Whether the authority has said that it is valid.
    pub valid: bool,
    /// When the authority wants to be asked about it again.
    #[serde(default)]
    pub look_at: Option<Timestamp>,
}

/// What a run learnt on the way: the holes of its plan, filled. No secret is in it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Learnt {
    /// The version being made (obtain) or deployed (deploy).
    pub version: Option<VersionId>,
    /// The order's URL.
    pub order: Option<String>,
    /// Where the request goes.
    pub finalize: Option<String>,
    /// When the authority forgets the order, where it says so.
    #[serde(default)]
    pub expires: Option<Timestamp>,
    /// The order's authorizations.
    #[serde(default)]
    pub authorizations: Vec<KnownAuthorization>,
    /// Where the certificate is fetched.
    pub certificate: Option<String>,
    /// Since when the authority has been saying that it knows no such order.
    #[serde(default)]
    pub unknown_since: Option<Timestamp>,
    /// Fingerprints of the deploy plans that a person saw when asking, by deployment.
    #[serde(default)]
    pub approved: Vec<(DeploymentId, String)>,
    /// Whether a person asked for it: what it deploys waits for no maintenance window.
    #[serde(default)]
    pub by_hand: bool,
    /// Whether a person who asked passed over our own count of the authority's rate limits.
    #[serde(default)]
    pub forced: bool,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// A worker is performing it, or will take it at once.
    Active,
    /// Parked until a stored moment.
    Waiting,
    /// All steps done.
    Done,
    /// Something failed; the clean-up was done.
    Failed,
    /// A person stopped it; the clean-up was done.
    Cancelled,
}

impl RunState {
    /// Whether nothing will happen any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// How firmly a run was asked to stop. Asking again never asks for less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// It was not.
    #[default]
    No,
    /// Stop, unless the request was sent already: an edit, a pause, or a person who came too late.
    Cancel,
    /// A person gives up on an authority that has not said for long what became of the request.
    GiveUp,
}

/// One performance of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// Of which certificate.
    pub certificate: CertificateId,
    /// Why, in words: `asked by hand`, `two thirds of the lifetime are over`.
    pub reason: String,
    /// What it performs.
    pub plan: Plan,
    /// How far each step has come.
    pub marks: Vec<Mark>,
    /// The holes, filled.
    pub learnt: Learnt,
    /// Whether it was asked to stop.
    pub stop: Stop,
    /// How far it has come.
    pub state: RunState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Perform this step.
    Do(usize),
    /// Nothing before this moment.
    Wait(Timestamp),
    /// Over, in this state.
    Over(RunState),
}

/// What came of performing a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// Not needed, for this reason.
    Skipped(String),
    /// Not finished on the other side: look again then. No failure.
    Later(Timestamp, String),
    /// Failed.
    Failed(Failure),
}

impl Run {
    /// A new run of `plan`.
    pub fn new(
        id: RunId,
        certificate: CertificateId,
        reason: String,
        plan: Plan,
        version: Option<VersionId>,
        now: Timestamp,
    ) -> Self {
        let marks = vec![Mark::Todo; plan.steps.len()];
        let learnt = Learnt { version, ..Learnt::default() };
        Self {
            id,
            certificate,
            reason,
            plan,
            marks,
            learnt,
            stop: Stop::No,
            state: RunState::Active,
            created_at: now,
            ended_at: None,
        }
    }

    /// The deployment it serves; `None` for an obtain run.
    pub fn deployment(&self) -> Option<&DeploymentId> {
        match &self.plan.kind {
            PlanKind::Obtain => None,
            PlanKind::Deploy { deployment, .. } => Some(deployment),
        }
    }

    /// The first failure of a step that is no clean-up.
    pub fn failure(&self) -> Option<&Failure> {
        self.plan.steps.iter().zip(&self.marks).find_map(|(step, mark)| match mark {
            Mark::Failed { failure, .. } if step.role() == StepRole::Ordinary => Some(failure.as_ref()),
            _ => None,
        })
    }

    /// Passing failures that the failed step had seen before it gave up.
    pub fn tries_of_failure(&self) -> u32 {
        self.marks
            .iter()
            .find_map(|mark| if let Mark::Failed { tries, .. } = mark { Some(*tries) } else { None })
            .unwrap_or(0)
    }

    /// Whether the certificate request may have been sent. The authority may have issued a certificate from there
    /// on, and one that is issued is stored: a cancel comes too late, and the run goes to its end.
    pub fn request_may_be_sent(&self) -> bool {
        self.marks_after_sending().any(|mark| !matches!(mark, Mark::Todo))
    }

    /// Whether a person may give it up after the request was sent: the authority has been in trouble for long, or has
    /// been at it for long, and has not said what became of it.
    pub fn can_be_given_up(&self) -> bool {
        self.marks_after_sending().any(|mark| match mark {
            Mark::Begun { tries, .. } => *tries >= TRIES_IN_PLACE,
            Mark::Later { tries, at, since, .. } => {
                *tries >= TRIES_IN_PLACE
                    || since.is_some_and(|since| at.duration_since(since) >= LONG_PROCESSING)
            }
            _ => false,
        })
    }

    fn marks_after_sending(&self) -> impl Iterator<Item = &Mark> {
        let steps = self.plan.steps.iter().zip(&self.marks);
        steps.filter_map(|(step, mark)| {
            matches!(step, Step::Finalize | Step::AwaitCertificate { .. }).then_some(mark)
        })
    }

    /// Whether it is being stopped: it does nothing more but clean up.
    pub fn is_stopping(&self) -> bool {
        match self.stop {
            Stop::No => false,
            Stop::Cancel => !self.request_may_be_sent(),
            Stop::GiveUp => !self.request_may_be_sent() || self.can_be_given_up(),
        }
    }

    /// Whether a server may be answering for it at this moment by edits that it will take back itself. Lines of a run
    /// for which this is not so were left over: nobody takes them back any more.
    pub fn takes_answers_back(&self) -> bool {
        let steps = || self.plan.steps.iter().zip(&self.marks);
        let begun = |wanted: &Preparation| {
            steps().any(|(step, mark)| {
                matches!(step, Step::PrepareResponder { preparation } if preparation == wanted)
                    && !matches!(mark, Mark::Todo | Mark::Skipped { .. })
            })
        };
        !self.state.is_over()
            && steps().any(|(step, mark)| {
                matches!(mark, Mark::Todo | Mark::Begun { .. } | Mark::Later { .. })
                    && matches!(step, Step::RetireResponder { preparation } if begun(preparation))
            })
    }

    /// The next move, computed from what is stored. Ordinary steps are left alone once something failed or a
    /// person cancelled in time.
    pub fn next(&self, now: Timestamp) -> Next {
        let failed = self.failure().is_some();
        // What is concluded is not taken back by a cancel that came after it.
        let stopped = failed || (self.is_stopping() && !self.is_complete());
        for (index, (step, mark)) in self.plan.steps.iter().zip(&self.marks).enumerate() {
            let wanted = match step.role() {
                StepRole::Ordinary => !stopped,
                StepRole::CleanUp => true,
                StepRole::AfterFailure => stopped,
            };
            if !wanted {
                continue;
            }
            match mark {
                Mark::Todo | Mark::Begun { .. } => return Next::Do(index),
                Mark::Later { at, .. } if *at <= now => return Next::Do(index),
                Mark::Later { at, .. } => return Next::Wait(*at),
                Mark::Done | Mark::Skipped { .. } | Mark::Failed { .. } => {}
            }
        }
        Next::Over(match (failed, self.stop) {
            (true, _) => RunState::Failed,
            (false, Stop::Cancel | Stop::GiveUp) if !self.is_complete() => RunState::Cancelled,
            (false, _) => RunState::Done,
        })
    }

    fn is_complete(&self) -> bool {
        self.plan.steps.iter().zip(&self.marks).all(|(step, mark)| {
            step.role() != StepRole::Ordinary || matches!(mark, Mark::Done | Mark::Skipped { .. })
        })
    }

    /// The run with step `index` begun: to be stored before the act. Time in which nobody looked (this service was
    /// down, the machine slept) is not the other side's: it does not count as time that the step has taken.
    pub fn begin(mut self, index: usize, now: Timestamp) -> Self {
        let (tries, since) = match &self.marks[index] {
            Mark::Later { tries, since, at, .. } => {
                let missed = now.duration_since(*at).max(SignedDuration::ZERO);
                (*tries, since.map_or(now, |since| since + missed))
            }
            // Cut off while it was performed, nobody knows when.
            Mark::Begun { tries, .. } => (*tries, now),
            _ => (0, now),
        };
        self.marks[index] = Mark::Begun { tries, since: Some(since) };
        self.state = RunState::Active;
        self
    }

    /// The run with what came of step `index`. `draw` in 0..1 spreads the next try.
    pub fn absorb(mut self, index: usize, outcome: Outcome, now: Timestamp, draw: f64) -> Self {
        let (tries, since) = match &self.marks[index] {
            Mark::Begun { tries, since } => (*tries, since.unwrap_or(now)),
            _ => (0, now),
        };
        let step = &self.plan.steps[index];
        let stopped = self.is_stopping();
        let patience = match (step.role(), stopped) {
            (StepRole::Ordinary, true) => Patience::None(now),
            (StepRole::Ordinary, false) => patience(step, since, self.learnt.expires),
            // Clean-up is tried again like everything that waits: what is owed stays owed.
            (StepRole::CleanUp | StepRole::AfterFailure, _) => Patience::Tries,
        };
        self.marks[index] = match outcome {
            Outcome::Done => Mark::Done,
            Outcome::Skipped(why) => Mark::Skipped { why },
            // A cancelled run looks no more: that is its end, and no failure of the other side.
            Outcome::Later(at, why) if stopped => Mark::Later { at, tries, why, since: Some(since) },
            Outcome::Later(at, why) => match patience.look(at, since, now) {
                // The other side answered: trouble that comes later is counted anew.
                Some(at) => Mark::Later { at, tries: 0, why, since: Some(since) },
                None => Mark::Failed { failure: Box::new(endless(step, since, now, why)), tries },
            },
            Outcome::Failed(failure) => {
                let again = patience.again(tries + 1, now, draw);
                let at = match (failure.class, again) {
                    // A stopping run ends by having stopped, not by the other side's trouble.
                    (FailureClass::Retry | FailureClass::WaitUntil(_), _)
                        if stopped && step.role() == StepRole::Ordinary =>
                    {
                        Some(now + SHORTEST_WAIT)
                    }
                    (FailureClass::Retry, again) => again,
                    // "At once" and moments that are past are no pause: where a run goes on for days they would be
                    // a loop.
                    (FailureClass::WaitUntil(until), Some(soonest)) => {
                        Some(if matches!(patience, Patience::Decided(_)) {
                            until.max(soonest)
                        } else {
                            until.max(now + SHORTEST_WAIT)
                        })
                    }
                    _ => None,
                };
                match at {
                    Some(at) => {
                        Mark::Later { at, tries: tries + 1, why: failure.to_string(), since: Some(since) }
                    }
                    None => Mark::Failed { failure: Box::new(failure), tries },
                }
            }
        };
        self
    }

    /// The run in the state that its next move gives it.
    pub fn settle(mut self, next: Next, now: Timestamp) -> Self {
        match next {
            Next::Do(_) => self.state = RunState::Active,
            Next::Wait(_) => self.state = RunState::Waiting,
            Next::Over(state) => {
                self.state = state;
                self.ended_at.get_or_insert(now);
            }
        }
        self
    }
}

/// The other side has been at it for too long.
fn endless(step: &Step, since: Timestamp, now: Timestamp, why: String) -> Failure {
    let minutes = now.duration_since(since).as_mins();
    let (attempted, remedy) = match step {
        Step::AwaitAuthorizations { .. } => (
            "wait for the authority to look at the answers",
            "another order is opened by the back-off; if it is stuck again, ask the authority, or choose another one",
        ),
        Step::PrepareResponder { .. } => (
            "let a server answer http-01",
            "if no run of that certificate goes on, remove its lines from the file by hand",
        ),
        _ => (
            "wait for the authority to finish the order",
            "the order has expired without an answer; another one is opened by the back-off",
        ),
    };
    Failure::retry("no-verdict", attempted, format!("after {minutes} minutes still: {why}"), remedy)
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
