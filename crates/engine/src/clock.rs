//! Time and chance as the engine gets them, so that tests can give others.

use async_trait::async_trait;
use certwright_core::Timestamp;
use std::time::{Duration, Instant};

/// Tells the time, and lets it pass.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The moment, by the wall clock: it may jump.
    fn now(&self) -> Timestamp;

    /// The moment by a clock that never jumps, for measuring how long something takes.
    fn instant(&self) -> Instant {
        Instant::now()
    }

    /// Waits for so long inside a step: between two looks at a server, or before an authority is asked again.
    async fn pause(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }
}

/// Draws.
pub trait Chance: Send + Sync {
    /// A number in 0..1, for spreading.
    fn draw(&self) -> f64;
    /// Text that never comes again and sorts by time, for ids.
    fn unique(&self) -> String;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // The store keeps milliseconds; a finer moment would come back another one.
        let now = Timestamp::now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

/// The machine's chance.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn draw(&self) -> f64 {
        // 53 random bits are what an f64 holds.
        (uuid::Uuid::new_v4().as_u128() >> 75) as f64 / (1_u64 << 53) as f64
    }

    fn unique(&self) -> String {
        uuid::Uuid::now_v7().simple().to_string()
    }
}
