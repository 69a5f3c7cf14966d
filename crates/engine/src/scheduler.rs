//! The scheduler: sleeps until the earliest stored moment, then hands what is due to bounded workers.
//!
//! Each look is a few index queries: it grows with what is due, not with what is stored.

use crate::admission::Given;
use crate::drive::Interrupted;
use crate::engine::Engine;
use crate::sweep::LeftBehind;
use certwright_core::SignedDuration;
use certwright_core::id::{AuthorityId, CertificateId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// The clock may jump and the machine sleep: no nap is longer, so that neither goes unnoticed for long.
const LONGEST_NAP: Duration = Duration::from_secs(60);
/// The pause after the store could not be used: nothing can be done without it.
const AFTER_TROUBLE: Duration = Duration::from_secs(5);
/// Every write wakes the scheduler, and a moment that has passed may give no work (it is being worked on): however that is,
/// it looks no more often than this.
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);
/// The pause while every worker is busy; one that ends wakes the scheduler sooner.
const ALL_BUSY_NAP: Duration = Duration::from_millis(250);
/// The pause between sweeps.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(3600);
/// How far a clock may be set back without that being worth telling: time services do so by seconds.
const CLOCK_DRIFT: SignedDuration = SignedDuration::from_mins(2);
/// The most questions when to renew that are asked at the same time.
const QUESTIONS_AT_ONCE: usize = 4;
/// The most pieces of work taken at once.
const MOST_AT_ONCE: u32 = 64;

