//! When a person wants a certificate renewed, and how far the product follows: never so late that trouble has no room
//! before the end, never so early that it would be renewed again at once.

use crate::due::{CurrentFacts, Reason, SuggestedRenewal};
use crate::refusal::Refusal;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Below this lifetime at least half of it must be left at a renewal, above a third (Let's Encrypt's advice).
const SHORT_LIFETIME: SignedDuration = SignedDuration::from_hours(10 * 24);

/// Never are two versions ordered unattended closer together than this, however short they live.
const SHORTEST_PAUSE: SignedDuration = SignedDuration::from_secs(10);

/// The longest lifetime that any authority gives (398 days): a longer span means nothing.
const LONGEST_SPAN: i64 = 398 * 24 * 3600;

/// When a certificate is to be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "policy", rename_all = "kebab-case")]
pub enum RenewalPolicy {
    /// When this share of its lifetime is over.
    Share {
        /// From 1 to 99.
        percent: u8,
    },
    /// So long before it expires.
    BeforeExpiry {
        /// How long.
        seconds: i64,
    },
    /// So long after it was renewed.
    AfterRenewal {
        /// How long.
        seconds: i64,
    },
}

impl RenewalPolicy {
    /// What is wrong with it, if something is.
    pub fn refusal(self) -> Option<Refusal> {
        match self {
            Self::Share { percent: 1..=99 } => None,
            Self::Share { .. } => Some(Refusal::new(
                "renewal.percent",
                "is no share of a lifetime",
                "give from 1 to 99 per cent, such as 60",
            )),
            Self::BeforeExpiry { seconds } | Self::AfterRenewal { seconds } => {
                (!(1..=LONGEST_SPAN).contains(&seconds)).then(|| {
                    Refusal::new(
                        "renewal.seconds",
                        "is longer than any certificate lives, or no time at all",
                        "give from 1 second to 398 days",
                    )
                })
            }
        }
    }

    fn moment(self, current: &CurrentFacts<'_>) -> (Timestamp, Reason) {
        let lifetime = lifetime(current);
        match self {
            Self::Share { percent } => {
                let wait = lifetime / 100 * i32::from(percent);
                (current.not_before + wait, Reason::PolicyShare)
            }
            Self::BeforeExpiry { seconds } => {
                (current.not_after - SignedDuration::from_secs(seconds), Reason::PolicyBeforeExpiry)
            }
            Self::AfterRenewal { seconds } => {
                let renewed = current.published_at.unwrap_or(current.not_before);
                (renewed + SignedDuration::from_secs(seconds), Reason::PolicyAfterRenewal)
            }
        }
    }
}

/// When the newest version is to be renewed, and why then. Without a policy that is two thirds of its lifetime, or half
/// of a short one, which are also the latest moments that a policy can reach.
pub(crate) fn renewal(policy: Option<RenewalPolicy>, current: &CurrentFacts<'_>) -> (Timestamp, Reason) {
    let latest = latest(current);
    let earliest = earliest(current);
    let Some(policy) = policy else {
        let reason = if is_short(current) { Reason::Half } else { Reason::TwoThirds };
        return (latest.max(earliest), reason);
    };
    let (moment, reason) = policy.moment(current);
    if moment < earliest {
        return (earliest, Reason::PolicyMovedLater);
    }
    if moment > latest.max(earliest) {
        let reason =
            if is_short(current) { Reason::PolicyMovedToHalf } else { Reason::PolicyMovedToTwoThirds };
        return (latest.max(earliest), reason);
    }
    (moment, reason)
}

/// An authority that suggests the past for every certificate it issues (a mistake of its own) gets four orders a day
/// at most; one that means it (certificates are to be revoked within a day) gets the new one in time.
const BETWEEN_SUGGESTED: SignedDuration = SignedDuration::from_hours(6);

/// The moments from which the newest version's age is a reason to renew it: the authority's suggestion takes the place
/// of our own choice as long as it can be relied upon; what a person chose stands beside it, and the earlier one counts.
pub(crate) fn planned(
    policy: Option<RenewalPolicy>,
    current: &CurrentFacts<'_>,
) -> impl Iterator<Item = (Timestamp, Reason)> + use<> {
    let own = match (current.suggested, policy) {
        (Some(SuggestedRenewal { stale: false, .. }), None) => None,
        _ => Some(renewal(policy, current)),
    };
    current.suggested.map(|suggested| follow(suggested, current)).into_iter().chain(own)
}

