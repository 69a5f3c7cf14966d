//! After a failure: everything is put back in reverse, and the server reads it again.

use super::fail;
use super::target::{applying, read_again, undo_all};
use crate::blocking::blocking;
use crate::drive::{Interrupted, Work};
use crate::engine::storage;
use crate::observe::linked_version;
use certwright_contract::files;
use certwright_core::certificate::Deployment;
use certwright_core::event::Level;
use certwright_core::id::{DeploymentId, VersionId};
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
    if let (true, Some(link)) = (switched, link)
        && goes_back(work, Path::new(link)).await?
    {
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

/// Whether the link is this run's to put back. Deployments of a certificate share it, and one that failed may be taken
/// up again (after a restart, or a wait) long after it switched: what others have done with the link by then stays.
async fn goes_back(work: &mut Work<'_>, link: &Path) -> Result<bool, Interrupted> {
    let (Some(version), Some(deployment)) = (work.run.learnt.version.clone(), work.run.deployment().cloned())
    else {
        return Ok(true);
    };
    let deployments = work.engine.store.deployments(&work.run.certificate).await?;
    let stays = stays(linked_version(link).as_ref(), &version, &deployment, &deployments);
    if let Some(why) = &stays {
        work.note(Level::Warning, format!("{} is left as it is: {why}", link.display()));
    }
    Ok(stays.is_none())
}

/// Why the link stays, if it does: it points to `linked` now, and the run that rolls back had deployed `version`.
fn stays(
    linked: Option<&VersionId>,
    version: &VersionId,
    deployment: &DeploymentId,
    deployments: &[Deployment],
) -> Option<String> {
    if linked != Some(version) {
        return Some("it no longer points to what this run had switched it to".to_owned());
    }
    let other = deployments
        .iter()
        .find(|other| other.id != *deployment && other.deployed.as_ref() == Some(version))?;
    Some(format!("the deployment to {} serves {version} by it", other.target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_others_have_moved_or_serve_by_is_left_alone() {
        let other = |deployed: Option<&str>| Deployment {
            id: "dep-2".into(),
            certificate: "cert-1".into(),
            target: "nginx".to_owned(),
            wanted: Some("ver-2".into()),
            deployed: deployed.map(Into::into),
            verified_at: None,
            failures: 0,
            next_at: None,
            last_failure: None,
            approved: None,
            by_hand: false,
        };
        let own = Deployment { id: "dep-1".into(), ..other(Some("ver-2")) };
        for (linked, deployed, left) in [
            (Some("ver-2"), None, false),
            (Some("ver-2"), Some("ver-1"), false),
            (Some("ver-2"), Some("ver-2"), true),
            (Some("ver-3"), None, true),
            (Some("ver-1"), None, true),
            (None, None, true),
        ] {
            let linked: Option<VersionId> = linked.map(Into::into);
            let all = [own.clone(), other(deployed)];
            let why = stays(linked.as_ref(), &"ver-2".into(), &"dep-1".into(), &all);
            assert_eq!(why.is_some(), left, "{linked:?} {deployed:?} {why:?}");
        }
    }
}
