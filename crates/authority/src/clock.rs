//! Time and chance as the authority gets them, so that tests can give others.

use certwright_core::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The moment, by the wall clock.
    fn now(&self) -> Timestamp;
}

/// Draws what nobody may guess.
pub trait Chance: Send + Sync {
    /// 128 random bits, for ids, nonces, tokens and serial numbers.
    fn draw(&self) -> [u8; 16];
}

/// The machine's clock, to the millisecond as the store keeps it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

/// The machine's chance.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn draw(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        // AWS-LC reseeds from the operating system and aborts the process when it has none: there is no third way.
        match aws_lc_rs::rand::fill(&mut bytes) {
            Ok(()) => bytes,
            Err(_) => std::process::abort(),
        }
    }
}
