//! Back to what was: an earlier version served again, failures forgotten.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::standing::with_next;
use certwright_core::certificate::Standing;
use certwright_core::event::{EventKind, Level};
use certwright_core::history::held_until;
use certwright_core::version::{Version, VersionState};
use certwright_store::{CertificateRow, Page, RollBack};

impl Engine {
    /// Serves an earlier version that is still valid again, wherever the certificate is deployed; no authority is asked.
    /// Without a version it is the one published before the current one. The renewal that would undo this is held for
    /// half of what the version has left, at most a week; asking by hand ends that.
    ///
    /// # Errors
    /// There is no such version, it has expired, it is the current one, or a run is going on.
    pub async fn roll_back(
        &self,
        id_or_name: &str,
        version: Option<&str>,
        who: &str,
    ) -> Result<CertificateRow, EngineError> {
        let row = self.store.find_certificate(id_or_name).await?;
        let certificate = &row.certificate;
        let version = self.earlier_version(&row, version).await?;
        let now = self.now();
        let not_after = version.facts.as_ref().map(|facts| facts.not_after).unwrap_or(now);
        if not_after <= now {
            return Err(EngineError::Conflict {
                field: "version".to_owned(),
                words: format!("{} has expired at {not_after}", version.id),
                remedy: format!("choose another one: certwright cert versions {}", certificate.settings.name),
            });
        }
        if let Some(revocation) = &version.revocation {
            return Err(EngineError::Conflict {
                field: "version".to_owned(),
                words: format!("{} is revoked, as is known since {:.0}", version.id, revocation.known_at),
                remedy: format!("choose another one: certwright cert versions {}", certificate.settings.name),
            });
        }
        let Some(fence) = self.claim(&certificate.id).await? else {
            return Err(EngineError::in_use(
                format!("{} is being worked on right now", certificate.settings.name),
                "ask again in a moment",
            ));
        };
        let held = held_until(not_after, now);
        let standing = Standing {
            current: Some(version.id.clone()),
            asked_at: None,
            not_before: Some(held),
            ..certificate.standing.clone()
        };
        let mut standing = with_next(&self.rules(), certificate, standing, Some(&version), now);
        let note = format!("rolled back to {} by hand, not renewed before {held:.0}", version.id);
        standing.next_why = Some(match standing.next_why.take() {
            Some(why) => format!("{why} ({note})"),
            None => note,
        });
        let words = format!(
            "{who} rolled back to {}, valid until {not_after}; not renewed before {held:.0}",
            version.id
        );
        let event =
            self.event(&certificate.id, None, None, EventKind::CertificateChanged, Level::Warning, words);
        let rolled = self
            .store
            .roll_back(&RollBack {
                version: &version.id,
                fence,
                before: certificate,
                standing: &standing,
                who,
                now,
                events: &[event],
            })
            .await;
        self.store.release(&certificate.id, fence).await?;
        rolled?;
        Ok(self.store.certificate_row(&certificate.id).await?)
    }

    /// The version that was named, or the one published before the current one.
    async fn earlier_version(
        &self,
        row: &CertificateRow,
        named: Option<&str>,
    ) -> Result<Version, EngineError> {
        let current = row.certificate.standing.current.as_ref();
        let missing = |id: String| EngineError::NotFound { what: "earlier version", id };
        if let Some(named) = named {
            let version = self.store.version(&named.into()).await?;
            if version.certificate != row.certificate.id || version.state != VersionState::Published {
                return Err(missing(named.to_owned()));
            }
            if Some(&version.id) == current {
                return Err(EngineError::Conflict {
                    field: "version".to_owned(),
                    words: format!("{named} is the current one"),
                    remedy: "deploy it again with: certwright cert deploy".to_owned(),
                });
            }
            return Ok(version);
        }
        let versions = self.store.versions(&row.certificate.id, Page { offset: 0, limit: 200 }).await?;
        let published_at = row.version.as_ref().and_then(|version| version.published_at);
        versions
            .items
            .into_iter()
            .find(|version| {
                version.state == VersionState::Published
                    && Some(&version.id) != current
                    && version.published_at < published_at
                    && version.revocation.is_none()
            })
            .ok_or_else(|| missing(format!("of {}", row.certificate.settings.name)))
    }

    /// Forgets failures and back-off of the certificate and its deployments: what is due is done at once.
    ///
    /// # Errors
    /// When there is no such certificate.
    pub async fn reset_failures(&self, id_or_name: &str, who: &str) -> Result<CertificateRow, EngineError> {
        let row = self.store.find_certificate(id_or_name).await?;
        let certificate = &row.certificate;
        let now = self.now();
        let standing =
            Standing { failures: 0, not_before: None, last_failure: None, ..certificate.standing.clone() };
        let standing = with_next(&self.rules(), certificate, standing, row.version.as_ref(), now);
        let words = format!("{who} reset the failures of {}", certificate.settings.name);
        let event =
            self.event(&certificate.id, None, None, EventKind::CertificateChanged, Level::Info, words);
        self.store.reset_failures(&certificate.id, &standing, who, now, &[event]).await?;
        Ok(self.store.certificate_row(&certificate.id).await?)
    }
}