/// Runs until `shutdown`; then waits for no one: every run can go on at the next start. Sweeps, beside the work, what
/// an earlier process left behind.
pub async fn run(engine: Arc<Engine>, left: LeftBehind, shutdown: CancellationToken) {
    let _sweeping = AbortOnDropHandle::new(tokio::spawn(sweep(Arc::clone(&engine), left)));
    let _applying = AbortOnDropHandle::new(tokio::spawn(apply_defaults(Arc::clone(&engine))));
    let _keeping = AbortOnDropHandle::new(tokio::spawn(crate::upkeep::keep(Arc::clone(&engine))));
    let pools = Pools {
        work: Pool::new("work", engine.options.parallel_runs),
        questions: Pool::new("questions", QUESTIONS_AT_ONCE),
        ended: Arc::default(),
    };
    let taken = Arc::new(Mutex::new(Held::new()));
    let workers = tokio_util::task::TaskTracker::new();
    let mut changes = engine.store.subscribe();
    let mut last = (Instant::now(), engine.now());
    loop {
        let looked = (Instant::now(), engine.now());
        if is_put_back(looked.0.duration_since(last.0), looked.1.duration_since(last.1)) {
            engine.clock_went_back.notify_one();
        }
        last = looked;
        changes.mark_unchanged();
        engine.condition.ticked(engine.now());
        let nap = match hand_out(&engine, &pools, &taken, &workers).await {
            Ok(nap) => nap,
            Err(error) => {
                tracing::error!(%error, "the store cannot be read; trying again");
                AFTER_TROUBLE
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => break,
            () = tokio::time::sleep(nap) => {}
            _ = changes.changed() => {}
            () = pools.ended.notified() => {}
        }
        tokio::select! {
            () = shutdown.cancelled() => break,
            () = tokio::time::sleep(BETWEEN_LOOKS.saturating_sub(looked.0.elapsed())) => {}
        }
    }
}

/// Sweeps now, and then from time to time: what could not be removed (a disk that was not there) is tried again.
async fn sweep(engine: Arc<Engine>, mut left: LeftBehind) {
    loop {
        if let Err(error) = engine.sweep(std::mem::take(&mut left)).await {
            tracing::error!(%error, "what was left behind could not be swept; trying again in an hour");
        }
        tokio::time::sleep(BETWEEN_SWEEPS).await;
    }
}

/// Computes every next moment anew when the defaults were changed, or had been when the last process ended, and when
/// the clock was put back.
async fn apply_defaults(engine: Arc<Engine>) {
    let mut went_back = false;
    loop {
        let applied = async {
            if went_back {
                engine.remember_put_back().await?;
            }
            engine.follow_the_clock().await?;
            engine.apply_defaults().await
        };
        if let Err(error) = applied.await {
            tracing::error!(%error, "the moments could not be computed anew; trying again");
            tokio::time::sleep(AFTER_TROUBLE).await;
            continue;
        }
        went_back = false;
        tokio::select! {
            () = engine.defaults_changed.notified() => {}
            () = engine.clock_went_back.notified() => went_back = true,
        }
    }
}

/// Whether a clock that shows `passed` after `elapsed` was put back meanwhile, by more than it may drift. One that was
/// put forward, or that went on while the machine slept, needs nothing: what is due is found due.
fn is_put_back(elapsed: Duration, passed: SignedDuration) -> bool {
    let elapsed = SignedDuration::try_from(elapsed).unwrap_or(SignedDuration::ZERO);
    passed < elapsed - CLOCK_DRIFT
}

/// Starts workers for what is due, as many as there are permits; gives the time until the next look.
async fn hand_out(
    engine: &Arc<Engine>,
    pools: &Pools,
    taken: &Arc<Mutex<Held>>,
    workers: &tokio_util::task::TaskTracker,
) -> Result<Duration, certwright_store::StoreError> {
    let held: Vec<_> = taken.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect();
    let admitted = engine.admit(&held, MOST_AT_ONCE).await?;
    let questions = admitted.questions.into_iter().map(|given| (given, &pools.questions));
    let given = admitted.work.into_iter().map(|given| (given, &pools.work)).chain(questions);
    let mut all_busy = false;
    for (Given { work, authority, lane }, pool) in given {
        let certificate = work.certificate().clone();
        // Never waited for here: the shutdown must be heard even when every worker is busy.
        if pool.permits.available_permits() == 0 {
            all_busy = true;
            continue;
        }
        let taken_by =
            |held: &Held| held.values().filter(|(at, by)| *at == pool.name && *by == authority).count();
        {
            let mut held = taken.lock().unwrap_or_else(PoisonError::into_inner);
            if held.contains_key(&certificate) {
                continue;
            }
            // An authority that answers nobody must not keep every worker waiting.
            if authority.is_some() && taken_by(&held) >= pool.most_of_one {
                all_busy = true;
                continue;
            }
            held.insert(certificate.clone(), (pool.name, authority));
        }
        // Given back by drop, also after a panic: neither permit nor certificate may be kept (fault 54).
        let holding = Taken {
            engine: Arc::clone(engine),
            taken: Arc::clone(taken),
            certificate,
            ended: Arc::clone(&pools.ended),
        };
        let Ok(permit) = Arc::clone(&pool.permits).try_acquire_owned() else {
            all_busy = true;
            continue;
        };
        if let Some(lane) = lane {
            engine.admission.begins(&holding.certificate, lane);
        }
        let engine = Arc::clone(engine);
        workers.spawn(async move {
            // In this order: the permit is free before the scheduler is told.
            let _holding = holding;
            let _permit = permit;
            match engine.work(&work).await {
                Ok(()) | Err(Interrupted::Stopped | Interrupted::Stale) => {}
                Err(Interrupted::Store(words)) => {
                    tracing::error!(?work, %words, "the store failed under a worker; it goes on when the store does");
                    tokio::time::sleep(AFTER_TROUBLE).await;
                }
            }
        });
    }
    // Whoever ends wakes the scheduler sooner.
    if all_busy || admitted.saturated {
        return Ok(ALL_BUSY_NAP);
    }
    let nap = match engine.store.next_moment().await? {
        None => LONGEST_NAP,
        Some(moment) => Duration::try_from(moment.duration_since(engine.now())).unwrap_or(Duration::ZERO),
    };
    Ok(nap.min(LONGEST_NAP))
}

/// Certificates that a worker has been given: from which pool, and for which authority.
type Held = HashMap<CertificateId, (&'static str, Option<AuthorityId>)>;

/// Who works: a question to an authority that does not answer keeps no renewal waiting.
struct Pools {
    work: Pool,
    questions: Pool,
    ended: Arc<Notify>,
}

/// Workers of one kind.
struct Pool {
    name: &'static str,
    permits: Arc<Semaphore>,
    /// The most that may work for one authority at the same time: a quarter is left for all others.
    most_of_one: usize,
}

impl Pool {
    fn new(name: &'static str, workers: usize) -> Self {
        let most_of_one = (workers - workers.div_ceil(4)).max(1);
        Self { name, permits: Arc::new(Semaphore::new(workers)), most_of_one }
    }
}

struct Taken {
    engine: Arc<Engine>,
    taken: Arc<Mutex<Held>>,
    certificate: CertificateId,
    /// Told when the worker has ended: not every end writes, and a panic does not.
    ended: Arc<Notify>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.engine.admission.has_begun(&self.certificate);
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.certificate);
        self.ended.notify_one();
    }
}

impl Engine {
    /// Works off everything that is due, one after the other, until nothing is due any more: for tests that
    /// move the clock themselves. Gives false when a failpoint stopped it.
    ///
    /// # Errors
    /// In words, when the store cannot be used.
    pub async fn work_off(&self) -> Result<bool, String> {
        loop {
            let due = self.store.due(self.now(), MOST_AT_ONCE).await.map_err(|error| error.to_string())?;
            if due.is_empty() {
                return Ok(true);
            }
            for work in due {
                match self.work(&work).await {
                    Ok(()) | Err(Interrupted::Stale) => {}
                    Err(Interrupted::Stopped) => return Ok(false),
                    Err(Interrupted::Store(words)) => return Err(words),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_32_only_a_clock_that_was_put_back_is_told() {
        let hours = SignedDuration::from_hours;
        for (name, elapsed, passed, told) in [
            ("as it should be", 60, SignedDuration::from_secs(60), false),
            ("drift", 60, SignedDuration::from_secs(-30), false),
            ("the machine slept", 60, hours(9), false),
            ("a year ahead", 60, hours(365 * 24), false),
            ("a year back", 60, hours(-365 * 24), true),
            ("an hour back", 60, hours(-1), true),
        ] {
            assert_eq!(is_put_back(Duration::from_secs(elapsed), passed), told, "{name}");
        }
    }
}
