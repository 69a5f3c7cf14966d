//! Who may order now: what the authorities' paces leave, and the slots that orders wait for. In memory alone: a restart
//! begins with a free second.

use crate::engine::Engine;
use certwright_core::Timestamp;
use certwright_core::id::{AuthorityId, CertificateId, RunId};
use certwright_core::pace::{Pace, Slots};
use certwright_store::{Lane, LaneState, StoreError, Work};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The slots of all authorities.
#[derive(Debug, Default)]
pub(crate) struct Admission(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    slots: HashMap<AuthorityId, Slots>,
    /// The slots that runs wait for.
    waiting: HashMap<RunId, Timestamp>,
    /// Certificates that a worker decides about, whose runs are not stored yet: they count in their lanes too.
    beginning: HashMap<CertificateId, Lane>,
}

impl Admission {
    /// When the run may place its order; a slot that it waited for is used up once it has come.
    pub(crate) fn slot(
        &self,
        run: &RunId,
        authority: &AuthorityId,
        pace: &Pace,
        now: Timestamp,
    ) -> Timestamp {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = match taken.waiting.remove(run) {
            Some(slot) => slot,
            None => taken.slots.entry(authority.clone()).or_default().take(pace, now),
        };
        if slot > now {
            taken.waiting.insert(run.clone(), slot);
        }
        slot
    }

    /// A worker is given the certificate, and may open a run for it.
    pub(crate) fn begins(&self, certificate: &CertificateId, lane: Lane) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).beginning.insert(certificate.clone(), lane);
    }

    /// Its run is stored, or there will be none.
    pub(crate) fn has_begun(&self, certificate: &CertificateId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).beginning.remove(certificate);
    }

    fn beginning(&self) -> Vec<Lane> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).beginning.values().cloned().collect()
    }

    /// The run places no order any more.
    pub(crate) fn forget(&self, run: &RunId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).waiting.remove(run);
    }
}

/// A piece of work that may be begun.
pub(crate) struct Given {
    pub(crate) work: Work,
    /// Whom it asks, where it asks an authority.
    pub(crate) authority: Option<AuthorityId>,
    /// The lane of a certificate that may order.
    pub(crate) lane: Option<Lane>,
}

/// What may be begun now.
pub(crate) struct Admitted {
    /// Runs and deployments first: what was begun is brought to its end before anything else is begun.
    pub(crate) work: Vec<Given>,
    /// Questions when to renew, for a pool of their own.
    pub(crate) questions: Vec<Given>,
    /// Whether something is due that must wait for others of its authority or account.
    pub(crate) saturated: bool,
}

impl Engine {
    /// What is due and may be begun: in each lane no more than authority and account leave. `taken` are certificates
    /// that a worker has been given, whose runs may not be stored yet.
    pub(crate) async fn admit(&self, taken: &[CertificateId], limit: u32) -> Result<Admitted, StoreError> {
        let now = self.now();
        // Read before the runs that are stored: one that is stored meanwhile counts twice, and never not at all.
        let beginning = self.admission.beginning();
        let (questions, mut work): (Vec<Given>, Vec<Given>) = self
            .store
            .due_beside(now, limit)
            .await?
            .into_iter()
            .map(|(work, authority)| {
                let asks = !matches!(work, Work::Deployment { .. });
                Given { authority: asks.then_some(authority), work, lane: None }
            })
            .partition(|given| matches!(given.work, Work::RenewalInformation { .. }));
        let mut lanes = self.store.lanes(now).await?;
        for state in &mut lanes {
            let more = beginning.iter().filter(|lane| **lane == state.lane).count();
            state.live += u32::try_from(more).unwrap_or(u32::MAX);
        }
        let mut at_authority: HashMap<&AuthorityId, u32> = HashMap::new();
        for state in &lanes {
            *at_authority.entry(&state.lane.authority).or_default() += state.live;
        }
        let mut saturated = false;
        for LaneState { lane, live, .. } in lanes.iter().filter(|state| state.due) {
            let pace = self.pace(&lane.authority).await;
            let busy = at_authority.get(&lane.authority).copied().unwrap_or_default();
            let room = pace.room(busy, *live);
            if room == 0 {
                saturated = true;
                continue;
            }
            let begun = self.due_in(lane, room.min(limit), taken, now).await?;
            *at_authority.entry(&lane.authority).or_default() +=
                u32::try_from(begun.len()).unwrap_or(u32::MAX);
            work.extend(begun.into_iter().map(|id| Given {
                work: Work::Certificate(id),
                authority: Some(lane.authority.clone()),
                lane: Some(lane.clone()),
            }));
        }
        Ok(Admitted { work, questions, saturated })
    }

    async fn due_in(
        &self,
        lane: &Lane,
        room: u32,
        taken: &[CertificateId],
        now: Timestamp,
    ) -> Result<Vec<CertificateId>, StoreError> {
        let mut due = self.store.due_in_lane(lane, now, room).await?;
        due.retain(|certificate| !taken.contains(certificate));
        Ok(due)
    }

    /// Of one that cannot be found the usual pace: that it is gone is told by the plan that cannot be made.
    async fn pace(&self, authority: &AuthorityId) -> Pace {
        let found = self.find_authority(authority).await.ok().flatten();
        found.map_or_else(Pace::default, |authority| authority.details.pace)
    }
}
