//! Time and chance as the engine gets them, so that tests can give others.

use certwright_core::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The moment, by the wall clock.
    fn now(&self) -> Timestamp;
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
