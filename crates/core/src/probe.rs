//! Whether the directory of an authority is still there: looked at once a week, and judged by what it answered over days.

use crate::id::AuthorityId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The pause between two looks at one that is well.
const WEEKLY: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The pause between two looks at one that is not.
const WHILE_BAD: SignedDuration = SignedDuration::from_hours(12);
/// What lasts so long is no outage: the longest of a public authority was under eight hours.
const RETIRED_AFTER: SignedDuration = SignedDuration::from_hours(3 * 24);

/// What a look at a directory found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// An ACME directory.
    Directory,
    /// Trouble that passes, by all experience: no answer in time, 5xx, a rate limit.
    Passing(String),
    /// Nobody is there who speaks ACME: no such name, not found, gone, something else.
    Nothing(String),
}

/// What is known of one directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Whose.
    pub authority: AuthorityId,
    /// When it was last looked at.
    pub probed_at: Timestamp,
    /// When it was last well.
    pub good_at: Option<Timestamp>,
    /// Since when nobody is there who speaks ACME.
    pub bad_since: Option<Timestamp>,
    /// What it answered last, unless it was well.
    pub answer: Option<String>,
}

impl Probe {
    /// With what was found now.
    pub fn after(before: Option<&Self>, authority: &AuthorityId, found: Found, now: Timestamp) -> Self {
        let good_at = before.and_then(|before| before.good_at);
        let bad_since = before.and_then(|before| before.bad_since).filter(|since| *since <= now);
        let (good_at, bad_since, answer) = match found {
            Found::Directory => (Some(now), None, None),
            // Neither for nor against: an outage in between is part of what lasts.
            Found::Passing(words) => (good_at, bad_since, Some(words)),
            Found::Nothing(words) => (good_at, Some(bad_since.unwrap_or(now)), Some(words)),
        };
        Self { authority: authority.clone(), probed_at: now, good_at, bad_since, answer }
    }

    /// Whether it counts as retired: nobody was there for days, at the last look too.
    pub fn is_retired(&self) -> bool {
        self.bad_since.is_some_and(|since| self.probed_at.duration_since(since) >= RETIRED_AFTER)
    }

    /// When it is looked at next.
    pub fn next_at(&self) -> Timestamp {
        self.probed_at + if self.answer.is_none() { WEEKLY } else { WHILE_BAD }
    }

    /// Whether it is to be looked at: also when the last look is still to come, by a clock that was put back since.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.next_at() <= now || self.probed_at > now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    #[test]
    fn what_lasts_for_days_is_no_outage() {
        let nothing = || Found::Nothing("404".to_owned());
        let passing = || Found::Passing("503".to_owned());
        for (name, looks, retired) in [
            ("well", vec![(0, Found::Directory), (168, Found::Directory)], false),
            ("gone for a day", vec![(0, Found::Directory), (168, nothing()), (192, nothing())], false),
            ("gone for three days", vec![(0, Found::Directory), (168, nothing()), (240, nothing())], true),
            ("down for a week", vec![(0, Found::Directory), (10, passing()), (200, passing())], false),
            ("gone, with an outage between", vec![(0, nothing()), (40, passing()), (80, nothing())], true),
            ("gone, and back", vec![(0, nothing()), (80, nothing()), (92, Found::Directory)], false),
            ("gone twice", vec![(0, nothing()), (40, Found::Directory), (80, nothing())], false),
        ] {
            let mut probe = None;
            for (hours, found) in looks {
                probe = Some(Probe::after(probe.as_ref(), &"ca".into(), found, at(hours)));
            }
            assert_eq!(probe.unwrap().is_retired(), retired, "{name}");
        }
    }

    #[test]
    fn what_is_not_well_is_looked_at_twice_a_day() {
        let well = Probe::after(None, &"ca".into(), Found::Directory, at(0));
        assert_eq!(well.next_at(), at(168));
        assert_eq!([-1, 0, 167, 168].map(|hours| well.is_due(at(hours))), [true, false, false, true]);
        let bad = Probe::after(Some(&well), &"ca".into(), Found::Nothing("410".to_owned()), at(168));
        assert_eq!((bad.next_at(), bad.good_at), (at(180), Some(at(0))));
    }
}
