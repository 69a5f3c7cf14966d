//! Which lines of a configuration went and came, as a diff sees it and as Preview announced it.

use crate::lane::Files;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Lines that went and that came, in order.
pub(crate) type Changes = (Vec<String>, Vec<String>);

/// The files of nginx's folder that differ, with their lines.
pub(crate) fn between(before: &Files, after: &Files) -> BTreeMap<PathBuf, Changes> {
    let mut all = BTreeMap::new();
    for path in before.keys().chain(after.keys()) {
        let text = |files: &Files| files.get(path).cloned().unwrap_or_default();
        let changes = difference(&text(before), &text(after));
        if changes != Changes::default() {
            all.insert(path.clone(), changes);
        }
    }
    all
}

/// By the longest common subsequence of lines; line ends count.
fn difference(before: &str, after: &str) -> Changes {
    let (old, new): (Vec<_>, Vec<_>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let mut longest = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for one in (0..old.len()).rev() {
        for other in (0..new.len()).rev() {
            longest[one][other] = if old[one] == new[other] {
                longest[one + 1][other + 1] + 1
            } else {
                longest[one + 1][other].max(longest[one][other + 1])
            };
        }
    }
    let (mut one, mut other) = (0, 0);
    let (mut went, mut came) = Changes::default();
    while one < old.len() || other < new.len() {
        if one < old.len() && other < new.len() && old[one] == new[other] {
            (one, other) = (one + 1, other + 1);
        } else if other == new.len()
            || (one < old.len() && longest[one + 1][other] >= longest[one][other + 1])
        {
            went.push(old[one].trim_end_matches('\n').to_owned());
            one += 1;
        } else {
            came.push(new[other].trim_end_matches('\n').to_owned());
            other += 1;
        }
    }
    (went, came)
}

/// What a preview's plans of this kind (`obtain` or `deploy`) announce for files below `folder`.
pub(crate) fn announced(preview: &Value, kind: &str, folder: &Path) -> Result<BTreeMap<PathBuf, Changes>> {
    let mut all: BTreeMap<PathBuf, Changes> = BTreeMap::new();
    let plans = preview["plans"].as_array().context("a preview without plans")?;
    let steps = plans.iter().filter(|plan| plan["kind"] == kind).flat_map(|plan| plan["steps"].as_array());
    for step in steps.flatten() {
        let mut file: Option<PathBuf> = None;
        for line in step["lines"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            // A head like `/etc/nginx/a.conf, line 7:`, and below it the lines.
            if let Some((path, _)) = line.strip_suffix(':').and_then(|head| head.split_once(", line ")) {
                file = Some(Path::new(path).strip_prefix(folder)?.to_owned());
            } else if let (Some(file), Some((sign @ ("+" | "-"), text))) = (&file, line.split_once(' ')) {
                let changes = all.entry(file.clone()).or_default();
                let list = if sign == "-" { &mut changes.0 } else { &mut changes.1 };
                list.push(text.to_owned());
            }
        }
    }
    Ok(all)
}
