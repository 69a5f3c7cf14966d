//! Pruning history in the background: a few certificates at a time, files and rows of a version together.

use crate::drive::Interrupted;
use crate::engine::Engine;
use crate::observe::linked_version;
use certwright_core::history::{Cut, HistoryPolicy};
use certwright_core::id::{CertificateId, VersionId};
use std::path::PathBuf;
use std::time::Duration;

/// The pause between two looks and between two certificates, so that nobody notices.
const PAUSE: Duration = Duration::from_millis(20);

impl Engine {
    /// Prunes once what the policy does not keep; gives how many rows went. May be dropped at any moment.
    ///
    /// # Errors
    /// In words, when the store cannot be used.
    pub async fn prune(&self) -> Result<u64, String> {
        self.prune_by(&self.options.history).await
    }

    /// The same by another policy.
    ///
    /// # Errors
    /// As [`prune`](Self::prune).
    pub async fn prune_by(&self, policy: &HistoryPolicy) -> Result<u64, String> {
        let cut = policy.cut(self.now());
        let mut gone = 0;
        loop {
            let events =
                self.store.prune_events(cut.events_before).await.map_err(|error| error.to_string())?;
            gone += events;
            if events == 0 {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        gone += self.store.prune_incidents(cut.events_before).await.map_err(|error| error.to_string())?;
        let mut after = 0;
        loop {
            let page = self.store.prunable(after, &cut).await.map_err(|error| error.to_string())?;
            for certificate in &page.certificates {
                gone += match self.prune_certificate(certificate, &cut).await {
                    Ok(rows) => rows,
                    // Somebody works on it, or it was deleted: tomorrow, then.
                    Err(Interrupted::Stale | Interrupted::Stopped) => 0,
                    Err(Interrupted::Store(words)) => return Err(words),
                };
                tokio::time::sleep(PAUSE).await;
            }
            let Some(next) = page.next else { break };
            after = next;
            tokio::time::sleep(PAUSE).await;
        }
        Ok(gone)
    }

    /// Under the certificate's lease: no run begins meanwhile that could want one of the versions.
    async fn prune_certificate(&self, certificate: &CertificateId, cut: &Cut) -> Result<u64, Interrupted> {
        let Some(fence) = self.claim(certificate).await? else { return Ok(0) };
        let pruned: Result<u64, Interrupted> = async {
            let mut total = 0;
            loop {
                let versions = self.store.prunable_versions(certificate, cut).await?;
                let versions = self.remove_directories(certificate, versions).await;
                let rows = self.store.prune(certificate, &versions, cut, fence).await?;
                total += rows;
                if rows == 0 {
                    return Ok(total);
                }
            }
        }
        .await;
        self.store.release(certificate, fence).await?;
        pruned
    }

    /// Removes the versions' directories first: a key in the clear never outlives its row. Gives those whose rows may go;
    /// what the link points to is served, whatever the rows say.
    async fn remove_directories(
        &self,
        certificate: &CertificateId,
        versions: Vec<VersionId>,
    ) -> Vec<VersionId> {
        let link = self.layout.link(certificate);
        let directories: Vec<(VersionId, PathBuf)> = versions
            .into_iter()
            .map(|version| {
                let directory = self.layout.version(certificate, &version);
                (version, directory)
            })
            .collect();
        let removed = tokio::task::spawn_blocking(move || {
            let linked = linked_version(&link);
            let mut gone = Vec::new();
            for (version, directory) in directories {
                if linked.as_ref() == Some(&version) {
                    continue;
                }
                match std::fs::remove_dir_all(&directory) {
                    Ok(()) => gone.push(version),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => gone.push(version),
                    Err(error) => {
                        tracing::warn!(%error, "{} was left in place, and its version too", directory.display());
                    }
                }
            }
            gone
        });
        removed.await.unwrap_or_default()
    }
}
