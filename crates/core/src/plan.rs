//! Plans: ordered lists of typed steps. Preview prints them; a run performs exactly them.

use crate::id::DeploymentId;
use crate::step::Step;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a plan is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PlanKind {
    /// Order a certificate and publish it as a new version.
    Obtain,
    /// Make one target serve the newest version.
    Deploy {
        /// Which deployment of the certificate.
        deployment: DeploymentId,
        /// The target provider's name.
        target: String,
    },
}

/// What would be done, in order. Plain data: it can be compared, stored and shown; it holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What it is for.
    #[serde(flatten)]
    pub kind: PlanKind,
    /// The steps.
    pub steps: Vec<Step>,
    /// What a person should know before saying yes; not part of the fingerprint.
    #[serde(default)]
    pub warnings: Vec<String>,
}

impl Plan {
    /// SHA-256 over the steps and their preconditions, lower-case hex. Moments, reasons and warnings are not
    /// in it; values that only the authority knows are holes in the steps.
    pub fn fingerprint(&self) -> String {
        let canonical = serde_json::to_vec(&(&self.kind, &self.steps)).unwrap_or_default();
        hex::encode(Sha256::digest(canonical))
    }
}

/// One fingerprint for several plans that were shown together.
pub fn joint_fingerprint(plans: &[Plan]) -> String {
    let mut hash = Sha256::new();
    for plan in plans {
        hash.update(plan.fingerprint());
    }
    hex::encode(hash.finalize())
}