fn follow(suggested: SuggestedRenewal, current: &CurrentFacts<'_>) -> (Timestamp, Reason) {
    let latest = current.not_after - lifetime(current) / 10;
    let earliest = current.published_at.map_or(current.not_before, |published| {
        let left = current.not_after.duration_since(published).max(SignedDuration::ZERO);
        published + (left / 3).clamp(SHORTEST_PAUSE, BETWEEN_SUGGESTED)
    });
    if suggested.chosen > latest.max(earliest) {
        return (latest.max(earliest), Reason::RenewalWindowMovedEarlier);
    }
    (suggested.chosen.max(earliest), Reason::RenewalWindow)
}

fn lifetime(current: &CurrentFacts<'_>) -> SignedDuration {
    current.not_after.duration_since(current.not_before)
}

fn is_short(current: &CurrentFacts<'_>) -> bool {
    lifetime(current) < SHORT_LIFETIME
}

fn latest(current: &CurrentFacts<'_>) -> Timestamp {
    let lifetime = lifetime(current);
    current.not_before + if is_short(current) { lifetime / 2 } else { lifetime / 3 * 2 }
}

/// One that was issued with most of its life over already (by a clock that is wrong, or a certificate dated back), or
/// that a policy would renew sooner than it can be issued, would be due at once, and so would the next: some of what
/// was left of its life passes first.
fn earliest(current: &CurrentFacts<'_>) -> Timestamp {
    current.published_at.map_or(current.not_before, |published| {
        let left = current.not_after.duration_since(published).max(SignedDuration::ZERO);
        published + (left / 3).max(SHORTEST_PAUSE)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 3600;

    /// After how many seconds a certificate that lives so long and was published at its begin is renewed.
    fn after(policy: Option<RenewalPolicy>, lifetime: i64) -> (i64, Reason) {
        let begin: Timestamp = "2026-11-25T00:00:00Z".parse().unwrap();
        let current = CurrentFacts {
            not_before: begin,
            not_after: begin + SignedDuration::from_secs(lifetime),
            ordered_at: Timestamp::UNIX_EPOCH,
            published_at: Some(begin),
            identifiers: &[],
            suggested: None,
            revoked_at: None,
        };
        let (moment, reason) = renewal(policy, &current);
        (moment.duration_since(begin).as_secs(), reason)
    }

    #[test]
    fn a_policy_is_followed_as_far_as_it_is_safe() {
        let share = |percent| Some(RenewalPolicy::Share { percent });
        let before = |days| Some(RenewalPolicy::BeforeExpiry { seconds: days * DAY });
        let afterwards = |days| Some(RenewalPolicy::AfterRenewal { seconds: days * DAY });
        for (policy, lifetime, days, reason) in [
            (None, 90 * DAY, 60.0, Reason::TwoThirds),
            (None, 6 * DAY, 3.0, Reason::Half),
            (share(50), 90 * DAY, 45.0, Reason::PolicyShare),
            (share(90), 90 * DAY, 60.0, Reason::PolicyMovedToTwoThirds),
            (share(90), 6 * DAY, 3.0, Reason::PolicyMovedToHalf),
            (share(10), 90 * DAY, 30.0, Reason::PolicyMovedLater),
            (before(45), 90 * DAY, 45.0, Reason::PolicyBeforeExpiry),
            (before(7), 90 * DAY, 60.0, Reason::PolicyMovedToTwoThirds),
            (before(100), 90 * DAY, 30.0, Reason::PolicyMovedLater),
            (before(30), 398 * DAY, 265.333_333, Reason::PolicyMovedToTwoThirds),
            (afterwards(40), 90 * DAY, 40.0, Reason::PolicyAfterRenewal),
            (afterwards(80), 90 * DAY, 60.0, Reason::PolicyMovedToTwoThirds),
            (share(50), 60, 30.0 / DAY as f64, Reason::PolicyShare),
            (before(30), 60, 20.0 / DAY as f64, Reason::PolicyMovedLater),
        ] {
            let (seconds, found) = after(policy, lifetime);
            let difference = (seconds as f64 - days * DAY as f64).abs();
            assert!(difference < 2.0 && found == reason, "{policy:?} {lifetime}: {seconds} {found:?}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (policy, refused) in [
            (RenewalPolicy::Share { percent: 0 }, true),
            (RenewalPolicy::Share { percent: 99 }, false),
            (RenewalPolicy::Share { percent: 100 }, true),
            (RenewalPolicy::BeforeExpiry { seconds: 0 }, true),
            (RenewalPolicy::AfterRenewal { seconds: 398 * DAY }, false),
            (RenewalPolicy::AfterRenewal { seconds: i64::MAX }, true),
        ] {
            assert_eq!(policy.refusal().is_some(), refused, "{policy:?}");
        }
    }
}
