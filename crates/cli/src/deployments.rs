//! `--deploy` and `--set`: where a certificate is served, with the targets' settings.

use crate::fault::Fault;
use certwright_api::certificates::Deployment;
use certwright_api::edits::DeploymentDraft;
use clap::Args;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The word for no target at all.
const NONE: &str = "none";

/// Where a certificate is served.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct DeploymentOptions {
    /// Where it is served: nginx, files, or none; repeat it for several targets
    #[arg(long = "deploy", value_name = "TARGET")]
    targets: Vec<String>,
    /// A target's setting, such as nginx.policy=update-only; empty for its default. `target list` names them
    #[arg(long = "set", value_name = "TARGET.KEY=VALUE", value_parser = parse)]
    settings: Vec<Setting>,
}

/// One setting of one target.
#[derive(Clone, Debug, PartialEq)]
struct Setting {
    target: String,
    key: String,
    /// `null` takes the default.
    value: Value,
}

fn parse(text: &str) -> Result<Setting, String> {
    const FORM: &str = "write it as target.key=value, such as nginx.policy=update-only";
    let (place, value) = text.split_once('=').ok_or(FORM)?;
    let (target, key) = place.split_once('.').ok_or(FORM)?;
    if target.is_empty() || key.is_empty() {
        return Err(FORM.to_owned());
    }
    Ok(Setting { target: target.to_owned(), key: key.to_owned(), value: value_of(value) })
}

/// Everything is text, which the target's form reads; but a JSON list of texts is a list, for programs whose
/// arguments hold spaces.
fn value_of(text: &str) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    serde_json::from_str::<Vec<String>>(text).map_or_else(|_| Value::from(text), Value::from)
}

impl DeploymentOptions {
    /// The deployments as they shall be, beginning with those that are there; `None` where nothing was said.
    pub(crate) fn drafts(&self, existing: &[Deployment]) -> Result<Option<Vec<DeploymentDraft>>, Fault> {
        if self.targets.is_empty() && self.settings.is_empty() {
            return Ok(None);
        }
        let mut drafts = if self.targets.is_empty() { all(existing) } else { self.chosen(existing)? };
        for setting in &self.settings {
            let mut matching = drafts.iter_mut().filter(|draft| draft.target == setting.target);
            let target = &setting.target;
            match (matching.next(), matching.next()) {
                (Some(draft), None) => {
                    if setting.value.is_null() {
                        draft.settings.remove(&setting.key);
                    } else {
                        draft.settings.insert(setting.key.clone(), setting.value.clone());
                    }
                }
                (None, _) => {
                    return Err(Fault::refused(
                        format!("--set {target}.{} names a target where it is not deployed", setting.key),
                        format!("add --deploy {target}"),
                    ));
                }
                (Some(_), Some(_)) => {
                    return Err(Fault::refused(
                        format!("--set {target}.{} could mean several deployments", setting.key),
                        "change them in the web interface or by the API",
                    ));
                }
            }
        }
        Ok(Some(drafts))
    }

    fn chosen(&self, existing: &[Deployment]) -> Result<Vec<DeploymentDraft>, Fault> {
        if self.targets.iter().any(|target| target == NONE) {
            return if self.targets.len() == 1 {
                Ok(Vec::new())
            } else {
                Err(Fault::refused("--deploy none stands beside another target", "give one or the other"))
            };
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.targets.iter().find(|target| !seen.insert(*target)) {
            return Err(Fault::refused(format!("--deploy {twice} is there twice"), "give it once"));
        }
        let before = all(existing);
        let kept = |target: &String| before.iter().find(|draft| draft.target == *target).cloned();
        let fresh = |target: &String| DeploymentDraft { target: target.clone(), settings: Map::new() };
        Ok(self.targets.iter().map(|target| kept(target).unwrap_or_else(|| fresh(target))).collect())
    }
}

fn all(existing: &[Deployment]) -> Vec<DeploymentDraft> {
    existing
        .iter()
        .map(|deployment| DeploymentDraft {
            target: deployment.target.clone(),
            settings: deployment.settings.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn settings_are_read_as_text_unless_they_are_lists() {
        for (text, target, key, value) in [
            ("nginx.policy=update-only", "nginx", "policy", json!("update-only")),
            ("files.cert=/etc/x.pem", "files", "cert", json!("/etc/x.pem")),
            ("files.reload=[\"sh\",\"-c\",\"a b\"]", "files", "reload", json!(["sh", "-c", "a b"])),
            ("files.a.b=c=d", "files", "a.b", json!("c=d")),
            ("nginx.switch=true", "nginx", "switch", json!("true")),
            ("nginx.number=7", "nginx", "number", json!("7")),
            ("nginx.odd=[1]", "nginx", "odd", json!("[1]")),
            ("nginx.policy=", "nginx", "policy", Value::Null),
        ] {
            let expected = Setting { target: target.to_owned(), key: key.to_owned(), value };
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
        for text in ["", "nginx", "nginx.policy", "policy=x", ".policy=x", "nginx.=x"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    fn options(targets: &[&str], settings: &[&str]) -> DeploymentOptions {
        DeploymentOptions {
            targets: targets.iter().map(|&target| target.to_owned()).collect(),
            settings: settings.iter().map(|text| parse(text).unwrap()).collect(),
        }
    }

    fn nginx() -> Deployment {
        Deployment {
            id: "dep-1".to_owned(),
            target: "nginx".to_owned(),
            settings: json!({ "policy": "update-only" }).as_object().cloned().unwrap(),
            wanted: None,
            deployed: None,
            verified_at: None,
            failures: 0,
            next_at: None,
            last_failure: None,
        }
    }

    #[test]
    fn what_is_there_stays_unless_it_is_changed() {
        let shown = |options: &DeploymentOptions, existing: &[Deployment]| {
            options.drafts(existing).map(|drafts| serde_json::to_value(drafts).unwrap())
        };
        let nginx_with = |settings: Value| json!([{ "target": "nginx", "settings": settings }]);
        for (targets, settings, existing, expected) in [
            (&[][..], &[][..], vec![nginx()], Value::Null),
            (&["none"], &[], vec![nginx()], json!([])),
            (&["nginx"], &[], vec![], nginx_with(json!({}))),
            (&["nginx"], &[], vec![nginx()], nginx_with(json!({ "policy": "update-only" }))),
            (&[], &["nginx.policy="], vec![nginx()], nginx_with(json!({}))),
            (
                &[],
                &["nginx.binary=/opt/nginx"],
                vec![nginx()],
                nginx_with(json!({ "policy": "update-only", "binary": "/opt/nginx" })),
            ),
        ] {
            assert_eq!(
                shown(&options(targets, settings), &existing).unwrap(),
                expected,
                "{targets:?} {settings:?}"
            );
        }
        for (targets, settings, existing) in [
            (&["nginx", "none"][..], &[][..], vec![]),
            (&["nginx", "nginx"], &[], vec![]),
            (&["nginx"], &["files.cert=/x"], vec![]),
            (&[], &["nginx.policy=x"], vec![]),
            (&[], &["nginx.policy=x"], vec![nginx(), nginx()]),
        ] {
            assert!(options(targets, settings).drafts(&existing).is_err(), "{targets:?} {settings:?}");
        }
    }
}
