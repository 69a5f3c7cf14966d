//! Incidents of certificates that are to be replaced: what an authority wants renewed now, and what its lists revoke. Such a
//! one is over when nothing has joined it for hours and nothing of it is pending.

use crate::engine::Engine;
use crate::incidents::Words;
use certwright_core::certificate::Certificate;
use certwright_core::incident::{Cause, CauseKind, Gathered, Incident, Member, Members};
use certwright_core::version::Version;
use certwright_store::{StoreError, StoreResult};

const RENEWED: &str =
    "nothing: all of them are replaced, those first that end first, as fast as the authority permits";
const REVOKED: &str = "nothing: all of them are replaced at once, as fast as the authority permits. Look for those that \
                       are paused, and at what the authority says about the cause";

impl Engine {
    /// An authority has moved the window of a certificate's current version to the past.
    pub(crate) async fn window_moved(
        &self,
        certificate: &Certificate,
        version: &Version,
        explanation: Option<&str>,
    ) -> StoreResult<()> {
        let authority = &version.authority;
        let cause = Cause::new(CauseKind::MassRenewal, authority);
        let why = explanation.map_or_else(String::new, |url| format!("; it explains that at {url}"));
        let example = self.example(certificate, "its renewal window was moved to the past");
        let words = |_: &Gathered| Words {
            words: format!(
                "{authority} wants many certificates renewed now, as before a mass revocation{why}"
            ),
            remedy: RENEWED.to_owned(),
        };
        self.gather(cause, (example, Some(member(version))), words, false).await
    }

    /// A revocation list of its authority has the current version of a certificate.
    pub(crate) async fn found_revoked(
        &self,
        certificate: &Certificate,
        version: &Version,
        said_by: &str,
    ) -> StoreResult<()> {
        let authority = &version.authority;
        let cause = Cause::new(CauseKind::MassRevocation, authority);
        let example = self.example(certificate, &format!("it is revoked, says {said_by}"));
        let words = |_: &Gathered| Words {
            words: format!("{authority} has revoked several certificates that are in use, as its lists say"),
            remedy: REVOKED.to_owned(),
        };
        self.gather(cause, (example, Some(member(version))), words, false).await
    }

    /// Counts how many certificates of each incident have been replaced, and closes those that are over by that.
    pub(crate) async fn close_old_incidents(&self) -> Result<(), StoreError> {
        let open = self.watch.open();
        for incident in open.iter().filter(|incident| incident.cause.kind.has_members()) {
            let members = self.store.incident_members(&incident.id, self.now()).await?;
            self.has_replaced(incident, members).await?;
            if incident.is_over(members, self.now()) {
                let end = match members.replaced {
                    0 => "none of them is to be replaced any more".to_owned(),
                    replaced => format!("{replaced} of {} are replaced", incident.gathered.count),
                };
                // One that has joined meanwhile keeps it open.
                self.close(&incident.cause, &end, |open| open.gathered == incident.gathered).await?;
            }
        }
        Ok(())
    }

    /// So many of them are replaced by now.
    async fn has_replaced(&self, incident: &Incident, members: Members) -> StoreResult<()> {
        let _in_order = self.watch.writing.lock().await;
        let changed = {
            let mut known = self.watch.known();
            match known.open.get_mut(&incident.cause) {
                Some(open) if open.id == incident.id && open.resolved != members.replaced => {
                    open.resolved = members.replaced;
                    open.clone()
                }
                _ => return Ok(()),
            }
        };
        self.store.save_incident(&changed, &[], None).await
    }
}

fn member(version: &Version) -> Member {
    Member { certificate: version.certificate.clone(), version: version.id.clone() }
}
