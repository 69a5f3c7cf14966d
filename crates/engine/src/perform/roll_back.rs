//! After a failure: everything is put back in reverse, and the server reads it again.

use super::fail;
use super::target::{applying, read_again, undo_all};
use crate::blocking::blocking;
use crate::drive::{Interrupted, Work};
use crate::engine::storage;
use certwright_contract::files;
use certwright_core::run::{Mark, Outcome};
use certwright_core::step::{ProviderAct, Step};
use std::path::{Path, PathBuf};

pub(super) async fn perform(
    work: &mut Work<'_>,
    acts: &[ProviderAct],
    settle: &[ProviderAct],
    link: Option<&str>,
) -> Result<Outcome, Interrupted> {
    let begun = |wanted: &dyn Fn(&Step) -> bool| {
        work.run
            .plan
            .steps
            .iter()
            .zip(&work.run.marks)
            .any(|(step, mark)| wanted(step) && !matches!(mark, Mark::Todo | Mark::Skipped { .. }))
    };
    let done: Vec<_> = acts
        .iter()
        .filter(|act| begun(&|step| matches!(step, Step::Act { act: other } if other == *act)))
        .cloned()
        .collect();
    let switched = begun(&|step| matches!(step, Step::SwitchVersion { .. }));
    if done.is_empty() && !switched {
        return Ok(Outcome::Skipped("nothing was changed".to_owned()));
    }
    let copies = work.engine.layout.copies(&work.run.id);
    let mut failures = undo_all(work, &done, &applying(work, &copies)).await?;
    work.pass("roll-back:undone")?;
    if let (true, Some(link)) = (switched, link) {
        let from = work.run.plan.steps.iter().find_map(|step| match step {
            Step::SwitchVersion { from, .. } => Some(from.clone()),
            _ => None,
        });
        let (link, is_named) = (PathBuf::from(link), !failures.is_empty());
        let put_back = blocking(move || {
            let switched = match from.flatten() {
                Some(previous) => files::switch_link(&link, Path::new(previous.as_str())),
                // A configuration that could not be taken back still names it: without it the server would not start.
                None if is_named => Ok(()),
                None => files::remove(&link),
            };
            switched.map_err(|error| storage(&error.to_string()))
        });
        failures.extend(put_back.await.err());
    }
    work.pass("roll-back:switched")?;
    read_again(work, settle.iter()).await;
    Ok(failures.into_iter().next().map_or(Outcome::Done, fail))
}
