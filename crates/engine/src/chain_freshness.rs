//! Whether the chain of what is served is still one that its authority gives: an intermediate is replaced while leaves
//! stay valid (fault 11). Looked at once a week, beside the question when to renew.

use crate::engine::Engine;
use crate::error::EngineError;
use certwright_core::event::{EventKind, Level};
use certwright_core::version::Version;
use certwright_core::{SignedDuration, Timestamp};

/// Who the audit names.
const SERVICE: &str = "the service";
/// The pause between two looks at one version.
const BETWEEN_LOOKS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whether the chain is to be looked at: a new version's chain is as fresh as can be.
pub(crate) fn is_due(version: &Version, now: Timestamp) -> bool {
    let last = version.renewal_information.chain_looked_at.or(version.published_at);
    // The last look is still to come: the clock was put back since.
    version.certificate_url.is_some() && last.is_none_or(|last| last + BETWEEN_LOOKS <= now || last > now)
}

impl Engine {
    /// Fetches the chain again, and has it deployed when the authority gives the stored one no longer. No trouble here is
    /// a failure of the certificate: what is served stays, and it is told.
    pub(crate) async fn look_at_chain(&self, version: &Version) {
        let words = match self.refresh(version).await {
            Ok(()) => return,
            // The authority keeps certificates as long as it likes (RFC 8555 §7.4.2).
            Err(error) => {
                format!("Whether the chain of {} is still current is not known: {error}", version.id)
            }
        };
        let event = self.event(&version.certificate, None, None, EventKind::Note, Level::Info, words);
        if let Err(error) = self.store.append_events(&[event]).await {
            tracing::warn!(%error, "what is known of a chain could not be told");
        }
    }

    async fn refresh(&self, version: &Version) -> Result<(), EngineError> {
        let before = self.store.version_chain(&version.id).await?.unwrap_or_default();
        let offered = self.offered_chains(version).await?;
        if offered.is_empty() || offered.iter().any(|chain| crate::refetch::same_chain(chain, &before)) {
            return Ok(());
        }
        // Another chain below the same root, so that nobody who trusted it before stops; else what the authority prefers.
        let root = crate::refetch::issuers(&before).ok().and_then(|mut issuers| issuers.pop());
        let same_root =
            |chain: &&String| crate::refetch::issuers(chain).is_ok_and(|all| all.last() == root.as_ref());
        let Some(chain) = offered.iter().find(same_root).or_else(|| offered.first()) else { return Ok(()) };
        self.put_chain(version, &before, chain, SERVICE).await.map(drop)
    }
}
