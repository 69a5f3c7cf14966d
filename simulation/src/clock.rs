//! The virtual clock: it moves when somebody waits on it, and when the simulation moves it on.

use certwright_core::{SignedDuration, Timestamp};
use certwright_engine::Clock;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

struct Times {
    wall: Timestamp,
    passed: Duration,
}

/// Time that costs none. The wall clock can be made to jump; the other one only ever goes on.
pub struct VirtualClock {
    start: Instant,
    begin: Timestamp,
    times: Mutex<Times>,
}

impl VirtualClock {
    /// A clock that stands at this moment.
    pub fn new(now: Timestamp) -> Self {
        Self {
            start: Instant::now(),
            begin: now,
            times: Mutex::new(Times { wall: now, passed: Duration::ZERO }),
        }
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets so much time pass.
    pub fn pass(&self, span: Duration) {
        let mut times = self.times();
        times.passed += span;
        times.wall += signed(span);
    }

    /// The moment by everybody else's clock: that of the service without its jumps.
    pub fn real(&self) -> Timestamp {
        self.begin + signed(self.times().passed)
    }

    /// Sets the wall clock wrong, or right again: no time passes.
    pub fn jump(&self, by: SignedDuration) {
        self.times().wall += by;
    }
}

fn signed(span: Duration) -> SignedDuration {
    SignedDuration::from_millis(i64::try_from(span.as_millis()).unwrap_or(i64::MAX))
}

/// The same time as the others have it, who are right when the clock of the service is wrong.
pub(crate) struct RealTime(pub(crate) Arc<VirtualClock>);

#[async_trait::async_trait]
impl Clock for RealTime {
    fn now(&self) -> Timestamp {
        self.0.real()
    }

    async fn pause(&self, span: Duration) {
        self.0.pass(span);
    }
}

#[async_trait::async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.times().wall
    }

    fn instant(&self) -> Instant {
        self.start + self.times().passed
    }

    async fn pause(&self, span: Duration) {
        self.pass(span);
    }
}
