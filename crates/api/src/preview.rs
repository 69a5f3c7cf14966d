//! Preview: what would be done, step by step, and the fingerprint by which exactly that can be asked for.

use crate::failures::Failure;
use certwright_core::due::Due;
use certwright_core::id::CertificateId;
use certwright_core::{describe, failure, plan, step};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a plan or a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PlanKind {
    /// Order a certificate and publish it as a new version.
    Obtain,
    /// Make one target serve the newest version.
    Deploy,
}

/// Kind, deployment and target of a plan.
pub(crate) fn kind_of(kind: &plan::PlanKind) -> (PlanKind, Option<String>, Option<String>) {
    match kind {
        plan::PlanKind::Obtain => (PlanKind::Obtain, None, None),
        plan::PlanKind::Deploy { deployment, target } => {
            (PlanKind::Deploy, Some(deployment.to_string()), Some(target.clone()))
        }
    }
}

/// When a step is performed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepRole {
    /// In its turn, unless something before it failed.
    Ordinary,
    /// In its turn, also after a failure or a cancel: clean-up.
    Always,
    /// Only after a failure or a cancel: the way back.
    AfterFailure,
}

impl From<step::StepRole> for StepRole {
    fn from(role: step::StepRole) -> Self {
        match role {
            step::StepRole::Ordinary => Self::Ordinary,
            step::StepRole::CleanUp => Self::Always,
            step::StepRole::AfterFailure => Self::AfterFailure,
        }
    }
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// A stable short name, such as `make-key`.
    pub name: String,
    /// What it does, beginning with a verb.
    pub words: String,
    /// Lines of detail: files with what goes and what comes.
    pub lines: Vec<String>,
    /// When it is performed.
    pub role: StepRole,
}

impl From<&step::Step> for Step {
    fn from(step: &step::Step) -> Self {
        Self {
            name: step.name().to_owned(),
            words: describe::step(step),
            lines: describe::step_lines(step),
            role: step.role().into(),
        }
    }
}

/// One plan of a preview, or why there can be none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreviewedPlan {
    /// What it is for.
    pub kind: PlanKind,
    /// Which deployment, for a deploy plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// On which target, for a deploy plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// What a person should know before saying yes.
    pub warnings: Vec<String>,
    /// Why nothing can be done as things are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// What would be done now for a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Preview {
    /// Which certificate.
    pub certificate: String,
    /// When it is due and why, in words.
    pub due: String,
    /// When it is due; absent when it is due now or never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Names exactly these plans: `request` with it does this or answers what has changed. Absent when some
    /// plan cannot be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// One obtain plan and one deploy plan per target.
    pub plans: Vec<PreviewedPlan>,
    /// All of it as text for people.
    pub text: String,
}

impl Preview {
    /// Puts a preview together from what was planned; `text` is the whole for people.
    pub fn new<'a>(
        certificate: &CertificateId,
        due: Due,
        plans: impl IntoIterator<Item = (&'a plan::PlanKind, Result<&'a plan::Plan, &'a failure::Failure>)>,
        fingerprint: Option<String>,
        text: String,
    ) -> Self {
        Self {
            certificate: certificate.to_string(),
            due: describe::due(due),
            due_at: match due {
                Due::At(moment, _) => Some(moment),
                Due::Now(_) | Due::Paused => None,
            },
            fingerprint,
            plans: plans.into_iter().map(previewed).collect(),
            text,
        }
    }
}

fn previewed((kind, planned): (&plan::PlanKind, Result<&plan::Plan, &failure::Failure>)) -> PreviewedPlan {
    let (kind, deployment, target) = kind_of(kind);
    PreviewedPlan {
        kind,
        deployment,
        target,
        steps: planned.map_or_else(|_| Vec::new(), |plan| plan.steps.iter().map(Step::from).collect()),
        warnings: planned.map_or_else(|_| Vec::new(), |plan| plan.warnings.clone()),
        failure: planned.err().map(Failure::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use certwright_core::due::Reason;

    #[test]
    fn a_plan_that_cannot_be_made_says_why_beside_the_others() {
        let plan = plan::Plan {
            kind: plan::PlanKind::Obtain,
            steps: vec![step::Step::ProveStorage],
            warnings: vec!["for tests".to_owned()],
        };
        let deploy = plan::PlanKind::Deploy { deployment: "dep-1".into(), target: "nginx".to_owned() };
        let failure = failure::Failure::person("absent", "find nginx", "it is not installed", "install it");
        let preview = Preview::new(
            &"cert-1".into(),
            Due::Now(Reason::NeverIssued),
            [(&plan.kind, Ok(&plan)), (&deploy, Err(&failure))],
            None,
            String::new(),
        );
        assert_eq!(preview.due, "due now because it was never issued");
        assert_eq!(preview.plans[0].steps[0].name, "prove-storage");
        assert_eq!(preview.plans[0].warnings, ["for tests"]);
        assert_eq!(preview.plans[1].target.as_deref(), Some("nginx"));
        assert_eq!(preview.plans[1].failure.as_ref().unwrap().kind, "absent");
    }
}
