//! Plans: ordered lists of typed steps. Preview prints them; a run performs exactly them.

use crate::id::DeploymentId;
use crate::step::Step;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
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

impl Plan {
    /// SHA-256 over what a person who saw this plan said yes to: what is changed, where, and where it must show.
    ///
    /// Between the yes and the deed other certificates are deployed to the same files, and another target of this
    /// one may have switched the link that both read. So places of lines, states of whole files and the link's old
    /// version are not in it: each act checks those itself, and none of them changes what is done.
    pub fn permission(&self) -> String {
        let mut changes: Vec<Value> = Vec::new();
        for step in &self.steps {
            match step {
                Step::StoreFiles { folder } => changes.push(json!(["files", folder])),
                Step::Act { act } => changes.push(json!(["act", act.provider, lasting(&act.act)])),
                Step::Verify { binding } => changes.push(json!(["binding", binding.endpoints])),
                // In the roll-back also where the link is right already and not switched by this plan.
                Step::RollBack { link, .. } => changes.push(json!(["link", link])),
                _ => {}
            }
        }
        let canonical = serde_json::to_vec(&(&self.kind, changes)).unwrap_or_default();
        hex::encode(Sha256::digest(canonical))
    }
}

/// An act without what others may move in a file of which lines are edited: the digest of the whole, line numbers
/// and the lines around. Where a whole file is replaced, what was in it is what the person saw: that stays.
fn lasting(act: &Value) -> Value {
    match act {
        Value::Object(fields) => {
            let moves: &[&str] = match (fields.contains_key("hunks"), fields.contains_key("removed")) {
                (true, _) => &["expects"],
                (_, true) => &["line", "before", "after"],
                _ => &[],
            };
            let lasting = fields.iter().filter(|(name, _)| !moves.contains(&name.as_str()));
            lasting.map(|(name, value)| (name.clone(), self::lasting(value))).collect()
        }
        Value::Array(items) => items.iter().map(lasting).collect(),
        plain => plain.clone(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{FileEdit, Hunk};
    use crate::step::ProviderAct;

    fn plan(from: Option<&str>, expects: &str, line: usize, added: &str) -> Plan {
        let hunk = Hunk {
            line,
            before: Some(line.to_string()),
            removed: vec![],
            added: vec![added.to_owned()],
            after: vec![],
        };
        let edit = FileEdit { path: "/a".to_owned(), expects: expects.to_owned(), hunks: vec![hunk] };
        let act = ProviderAct {
            provider: "nginx".to_owned(),
            words: "edit".to_owned(),
            lines: vec![],
            act: json!({ "act": "edit", "edit": edit }),
        };
        let link = "/l".to_owned();
        let mut steps = vec![Step::Act { act: act.clone() }];
        if from != Some("ver-2") {
            steps.push(Step::SwitchVersion { link: link.clone(), from: from.map(Into::into) });
        }
        steps.push(Step::RollBack { acts: vec![act], settle: vec![], link: Some(link) });
        let kind = PlanKind::Deploy { deployment: "dep-1".into(), target: "nginx".to_owned() };
        Plan { kind, steps, warnings: vec![] }
    }

    #[test]
    fn a_permission_outlives_what_others_do_and_nothing_else() {
        let shown = plan(None, "aa", 3, "x;");
        for same in [
            plan(None, "bb", 7, "x;"),
            plan(Some("ver-1"), "aa", 3, "x;"),
            plan(Some("ver-2"), "cc", 4, "x;"),
        ] {
            assert_ne!(same.fingerprint(), shown.fingerprint());
            assert_eq!(same.permission(), shown.permission());
        }
        assert_ne!(plan(None, "aa", 3, "y;").permission(), shown.permission());
        let replaced = |expects: &str| {
            let mut plan = shown.clone();
            if let Step::Act { act } = &mut plan.steps[0] {
                act.act = json!({ "act": "write", "expects": expects });
            }
            plan.permission()
        };
        assert_ne!(
            replaced("aa"),
            replaced("bb"),
            "a whole file is replaced only where it is as it was shown"
        );
    }
}
