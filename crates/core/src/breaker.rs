//! A breaker for one authority: while it is out of order one order at a time tries it, and all others are held.

use crate::failure::Failure;
use jiff::{SignedDuration, Timestamp};

/// The pause before the first try of an authority that is out of order, in minutes, and before those after it.
const PAUSES: [i64; 4] = [1, 2, 4, 8];
/// And before all others: an authority that is back is found within a quarter of an hour.
const LONGEST: i64 = 15;
/// Whoever tries and is not heard of for so long has died, or waits for something else: another one tries.
const TRY_LASTS: SignedDuration = SignedDuration::from_mins(10);
/// What lasts so long makes other authorities be asked: most outages are shorter.
const LONG: SignedDuration = SignedDuration::from_hours(2);

/// The breaker of an authority that is out of order.
#[derive(Clone, Debug, PartialEq)]
pub struct Breaker {
    since: Timestamp,
    tries: usize,
    next_try: Timestamp,
    failure: Failure,
}

impl Breaker {
    /// An authority is out of order since then, and this was its last answer.
    pub fn new(since: Timestamp, failure: Failure, now: Timestamp, draw: f64) -> Self {
        Self { since, tries: 0, next_try: now + pause(0, draw), failure }
    }

    /// Whether an order may try it now. Only one may: the next one after that has failed, or is not heard of.
    pub fn takes_try(&mut self, now: Timestamp) -> bool {
        // One of the far future is of a clock that was put back since.
        if now < self.next_try && self.next_try <= now + TRY_LASTS * 2 {
            return false;
        }
        self.next_try = now + TRY_LASTS;
        true
    }

    /// A try has failed.
    pub fn failed(&mut self, failure: Failure, now: Timestamp, draw: f64) {
        self.tries += 1;
        self.next_try = now + pause(self.tries, draw);
        self.failure = failure;
    }

    /// Since when it is out of order.
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// When the next order may try it.
    pub fn next_try(&self) -> Timestamp {
        self.next_try
    }

    /// Its last answer, once it has been out of order for so long that others are asked.
    pub fn long_failure(&self, now: Timestamp) -> Option<&Failure> {
        (now.duration_since(self.since) >= LONG).then_some(&self.failure)
    }
}

/// Spread by up to a fifth, so that several services do not try together.
fn pause(tries: usize, draw: f64) -> SignedDuration {
    let minutes = PAUSES.get(tries).copied().unwrap_or(LONGEST);
    SignedDuration::from_secs_f64(minutes as f64 * 60.0 * (0.8 + 0.2 * draw.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn failure() -> Failure {
        Failure::retry("acme-unavailable", "open an order", "503", "")
    }

    #[test]
    fn one_at_a_time_tries_ever_more_seldom() {
        let mut breaker = Breaker::new(at(-60), failure(), at(0), 1.0);
        let mut tried = Vec::new();
        for second in 0..4 * 3600 {
            if breaker.takes_try(at(second)) {
                assert!(!breaker.takes_try(at(second)), "while one tries nobody else does");
                tried.push(second / 60);
                breaker.failed(failure(), at(second), 1.0);
            }
        }
        assert_eq!(tried[..7], [1, 3, 7, 15, 30, 45, 60]);
        assert_eq!(tried.len(), 18, "in four hours");
    }

    #[test]
    fn one_that_tries_and_is_never_heard_of_is_followed_by_another() {
        let mut breaker = Breaker::new(at(0), failure(), at(0), 1.0);
        assert!(!breaker.takes_try(at(59)));
        assert!(breaker.takes_try(at(60)));
        assert!(!breaker.takes_try(at(659)));
        assert!(breaker.takes_try(at(660)));
        assert!(breaker.takes_try(at(-86_400)), "a clock that was put back holds nobody");
    }

    #[test]
    fn what_lasts_for_hours_makes_others_be_asked() {
        let breaker = Breaker::new(at(0), failure(), at(0), 0.0);
        assert_eq!(breaker.long_failure(at(7_199)), None);
        assert_eq!(breaker.long_failure(at(7_200)), Some(&failure()));
    }
}
