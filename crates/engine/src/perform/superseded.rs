//! Removing the directories of superseded versions: each holds a private key in the clear, and nobody reads it.

use crate::engine::Engine;
use crate::observe::linked_version;
use certwright_core::id::{CertificateId, VersionId};
use certwright_core::step::Step;
use certwright_store::StoreResult;
use std::collections::HashSet;
use std::path::PathBuf;

/// The newest directories stay: the one before the last is what a person goes back to by hand.
const KEPT: usize = 3;

/// Removes what no target serves any more. A failure is told and no more: the next deployment tries again.
pub(super) async fn remove(engine: &Engine, certificate: &CertificateId) {
    let in_use = match in_use(engine, certificate).await {
        Ok(in_use) => in_use,
        Err(error) => {
            tracing::warn!(%error, "directories of superseded versions were left in place");
            return;
        }
    };
    let folder = engine.layout.certificate(certificate);
    let link = engine.layout.link(certificate);
    let removed = tokio::task::spawn_blocking(move || {
        let in_use = in_use.into_iter().chain(linked_version(&link)).collect();
        for directory in superseded(directories(&folder)?, &in_use) {
            std::fs::remove_dir_all(folder.join(directory))?;
        }
        Ok::<(), std::io::Error>(())
    });
    match removed.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "directories of superseded versions were left in place"),
        Err(error) => tracing::warn!(%error, "directories of superseded versions were left in place"),
    }
}

/// What deployments serve or are to serve, and what a run that is going on may go back to.
async fn in_use(engine: &Engine, certificate: &CertificateId) -> StoreResult<HashSet<VersionId>> {
    let deployments = engine.store.deployments(certificate).await?;
    let mut in_use: HashSet<_> = deployments
        .into_iter()
        .flat_map(|deployment| [deployment.deployed, deployment.wanted])
        .flatten()
        .collect();
    for run in engine.store.live_runs(certificate).await? {
        in_use.extend(run.learnt.version);
        in_use.extend(run.plan.steps.into_iter().filter_map(|step| match step {
            Step::SwitchVersion { from, .. } => from,
            _ => None,
        }));
    }
    Ok(in_use)
}

fn directories(folder: &PathBuf) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        // The link is no directory by its own type.
        if entry.file_type()?.is_dir() {
            names.extend(entry.file_name().into_string().ok().filter(|name| name.starts_with("ver-")));
        }
    }
    Ok(names)
}

/// Which of these go. Names of versions are ordered by time.
fn superseded(mut names: Vec<String>, in_use: &HashSet<VersionId>) -> Vec<String> {
    names.sort();
    names.truncate(names.len().saturating_sub(KEPT));
    names.retain(|name| !in_use.contains(&VersionId::from(name.as_str())));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_directories_that_nobody_uses_go() {
        let names = |numbers: &[u32]| numbers.iter().map(|n| format!("ver-{n}")).collect::<Vec<_>>();
        let in_use = ["ver-7", "ver-2", "ver-3"].map(VersionId::from).into();
        let gone = superseded(names(&[7, 1, 2, 3, 4, 5, 6]), &in_use);
        assert_eq!(gone, names(&[1, 4]));
        assert_eq!(superseded(names(&[1, 2, 3]), &HashSet::new()), names(&[]));
    }
}
