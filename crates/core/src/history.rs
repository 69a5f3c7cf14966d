//! How much history is kept: a policy, and what it means at a moment.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How much history is kept. What is current, wanted, served, or part of a run that goes on is kept in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct HistoryPolicy {
    /// Days that events are kept.
    pub events_days: u32,
    /// The most events of one certificate.
    pub events_kept: u32,
    /// Days that runs are kept; the newest one of a certificate stays.
    pub runs_days: u32,
    /// The most runs of one certificate.
    pub runs_kept: u32,
    /// Days that versions are kept, with their sealed keys.
    pub versions_days: u32,
    /// The newest published versions that are kept longer than that.
    pub versions_kept: u32,
}

impl Default for HistoryPolicy {
    fn default() -> Self {
        Self {
            events_days: 365,
            events_kept: 5_000,
            runs_days: 365,
            runs_kept: 500,
            versions_days: 90,
            versions_kept: 5,
        }
    }
}

/// What the policy means at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Events before this moment go.
    pub events_before: Timestamp,
    /// Events of a certificate beyond these newest ones go.
    pub events_kept: u32,
    /// Runs before this moment go.
    pub runs_before: Timestamp,
    /// Runs of a certificate beyond these newest ones go.
    pub runs_kept: u32,
    /// Versions made before this moment go.
    pub versions_before: Timestamp,
    /// But never these newest published ones.
    pub versions_kept: u32,
}

impl HistoryPolicy {
    /// What goes at this moment.
    pub fn cut(&self, now: Timestamp) -> Cut {
        let before = |days: u32| {
            now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::UNIX_EPOCH)
        };
        Cut {
            events_before: before(self.events_days),
            events_kept: self.events_kept,
            runs_before: before(self.runs_days),
            runs_kept: self.runs_kept,
            versions_before: before(self.versions_days),
            versions_kept: self.versions_kept,
        }
    }
}

/// How long a roll-back holds: the product would otherwise replace the older version at once by a newer one. Half of what
/// it has left and at most a week, so that there is time to renew before it ends.
pub fn held_until(not_after: Timestamp, now: Timestamp) -> Timestamp {
    let left = not_after.duration_since(now).max(SignedDuration::ZERO);
    now + (left / 2).min(SignedDuration::from_hours(7 * 24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roll_back_holds_for_a_while_and_never_to_the_end() {
        let now: Timestamp = "2026-11-25T00:00:00Z".parse().unwrap();
        let hours = SignedDuration::from_hours;
        assert_eq!(held_until(now + hours(24 * 80), now), now + hours(24 * 7));
        assert_eq!(held_until(now + hours(48), now), now + hours(24));
        assert_eq!(held_until(now - hours(1), now), now);
    }
}
