//! Applying a target's acts and taking them back.

use super::fail;
use crate::drive::{Interrupted, Work};
use certwright_contract::files::Copies;
use certwright_contract::{AnyTarget, Applying};
use certwright_core::event::Level;
use certwright_core::failure::Failure;
use certwright_core::run::Outcome;
use certwright_core::step::ProviderAct;
use certwright_providers::deploy;
use std::path::{Path, PathBuf};

pub(super) async fn apply(work: &Work<'_>, act: &ProviderAct) -> Result<Outcome, Interrupted> {
    Ok(act_again(work, act).await.map_or_else(fail, |()| Outcome::Done))
}

/// Applies an act; applying twice is applying once.
pub(super) async fn act_again(work: &Work<'_>, act: &ProviderAct) -> Result<(), Failure> {
    let copies = work.engine.layout.copies(&work.run.id);
    let applying = applying(work, &copies);
    target(act)?.apply(act, &applying.borrowed()).await
}

/// Takes acts back, the last first. Goes on after a failure: as much as can be is put back.
pub(super) async fn undo_all(
    work: &Work<'_>,
    acts: &[ProviderAct],
    applying: &OwnedApplying<'_>,
) -> Result<Vec<Failure>, Interrupted> {
    let mut failures = Vec::new();
    for (index, act) in acts.iter().enumerate().rev() {
        work.pass(&format!("undo:before-{index}"))?;
        let undone = match target(act) {
            Ok(target) => target.undo(act, &applying.borrowed()).await,
            Err(failure) => Err(failure),
        };
        failures.extend(undone.err());
    }
    Ok(failures)
}

/// Makes a server read its configuration again after it was put back. A failure is told and ends it, no more: the
/// files are as they were, and a server that cannot read them now could not before either.
pub(super) async fn read_again(work: &mut Work<'_>, settle: impl Iterator<Item = &ProviderAct>) {
    for act in settle {
        if let Err(failure) = act_again(work, act).await {
            work.note(Level::Warning, format!("After putting everything back: {failure}"));
            break;
        }
    }
}

/// What acts are handed.
pub(super) struct OwnedApplying<'a> {
    work: &'a Work<'a>,
    version_directory: PathBuf,
    copies: Copies,
}

impl OwnedApplying<'_> {
    fn borrowed(&self) -> Applying<'_> {
        Applying {
            ports: &self.work.engine.ports,
            version_directory: &self.version_directory,
            copies: &self.copies,
        }
    }
}

pub(super) fn applying<'a>(work: &'a Work<'a>, copies: &Path) -> OwnedApplying<'a> {
    let version_directory = match &work.run.learnt.version {
        Some(version) => work.engine.layout.version(&work.run.certificate, version),
        None => work.engine.layout.certificate(&work.run.certificate),
    };
    OwnedApplying { work, version_directory, copies: Copies::new(copies.to_owned()) }
}

fn target(act: &ProviderAct) -> Result<&'static dyn AnyTarget, Failure> {
    deploy::target(&act.provider).ok_or_else(|| {
        Failure::person(
            "no-target",
            format!("do {:?}", act.words),
            format!("this program knows no target {}", act.provider),
            "the step was stored by another version of Certwright; cancel the run and ask again",
        )
    })
}
