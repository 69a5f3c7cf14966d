//! Lockout against guessing: how long nobody may try again, after so many failures.

use crate::{SignedDuration, Timestamp};

/// How failures are counted for one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lockout {
    /// So many failures cost nothing: people mistype.
    pub free: u32,
    /// The first wait; each further failure doubles it.
    pub first: SignedDuration,
    /// No wait is longer.
    pub longest: SignedDuration,
    /// After so long without a failure they are forgotten.
    pub forgotten_after: SignedDuration,
}

/// For a user. With waits of an hour in the end a guesser has some 30 tries in the first day and 24 in each that follows.
pub const OF_USER: Lockout = Lockout {
    free: 4,
    first: SignedDuration::from_secs(30),
    longest: SignedDuration::from_hours(1),
    forgotten_after: SignedDuration::from_hours(24),
};

/// For an address: several people may share one, so it is more patient.
pub const OF_ADDRESS: Lockout = Lockout {
    free: 19,
    first: SignedDuration::from_secs(30),
    longest: SignedDuration::from_hours(1),
    forgotten_after: SignedDuration::from_hours(24),
};

/// What is remembered of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Tries {
    /// Failures in a row.
    pub failures: u32,
    /// When the last one was.
    pub last_at: Option<Timestamp>,
    /// Until when nobody may try.
    pub locked_until: Option<Timestamp>,
}

impl Lockout {
    fn wait_after(&self, failures: u32) -> Option<SignedDuration> {
        let beyond = failures.checked_sub(self.free.saturating_add(1))?;
        let factor = 1_i32.checked_shl(beyond.min(30)).unwrap_or(i32::MAX);
        Some(self.first.saturating_mul(factor).min(self.longest))
    }

    /// Until when nobody may try, if that is so now.
    pub fn locked(&self, tries: &Tries, now: Timestamp) -> Option<Timestamp> {
        // One that ends later than any is of a clock that was put back since.
        tries.locked_until.filter(|until| *until > now && *until <= now + self.longest)
    }

    /// What is remembered after one more failure. A try counts as a failure from its beginning, so that many at once
    /// are no way around.
    #[must_use]
    pub fn after_failure(&self, tries: &Tries, now: Timestamp) -> Tries {
        let old = tries.last_at.is_none_or(|at| at + self.forgotten_after <= now);
        let failures = if old { 1 } else { tries.failures.saturating_add(1) };
        let locked_until = self.wait_after(failures).map(|wait| now + wait);
        Tries { failures, last_at: Some(now), locked_until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn waits_double_up_to_an_hour() {
        let mut tries = Tries::default();
        let mut now = 0;
        let mut waits = Vec::new();
        for _ in 0..14 {
            tries = OF_USER.after_failure(&tries, at(now));
            let wait = tries.locked_until.map_or(0, |until| until.duration_since(at(now)).as_secs());
            waits.push(wait);
            now += wait;
        }
        assert_eq!(waits, [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
    }

    #[test]
    fn a_lock_ends_and_a_quiet_day_forgets() {
        let mut tries = Tries::default();
        for _ in 0..5 {
            tries = OF_USER.after_failure(&tries, at(0));
        }
        assert_eq!(OF_USER.locked(&tries, at(29)), Some(at(30)));
        assert_eq!(OF_USER.locked(&tries, at(30)), None);
        assert_eq!(OF_USER.locked(&tries, at(-365 * 24 * 3600)), None, "the clock was put back by a year");
        let soon = OF_USER.after_failure(&tries, at(24 * 3600 - 1));
        assert_eq!((soon.failures, soon.locked_until), (6, Some(at(24 * 3600 + 59))));
        let late = OF_USER.after_failure(&tries, at(24 * 3600));
        assert_eq!((late.failures, late.locked_until), (1, None));
    }

    #[test]
    fn no_number_of_failures_overflows() {
        let many = Tries { failures: u32::MAX, last_at: Some(at(0)), locked_until: None };
        assert_eq!(OF_ADDRESS.after_failure(&many, at(1)).locked_until, Some(at(3601)));
    }
}
