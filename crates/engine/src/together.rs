//! One change of several certificates: each by itself, so that one that cannot be changed holds up no other.

use crate::certificates::Changes;
use crate::engine::Engine;
use crate::error::EngineError;
use certwright_core::id::CertificateId;

/// What is done to each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Together {
    /// Pause it, or resume it.
    Pause(bool),
    /// Add these tags and take those away.
    Tag {
        /// To be there.
        add: Vec<String>,
        /// Not to be there.
        remove: Vec<String>,
    },
    /// Delete it; served files stay.
    Delete,
}

/// What became of them.
#[derive(Clone, Debug, Default)]
pub struct ChangedTogether {
    /// How many were changed, or were so already.
    pub done: u32,
    /// Those that were not: id, name where it is known, reason.
    pub refused: Vec<(CertificateId, String, String)>,
}

impl Engine {
    /// Changes these certificates one after the other. Doing it twice is doing it once.
    ///
    /// # Errors
    /// When the store cannot be used; what was changed before stays changed.
    pub async fn change_together(
        &self,
        ids: &[CertificateId],
        change: &Together,
        who: &str,
    ) -> Result<ChangedTogether, EngineError> {
        let mut changed = ChangedTogether::default();
        for id in ids {
            match self.change_one(id, change, who).await {
                Ok(()) => changed.done += 1,
                Err(error @ EngineError::Storage { .. }) => return Err(error),
                // Gone is what was wanted.
                Err(EngineError::NotFound { .. }) if *change == Together::Delete => changed.done += 1,
                Err(error) => {
                    let name =
                        self.store.names(std::slice::from_ref(id)).await?.remove(id).unwrap_or_default();
                    changed.refused.push((id.clone(), name, error.to_string()));
                }
            }
        }
        Ok(changed)
    }

    async fn change_one(&self, id: &CertificateId, change: &Together, who: &str) -> Result<(), EngineError> {
        let row = self.certificate(id.as_str()).await?;
        let revision = row.certificate.revision;
        let changes = match change {
            Together::Delete => return self.delete_certificate(id.as_str(), revision, who).await,
            Together::Pause(paused) if row.certificate.settings.paused == *paused => return Ok(()),
            Together::Pause(paused) => Changes { paused: Some(*paused), ..Changes::default() },
            Together::Tag { add, remove } => {
                let before = &row.certificate.settings.tags;
                let mut tags: Vec<_> = before.iter().filter(|tag| !remove.contains(tag)).cloned().collect();
                tags.extend(add.iter().filter(|tag| !before.contains(tag)).cloned());
                if tags == *before {
                    return Ok(());
                }
                Changes { tags: Some(tags), ..Changes::default() }
            }
        };
        self.update_certificate(id.as_str(), revision, changes, who).await.map(drop)
    }
}
