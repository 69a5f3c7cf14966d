//! Removing the directories of superseded versions: each holds a private key in the clear, and nobody reads it.

use crate::engine::Engine;
use crate::observe::linked_version;
use certwright_core::certificate::Deployment;
use certwright_core::id::CertificateId;
use std::collections::HashSet;
use std::path::PathBuf;

/// The newest directories stay: the one before the last is what a person goes back to by hand.
const KEPT: usize = 3;

/// Removes what no target serves any more. A failure is told and no more: the next deployment tries again.
pub(super) async fn remove(engine: &Engine, certificate: &CertificateId) {
    let deployments = match engine.store.deployments(certificate).await {
        Ok(deployments) => deployments,
        Err(error) => {
            tracing::warn!(%error, "directories of superseded versions were left in place");
            return;
        }
    };
    let folder = engine.layout.certificate(certificate);
    let link = engine.layout.link(certificate);
    let removed = tokio::task::spawn_blocking(move || {
        let in_use = linked_version(&link).map(|version| version.to_string());
        for directory in superseded(directories(&folder)?, in_use, &deployments) {
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
fn superseded(mut names: Vec<String>, linked: Option<String>, deployments: &[Deployment]) -> Vec<String> {
    names.sort();
    names.truncate(names.len().saturating_sub(KEPT));
    let in_use: HashSet<String> = deployments
        .iter()
        .flat_map(|deployment| [&deployment.deployed, &deployment.wanted])
        .flatten()
        .map(ToString::to_string)
        .chain(linked)
        .collect();
    names.retain(|name| !in_use.contains(name));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_directories_that_nobody_uses_go() {
        let names = |numbers: &[u32]| numbers.iter().map(|n| format!("ver-{n}")).collect::<Vec<_>>();
        let deployment = Deployment {
            id: "dep-1".into(),
            certificate: "cert-1".into(),
            target: "nginx".to_owned(),
            wanted: Some("ver-7".into()),
            deployed: Some("ver-2".into()),
            verified_at: None,
            failures: 1,
            next_at: None,
            last_failure: None,
            approved: None,
        };
        let gone = superseded(names(&[7, 1, 2, 3, 4, 5, 6]), Some("ver-3".to_owned()), &[deployment]);
        assert_eq!(gone, names(&[1, 4]));
        assert_eq!(superseded(names(&[1, 2, 3]), None, &[]), names(&[]));
    }
}
