//! The binary that users get has no fail points: the feature is in no default.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::Problems;
use crate::workspace;

const FEATURE: &str = "failpoints";

pub(super) fn check(root: &Path) -> Result<Problems> {
    let mut problems = Vec::new();
    for path in workspace::files(&root.join("crates"), &["Cargo.toml"])? {
        let table: Table =
            workspace::read(&path)?.parse().with_context(|| format!("reading {}", path.display()))?;
        let shown = workspace::shown(root, &path);
        if on_by_default(&table) {
            problems.push(format!("{shown}: the default features bring in {FEATURE}"));
        }
        if asked_of_a_dependency(&table) {
            problems.push(format!("{shown}: a dependency is asked for {FEATURE} at all times"));
        }
    }
    Ok(problems)
}

/// Follows `default` through the features it names.
fn on_by_default(table: &Table) -> bool {
    let mut seen = HashSet::from(["default"]);
    let mut waiting = vec!["default"];
    while let Some(feature) = waiting.pop() {
        if feature == FEATURE || feature.ends_with(&format!("/{FEATURE}")) {
            return true;
        }
        let named =
            table.get("features").and_then(|features| features.get(feature)).and_then(Value::as_array);
        for next in named.into_iter().flatten().filter_map(Value::as_str) {
            if seen.insert(next) {
                waiting.push(next);
            }
        }
    }
    false
}

fn asked_of_a_dependency(table: &Table) -> bool {
    let dependencies =
        table.get("dependencies").and_then(Value::as_table).into_iter().flat_map(Table::values);
    dependencies
        .filter_map(|dependency| dependency.get("features").and_then(Value::as_array))
        .flatten()
        .any(|feature| feature.as_str() == Some(FEATURE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sample;

    const MANIFEST: &str = "crates/certwright/Cargo.toml";

    #[test]
    fn a_feature_to_be_asked_for_is_fine() {
        let good = sample(&[(
            MANIFEST,
            "[features]\ndefault = [\"web\"]\nweb = []\nfailpoints = [\"engine/failpoints\"]",
        )]);
        assert_eq!(check(good.path()).unwrap(), Problems::new());
    }

    #[test]
    fn a_default_that_leads_there_is_refused() {
        for features in [
            "default = [\"failpoints\"]\nfailpoints = []",
            "default = [\"testing\"]\ntesting = [\"certwright-engine/failpoints\"]",
        ] {
            let bad = sample(&[(MANIFEST, &format!("[features]\n{features}"))]);
            assert_eq!(
                check(bad.path()).unwrap(),
                ["crates/certwright/Cargo.toml: the default features bring in failpoints"]
            );
        }
        let bad =
            sample(&[(MANIFEST, "[dependencies]\nengine = { path = \"x\", features = [\"failpoints\"] }")]);
        assert_eq!(check(bad.path()).unwrap().len(), 1);
    }
}
