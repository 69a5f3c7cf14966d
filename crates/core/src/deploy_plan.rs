//! The deploy plan: what one target's changes become as steps, with their way back.

use crate::binding::Binding;
use crate::id::{DeploymentId, VersionId};
use crate::plan::{Plan, PlanKind};
use crate::step::{ProviderAct, Step};

/// What the target decided, and where the files stand.
#[derive(Clone, Debug)]
pub struct DeployFacts {
    /// Which deployment.
    pub deployment: DeploymentId,
    /// The target provider's name.
    pub target: String,
    /// The certificate's folder.
    pub folder: String,
    /// The link to the newest version, when the target reads it.
    pub link: Option<String>,
    /// The version the link points to now.
    pub from: Option<VersionId>,
    /// Changes before the link is switched.
    pub before: Vec<ProviderAct>,
    /// Changes after it.
    pub after: Vec<ProviderAct>,
    /// What makes the server read its configuration again.
    pub settle: Vec<ProviderAct>,
    /// Where a handshake must show the certificate.
    pub bindings: Vec<Binding>,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// Plans one deployment.
pub fn deploy_plan(facts: DeployFacts) -> Plan {
    let mut steps = vec![Step::StoreFiles { folder: facts.folder }];
    let switch =
        facts.link.as_ref().map(|link| Step::SwitchVersion { link: link.clone(), from: facts.from.clone() });
    // The first time the link comes before the configuration that names it: whenever the power goes, every file
    // that the server reads is there.
    let (first, later) = if facts.from.is_none() { (switch, None) } else { (None, switch) };
    steps.extend(first);
    steps.extend(facts.before.iter().map(|act| Step::Act { act: act.clone() }));
    steps.extend(later);
    steps.extend(facts.after.iter().map(|act| Step::Act { act: act.clone() }));
    steps.extend(facts.bindings.into_iter().map(|binding| Step::Verify { binding }));
    steps.push(Step::Conclude);
    let acts = facts.before.into_iter().chain(facts.after).collect();
    steps.push(Step::RollBack { acts, settle: facts.settle, link: facts.link });
    let kind = PlanKind::Deploy { deployment: facts.deployment, target: facts.target };
    Plan { kind, steps, warnings: facts.warnings }
}
