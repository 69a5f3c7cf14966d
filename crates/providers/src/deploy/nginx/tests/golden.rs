//! Deployment plans.

use super::super::act::Act;
use super::super::planning::plan;
use super::super::scan::scan;
use super::{Case, cases, golden};
use certwright_contract::Planned;
use certwright_core::edit::FileEdit;
use certwright_core::failure::Failure;

fn planned(case: &Case) -> Result<Planned<Act>, Failure> {
    plan(&case.settings, &case.found, &case.wanted)
}

fn words(planned: &Result<Planned<Act>, Failure>) -> String {
    let planned = match planned {
        Ok(planned) => planned,
        Err(failure) => return format!("{}\n{failure}\n", failure.kind),
    };
    let mut out = String::new();
    for act in planned.before.iter().chain(&planned.after) {
        let (words, lines) = act.describe();
        out.push_str(&format!("{words}\n"));
        lines.iter().for_each(|line| out.push_str(&format!("  {line}\n")));
    }
    for binding in &planned.bindings {
        out.push_str(&format!("binding {} {:?}\n", binding.site, binding.change));
        for endpoint in &binding.endpoints {
            out.push_str(&format!("  {} {}\n", endpoint.address, endpoint.host));
        }
    }
    planned.warnings.iter().for_each(|warning| out.push_str(&format!("warning: {warning}\n")));
    out
}

pub(super) fn edits(acts: &[Act]) -> impl Iterator<Item = &FileEdit> {
    acts.iter().filter_map(|act| match act {
        Act::Edit { edit, .. } => Some(edit),
        _ => None,
    })
}

fn edited(case: &Case, planned: &Planned<Act>) -> Case {
    case.with(|file| {
        edits(&planned.before)
            .filter(|edit| edit.path == file.real)
            .fold(file.text.clone(), |text, edit| edit.apply(&text).unwrap())
    })
}

#[test]
fn plans_are_as_written_down() {
    for (path, case) in golden("deploy", |case| words(&planned(case))) {
        assert_eq!(planned(&case), planned(&case), "{path}");
        let Ok(plan) = planned(&case) else { continue };
        let after = edited(&case, &plan);
        // Taken back, every byte is as it was.
        for edit in edits(&plan.before) {
            let text = |case: &Case| {
                case.found.files.iter().find(|file| file.real == edit.path).unwrap().text.clone()
            };
            assert_eq!(edit.revert(&text(&after)).unwrap(), text(&case), "{path}");
        }
        // Done, nothing is left to do, and the same places are looked at.
        let again = planned(&after).unwrap();
        assert!(again.before.is_empty(), "{path}: {}", words(&Ok(again)));
        let looks =
            |plan: &Planned<Act>| plan.bindings.iter().map(|one| one.endpoints.clone()).collect::<Vec<_>>();
        assert_eq!(looks(&again), looks(&plan), "{path}");
    }
}

#[test]
fn line_endings_make_no_difference_and_stay() {
    for (path, case) in cases("deploy") {
        let windows = case.with(|file| file.text.replace('\n', "\r\n"));
        assert_eq!(words(&planned(&windows)), words(&planned(&case)), "{path}");
        let Ok(plan) = planned(&windows) else { continue };
        for file in &edited(&windows, &plan).found.files {
            assert_eq!(file.text.matches('\n').count(), file.text.matches("\r\n").count(), "{path}");
        }
    }
}

#[test]
fn cut_off_anywhere_nothing_panics() {
    for (_, case) in cases("deploy") {
        for (index, file) in case.found.files.iter().enumerate() {
            for (end, _) in file.text.char_indices().step_by(3) {
                let _ = scan(&file.text[..end], 0);
                let mut cut = case.clone();
                cut.found.files[index].text.truncate(end);
                let _ = planned(&cut);
            }
        }
    }
}
