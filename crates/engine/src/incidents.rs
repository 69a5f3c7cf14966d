//! Incidents at work: what happens to many for the same cause becomes one stored row with one event, and an authority that
//! is out of order has a breaker. What is open is kept in memory too; it is read at the start.

use crate::engine::Engine;
use certwright_core::Timestamp;
use certwright_core::breaker::Breaker;
use certwright_core::certificate::Certificate;
use certwright_core::event::{EventKind, Level, NewEvent};
use certwright_core::failure::Failure;
use certwright_core::id::{AuthorityId, IncidentId};
use certwright_core::incident::{Cause, CauseKind, Example, Gathered, Incident, Member, is_outage};
use certwright_store::{Listing, Page, StoreResult};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most causes that are watched without being incidents: there are as many as authorities and targets.
const MOST_WATCHED: usize = 1_000;

/// What is known of causes.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    known: Mutex<Known>,
    /// Rows are written in the order in which their facts were learnt.
    pub(crate) writing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) open: BTreeMap<Cause, Incident>,
    gathered: HashMap<Cause, (Gathered, Vec<Member>)>,
    breakers: HashMap<AuthorityId, Breaker>,
}

/// What an incident says when it is opened.
pub(crate) struct Words {
    pub(crate) words: String,
    pub(crate) remedy: String,
}

/// Who may order now from an authority that is, or is not, out of order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    /// It is in order, or this one is the one that tries it.
    Free,
    /// It is out of order since the first moment; the next one may try at the second.
    Held(Timestamp, Timestamp),
}

impl Watch {
    pub(crate) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an order may be placed now.
    pub(crate) fn passage(&self, authority: &AuthorityId, now: Timestamp) -> Passage {
        let mut known = self.known();
        let Some(breaker) = known.breakers.get_mut(authority) else { return Passage::Free };
        if breaker.takes_try(now) {
            return Passage::Free;
        }
        Passage::Held(breaker.since(), breaker.next_try())
    }

    /// The last answer of an authority that has been out of order for so long that others are asked.
    pub(crate) fn long_failure(&self, authority: &AuthorityId, now: Timestamp) -> Option<Failure> {
        self.known().breakers.get(authority)?.long_failure(now).cloned()
    }

    /// How many are open, by kind.
    pub(crate) fn counts(&self) -> BTreeMap<&'static str, u64> {
        let mut counts: BTreeMap<_, _> = CauseKind::ALL.iter().map(|kind| (kind.word(), 0)).collect();
        for cause in self.known().open.keys() {
            *counts.entry(cause.kind.word()).or_default() += 1;
        }
        counts
    }

    pub(crate) fn open(&self) -> Vec<Incident> {
        self.known().open.values().cloned().collect()
    }
}

impl Engine {
    /// Reads what was open when the predecessor ended: an authority that was out of order is tried with care.
    pub(crate) async fn load_incidents(&self) -> StoreResult<()> {
        let (open, now) = (self.store.open_incidents().await?, self.now());
        let mut known = self.watch.known();
        for incident in open {
            if incident.cause.kind == CauseKind::AuthorityOutage {
                let said = incident.gathered.examples.last().map_or("", |example| example.words.as_str());
                let failure = Failure::retry("acme-unavailable", "order", said, "");
                let breaker = Breaker::new(incident.gathered.first_at, failure, now, self.chance.draw());
                known.breakers.insert(AuthorityId::from(incident.cause.of.as_str()), breaker);
            }
            known.open.insert(incident.cause.clone(), incident);
        }
        Ok(())
    }

