//! Runs: performances of plans, with how far each step has come.

use crate::failures::Failure;
use crate::preview::{PlanKind, Step, kind_of};
use certwright_core::run::Stop;
use certwright_core::{describe, run};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// Being performed.
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

impl From<run::RunState> for RunState {
    fn from(state: run::RunState) -> Self {
        match state {
            run::RunState::Active => Self::Active,
            run::RunState::Waiting => Self::Waiting,
            run::RunState::Done => Self::Done,
            run::RunState::Failed => Self::Failed,
            run::RunState::Cancelled => Self::Cancelled,
        }
    }
}

/// How far a step has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Not yet.
    Todo,
    /// Begun.
    Begun,
    /// To be performed again at a moment: `at`.
    Later,
    /// Done.
    Done,
    /// Not needed: `why`.
    Skipped,
    /// Failed for good: `failure`.
    Failed,
}

/// One step of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunStep {
    /// What it does.
    #[serde(flatten)]
    pub step: Step,
    /// How far it has come.
    pub mark: Mark,
    /// When it is performed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Passing failures so far.
    pub tries: u32,
    /// Why it was skipped, or waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What happened, when it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// One performance of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// Of which certificate.
    pub certificate: String,
    /// Its name, in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_name: Option<String>,
    /// What it is for.
    pub kind: PlanKind,
    /// Which deployment, for a deploy run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// On which target, for a deploy run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Why it was begun, in words.
    pub reason: String,
    /// How far it has come.
    pub state: RunState,
    /// How it stands, in a line.
    pub words: String,
    /// Its steps, in order.
    pub steps: Vec<RunStep>,
    /// What a person should know, from its plan.
    pub warnings: Vec<String>,
    /// The version being made or deployed.
    pub version: Option<String>,
    /// The order's URL at the authority, for an obtain run.
    pub order: Option<String>,
    /// Whether it was asked to stop.
    pub cancelled: bool,
    /// Whether it is being stopped. Once the request was sent a cancel comes too late, unless the authority has been
    /// in trouble for long.
    #[serde(default)]
    pub stopping: bool,
    /// The failure that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
}

fn step(step: &certwright_core::step::Step, mark: &run::Mark) -> RunStep {
    let bare = |mark| RunStep { step: Step::from(step), mark, at: None, tries: 0, why: None, failure: None };
    match mark {
        run::Mark::Todo => bare(Mark::Todo),
        run::Mark::Begun { tries, .. } => RunStep { tries: *tries, ..bare(Mark::Begun) },
        run::Mark::Later { at, tries, why, .. } => {
            RunStep { at: Some(*at), tries: *tries, why: Some(why.clone()), ..bare(Mark::Later) }
        }
        run::Mark::Done => bare(Mark::Done),
        run::Mark::Skipped { why } => RunStep { why: Some(why.clone()), ..bare(Mark::Skipped) },
        run::Mark::Failed { failure, tries } => {
            RunStep { tries: *tries, failure: Some(failure.as_ref().into()), ..bare(Mark::Failed) }
        }
    }
}

impl From<&run::Run> for Run {
    fn from(run: &run::Run) -> Self {
        let (kind, deployment, target) = kind_of(&run.plan.kind);
        Self {
            id: run.id.to_string(),
            certificate: run.certificate.to_string(),
            certificate_name: None,
            kind,
            deployment,
            target,
            reason: run.reason.clone(),
            state: run.state.into(),
            words: describe::run(run),
            steps: run.plan.steps.iter().zip(&run.marks).map(|(planned, mark)| step(planned, mark)).collect(),
            warnings: run.plan.warnings.clone(),
            version: run.learnt.version.as_ref().map(ToString::to_string),
            order: run.learnt.order.clone(),
            cancelled: run.stop != Stop::No,
            stopping: run.is_stopping() && !run.state.is_over(),
            failure: run.failure().map(Failure::from),
            created_at: run.created_at,
            ended_at: run.ended_at,
        }
    }
}

/// Which runs are wanted, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RunQuery {
    /// Of this certificate, by id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// Only those that go on or wait (`true`), or that are over (`false`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<bool>,
    /// How many rows to pass over; 0 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// How many rows to give; 50 when left out, at most 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}
