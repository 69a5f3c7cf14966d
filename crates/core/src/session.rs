//! How long sessions last.

use crate::{SignedDuration, Timestamp};

/// A session that is not used for so long ends.
pub const IDLE: SignedDuration = SignedDuration::from_hours(12);

/// No session is longer, used or not.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 7);

/// How long a one-time link can be used.
pub const LINK: SignedDuration = SignedDuration::from_mins(15);

/// Uses of sessions and tokens are written at most this often.
pub const BETWEEN_NOTES: SignedDuration = SignedDuration::from_mins(1);

/// When a session ends that was made then, unless it is used after `now`.
pub fn ends(created_at: Timestamp, now: Timestamp) -> Timestamp {
    (now + IDLE).min(created_at + LONGEST)
}

/// Whether a use at `now` is to be written, when the last one that was is this old.
pub fn is_worth_noting(last: Option<Timestamp>, now: Timestamp) -> bool {
    last.is_none_or(|last| last + BETWEEN_NOTES <= now || last > now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn use_prolongs_it_up_to_a_week() {
        let made = Timestamp::from_second(1_800_000_000).unwrap();
        let hours = SignedDuration::from_hours;
        for (used, ended) in [(0, 12), (100, 112), (156, 168), (160, 168), (167, 168)] {
            assert_eq!(ends(made, made + hours(used)), made + hours(ended), "used after {used} h");
        }
    }

    #[test]
    fn a_use_is_written_once_a_minute() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let seconds = SignedDuration::from_secs;
        assert!(is_worth_noting(None, now));
        assert!(!is_worth_noting(Some(now - seconds(59)), now));
        assert!(is_worth_noting(Some(now - seconds(60)), now));
        assert!(is_worth_noting(Some(now + seconds(1)), now), "the clock was put back");
    }
}