    /// The incidents, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn incidents(&self, open: Option<bool>, page: Page) -> StoreResult<Listing<Incident>> {
        self.store.incidents(open, page).await
    }

    /// One incident.
    ///
    /// # Errors
    /// When there is none of that id.
    pub async fn incident(&self, id: &str) -> StoreResult<Incident> {
        self.store.incident(&IncidentId::from(id)).await
    }

    /// What is open now.
    pub fn open_incidents(&self) -> Vec<Incident> {
        self.watch.open()
    }

    /// How many are open, by kind; every kind is there.
    pub fn incident_counts(&self) -> BTreeMap<&'static str, u64> {
        self.watch.counts()
    }

    /// Something happened by this cause; so often, it is an incident, whose words are asked for once.
    pub(crate) async fn occurred(
        &self,
        cause: Cause,
        example: Example,
        words: impl FnOnce(&Gathered) -> Words,
    ) -> StoreResult<()> {
        self.gather(cause, (example, None), words, false).await
    }

    /// The same of what is another each time: the incident that is open says what it is now.
    pub(crate) async fn occurred_otherwise(
        &self,
        cause: Cause,
        example: Example,
        words: Words,
    ) -> StoreResult<()> {
        self.gather(cause, (example, None), |_| words, true).await
    }

    /// The same with the certificate that is to be replaced, where it is about one; an open incident says what it is by
    /// its first words, or anew each time.
    pub(crate) async fn gather(
        &self,
        cause: Cause,
        (example, member): (Example, Option<Member>),
        words: impl FnOnce(&Gathered) -> Words,
        says_anew: bool,
    ) -> StoreResult<()> {
        let _in_order = self.watch.writing.lock().await;
        let mut joining: Vec<_> = member.into_iter().collect();
        let (incident, is_new) = {
            let mut known = self.watch.known();
            if let Some(incident) = known.open.get_mut(&cause) {
                incident.gathered.add(example);
                if says_anew {
                    Words { words: incident.words, remedy: incident.remedy } = words(&incident.gathered);
                }
                (incident.clone(), false)
            } else {
                let (before, others) = known.gathered.remove(&cause).unzip();
                let gathered = Gathered::gather(before, example);
                if let Some(others) = others.filter(|_| gathered.count > 1) {
                    joining.extend(others);
                }
                if !gathered.is_incident(cause.kind) {
                    if known.gathered.len() < MOST_WATCHED {
                        known.gathered.insert(cause, (gathered, joining));
                    }
                    return Ok(());
                }
                let Words { words, remedy } = words(&gathered);
                let incident = Incident {
                    id: IncidentId::from_unique(&self.chance.unique()),
                    cause: cause.clone(),
                    words,
                    remedy,
                    gathered,
                    resolved: 0,
                    opened_at: self.now(),
                    closed_at: None,
                    end: None,
                };
                known.open.insert(cause, incident.clone());
                (incident, true)
            }
        };
        let event = is_new.then(|| {
            let words = format!("{} ({}). What to do: {}", incident.words, incident.id, incident.remedy);
            self.told(EventKind::IncidentOpened, Level::Error, words)
        });
        self.store.save_incident(&incident, &joining, event.as_ref()).await
    }

    /// The cause is gone: nothing is gathered of it any more, and its incident is closed.
    pub(crate) async fn is_over(&self, cause: &Cause, end: &str) -> StoreResult<()> {
        self.close(cause, end, |_| true).await
    }

    /// The same, if the incident that is open is still as it was found to be over.
    pub(crate) async fn close(
        &self,
        cause: &Cause,
        end: &str,
        is_it: impl Fn(&Incident) -> bool + Send,
    ) -> StoreResult<()> {
        let _in_order = self.watch.writing.lock().await;
        let incident = {
            let mut known = self.watch.known();
            if known.open.get(cause).is_some_and(|incident| !is_it(incident)) {
                return Ok(());
            }
            known.gathered.remove(cause);
            if cause.kind == CauseKind::AuthorityOutage {
                known.breakers.remove(&AuthorityId::from(cause.of.as_str()));
            }
            let Some(mut incident) = known.open.remove(cause) else { return Ok(()) };
            incident.closed_at = Some(self.now());
            incident.end = Some(end.to_owned());
            incident
        };
        let words = format!("Over: {} ({}): {end}", incident.words, incident.id);
        let event = self.told(EventKind::IncidentClosed, Level::Info, words);
        let saved = self.store.save_incident(&incident, &[], Some(&event)).await;
        if saved.is_err() {
            // Not closed, then: it is tried again by whatever shows next that it is over.
            self.watch.known().open.insert(cause.clone(), incident);
        }
        saved
    }

    /// An event that is of no certificate.
    fn told(&self, kind: EventKind, level: Level, message: String) -> NewEvent {
        match level {
            Level::Error => tracing::error!("{message}"),
            Level::Warning => tracing::warn!("{message}"),
            Level::Info => tracing::info!("{message}"),
        }
        NewEvent { at: self.now(), certificate: None, run: None, step: None, kind, level, message }
    }

    pub(crate) fn example(&self, certificate: &Certificate, words: &str) -> Example {
        Example {
            at: self.now(),
            certificate: Some(certificate.id.clone()),
            name: certificate.settings.name.clone(),
            words: words.to_owned(),
        }
    }

    /// An order has failed, or could not be planned. Where that is the authority's outage others are held from now on.
    pub(crate) async fn order_failed(&self, certificate: &Certificate, failure: &Failure) -> StoreResult<()> {
        let Some(id) = failure.authority.clone().filter(|_| is_outage(failure)) else { return Ok(()) };
        let title = self.title(&id).await;
        let cause = Cause::new(CauseKind::AuthorityOutage, &id);
        let example = self.example(certificate, &failure.answer);
        let said = failure.answer.clone();
        let saved = self
            .occurred(cause.clone(), example, |gathered| Words {
                words: format!(
                    "{title} is out of order since {:.0}: {said}. Orders there are held, and one at a time tries it",
                    gathered.first_at
                ),
                remedy: "nothing, where the authority is in trouble: what is due is ordered when it is back, or from another \
                         authority with an account after two hours; otherwise check this machine's network"
                    .to_owned(),
            })
            .await;
        let (now, draw) = (self.now(), self.chance.draw());
        let mut known = self.watch.known();
        if let Some(incident) = known.open.get(&cause) {
            let since = incident.gathered.first_at;
            match known.breakers.get_mut(&id) {
                Some(breaker) => breaker.failed(failure.clone(), now, draw),
                None => {
                    known.breakers.insert(id, Breaker::new(since, failure.clone(), now, draw));
                }
            }
        }
        drop(known);
        saved
    }

    /// The authority does what it is asked for.
    pub(crate) async fn authority_works(&self, id: &AuthorityId) -> StoreResult<()> {
        self.is_over(&Cause::new(CauseKind::AuthorityOutage, id), "it opens orders again").await
    }

    /// A deployment to this kind of target has failed.
    pub(crate) async fn target_failed(
        &self,
        certificate: &Certificate,
        target: &str,
        failure: &Failure,
    ) -> StoreResult<()> {
        // A plan that a person must look at again is no trouble of the target.
        if failure.kind == "plan-changed" {
            return Ok(());
        }
        let cause = Cause::new(CauseKind::TargetBroken, target);
        let example = self.example(certificate, &failure.answer);
        let Failure { answer, remedy, .. } = failure.clone();
        self.occurred(cause, example, |_| Words {
            words: format!("No certificate can be deployed to {target}: {answer}"),
            remedy,
        })
        .await
    }

    /// A deployment to this kind of target has succeeded.
    pub(crate) async fn target_works(&self, target: &str) -> StoreResult<()> {
        self.is_over(&Cause::new(CauseKind::TargetBroken, target), "it takes certificates again").await
    }
}
