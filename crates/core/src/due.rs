//! When a certificate is due: a chain of pure reasons of which the first answers.

use crate::identifier::Identifier;
use crate::renewal_policy::{RenewalPolicy, planned};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a new certificate, or one with other identifiers, waits for a request by hand before it is requested
/// unattended. Long
/// enough to look at Preview and Test, short enough that a forgotten one is issued the same day.
pub const FIRST_REQUEST_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// What is known about a certificate when the question is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueFacts<'a> {
    /// Paused by the user.
    pub paused: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its settings were last changed.
    pub updated_at: Timestamp,
    /// When what is ordered, apart from the identifiers, was last changed, if ever.
    pub order_changed_at: Option<Timestamp>,
    /// How much later than its usual first moment it is requested, so that many at once are no herd.
    pub spread: SignedDuration,
    /// When somebody asked by hand.
    pub asked_at: Option<Timestamp>,
    /// Back-off or the authority's word: not before this moment, unless asked by hand.
    pub not_before: Option<Timestamp>,
    /// When it is to be renewed; `None` is the product's own choice.
    pub renewal: Option<RenewalPolicy>,
    /// Identifiers the user wants.
    pub wanted: &'a [Identifier],
    /// The newest published version.
    pub current: Option<CurrentFacts<'a>>,
}

/// The newest published version, as far as the question needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentFacts<'a> {
    /// First moment of validity.
    pub not_before: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// When it was ordered.
    pub ordered_at: Timestamp,
    /// When we published it, where that is known.
    pub published_at: Option<Timestamp>,
    /// What is in it.
    pub identifiers: &'a [Identifier],
    /// When the authority suggests to renew it (RFC 9773), where it does.
    pub suggested: Option<SuggestedRenewal>,
    /// When we learnt that it is revoked, where it is.
    pub revoked_at: Option<Timestamp>,
}

/// When an authority suggests to renew a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuggestedRenewal {
    /// The instant drawn once in its window.
    pub chosen: Timestamp,
    /// Whether its answers have made no sense, or have failed to come, for long: its word is then followed no further
    /// than our own.
    pub stale: bool,
}

/// Why a certificate is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Somebody asked.
    AskedByHand,
    /// There is no version yet.
    NeverIssued,
    /// The newest version is revoked.
    Revoked,
    /// The identifiers were changed since the newest version.
    IdentifiersChanged,
    /// Authority, profile, key or lifetime were changed since the newest version was ordered.
    ConfigurationChanged,
    /// The authority's renewal window.
    RenewalWindow,
    /// The authority's renewal window leaves too little of the lifetime.
    RenewalWindowMovedEarlier,
    /// Two thirds of the lifetime are over.
    TwoThirds,
    /// Half of a lifetime under ten days is over.
    Half,
    /// The share of its lifetime that its policy names is over.
    PolicyShare,
    /// Its policy renews it so long before it expires.
    PolicyBeforeExpiry,
    /// Its policy renews it so long after it was renewed.
    PolicyAfterRenewal,
    /// Its policy would leave less than a third of its lifetime.
    PolicyMovedToTwoThirds,
    /// Its policy would leave less than half of a lifetime under ten days.
    PolicyMovedToHalf,
    /// Its policy would renew it, and the next one, at once.
    PolicyMovedLater,
}

impl Reason {
    /// In words, as an end to "due because …".
    pub fn words(self) -> &'static str {
        match self {
            Self::AskedByHand => "it was asked for by hand",
            Self::NeverIssued => "it was never issued",
            Self::Revoked => "it is revoked",
            Self::IdentifiersChanged => "its identifiers were changed",
            Self::ConfigurationChanged => "its authority, profile, key or lifetime was changed",
            Self::RenewalWindow => {
                "the authority suggests to renew it (the moment was drawn in its renewal window)"
            }
            Self::RenewalWindowMovedEarlier => {
                "a tenth of its lifetime is left (the authority suggests to renew it later; moved earlier, because there \
                 must be time for trouble)"
            }
            Self::TwoThirds => "two thirds of its lifetime are over",
            Self::Half => "half of its short lifetime is over",
            Self::PolicyShare => "the share of its lifetime that its policy names is over",
            Self::PolicyBeforeExpiry => "its policy renews it so long before it expires",
            Self::PolicyAfterRenewal => "its policy renews it so long after it was renewed",
            Self::PolicyMovedToTwoThirds => {
                "two thirds of its lifetime are over (its policy is later; moved earlier, because a third must be left for \
                 trouble)"
            }
            Self::PolicyMovedToHalf => {
                "half of its short lifetime is over (its policy is later; moved earlier, because half must be left for \
                 trouble)"
            }
            Self::PolicyMovedLater => {
                "a third of what it had left is over (its policy is earlier; moved later, because it would be renewed \
                 again and again)"
            }
        }
    }
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Now, for this reason.
    Now(Reason),
    /// Not before this moment, and then for this reason.
    At(Timestamp, Reason),
    /// Never: it is paused.
    Paused,
}

type HoldsFrom = fn(&DueFacts<'_>) -> Option<Timestamp>;

/// Every reason but the plan for its age, in order: the moment from which it holds.
const REASONS: &[(Reason, HoldsFrom)] = &[
    (Reason::AskedByHand, |facts| facts.asked_at),
    (Reason::NeverIssued, |facts| facts.current.is_none().then(|| grace(facts, facts.created_at))),
    (Reason::Revoked, |facts| facts.current.as_ref()?.revoked_at),
    (Reason::IdentifiersChanged, |facts| {
        let current = facts.current.as_ref()?;
        let mut wanted: Vec<_> = facts.wanted.iter().collect();
        let mut issued: Vec<_> = current.identifiers.iter().collect();
        wanted.sort();
        wanted.dedup();
        issued.sort();
        (wanted != issued).then(|| grace(facts, facts.updated_at))
    }),
    (Reason::ConfigurationChanged, |facts| {
        let changed_at = facts.order_changed_at?;
        (changed_at > facts.current.as_ref()?.ordered_at).then(|| grace(facts, changed_at))
    }),
];

/// A person gets time to look before anything is ordered unattended; once something was tried, that is over, and
/// the back-off alone decides.
fn grace(facts: &DueFacts<'_>, since: Timestamp) -> Timestamp {
    facts.not_before.unwrap_or(since + FIRST_REQUEST_AFTER + facts.spread)
}

/// Whether a certificate is due at `now`; otherwise when it will be. The reason whose moment comes first
/// answers, and among those that hold already the first in the chain.
pub fn due(facts: &DueFacts<'_>, now: Timestamp) -> Due {
    if facts.paused {
        return Due::Paused;
    }
    let mut earliest: Option<(Timestamp, Reason)> = None;
    let planned = facts.current.iter().flat_map(|current| planned(facts.renewal, current));
    let reasons = REASONS.iter().filter_map(|(reason, holds_from)| Some((holds_from(facts)?, *reason)));
    for (mut moment, reason) in reasons.chain(planned) {
        if reason != Reason::AskedByHand {
            moment = moment.max(facts.not_before.unwrap_or(moment));
        }
        if moment <= now {
            return Due::Now(reason);
        }
        if earliest.is_none_or(|(known, _)| moment < known) {
            earliest = Some((moment, reason));
        }
    }
    match earliest {
        Some((moment, reason)) => Due::At(moment, reason),
        // Only a certificate without any lifetime gets here; asking again is the safe answer.
        None => Due::Now(Reason::NeverIssued),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn names(text: &str) -> Vec<Identifier> {
        text.split(' ').map(|name| Identifier::parse(name).unwrap()).collect()
    }

    #[test]
    fn the_first_reason_answers() {
        let wanted = names("a.example.com");
        let other = names("a.example.com b.example.com");
        let day = |from: &str, to: &str| {
            Some(CurrentFacts {
                not_before: at(from),
                not_after: at(to),
                ordered_at: at(from),
                published_at: Some(at(from)),
                identifiers: &wanted,
                suggested: None,
                revoked_at: None,
            })
        };
        let base = DueFacts {
            paused: false,
            created_at: at("2026-01-01T00:00:00Z"),
            updated_at: at("2026-01-30T23:30:00Z"),
            order_changed_at: None,
            spread: SignedDuration::ZERO,
            asked_at: None,
            not_before: None,
            renewal: None,
            wanted: &wanted,
            current: None,
        };
        let now = at("2026-01-31T00:00:00Z");
        let ninety = day("2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
        let suggested = |chosen: &str, stale| {
            let suggested = Some(SuggestedRenewal { chosen: at(chosen), stale });
            ninety.clone().map(|current| CurrentFacts { suggested, ..current })
        };
        let six = day("2026-01-30T00:00:00Z", "2026-02-05T00:00:00Z");
        for (name, facts, answer) in [
            (
                "new, within grace",
                DueFacts { created_at: now, ..base.clone() },
                Due::At(now + FIRST_REQUEST_AFTER, Reason::NeverIssued),
            ),
            ("new, after grace", base.clone(), Due::Now(Reason::NeverIssued)),
            (
                "new, one of many: its place in line after grace",
                DueFacts { created_at: now, spread: SignedDuration::from_mins(7), ..base.clone() },
                Due::At(now + FIRST_REQUEST_AFTER + SignedDuration::from_mins(7), Reason::NeverIssued),
            ),
            (
                "new, tried and failed: the back-off alone",
                DueFacts { created_at: now, not_before: Some(at("2026-01-31T00:01:00Z")), ..base.clone() },
                Due::At(at("2026-01-31T00:01:00Z"), Reason::NeverIssued),
            ),
            ("paused beats all", DueFacts { paused: true, asked_at: Some(now), ..base.clone() }, Due::Paused),
            (
                "ninety days: two thirds",
                DueFacts { current: ninety.clone(), ..base.clone() },
                Due::At(at("2026-03-02T00:00:00Z"), Reason::TwoThirds),
            ),
            (
                "six days: half",
                DueFacts { current: six.clone(), ..base.clone() },
                Due::At(at("2026-02-02T00:00:00Z"), Reason::Half),
            ),
            (
                "published with a tenth of its life left: a third of that passes",
                DueFacts {
                    current: day("2026-01-01T00:00:00Z", "2026-01-31T20:00:00Z").map(|current| {
                        CurrentFacts { published_at: Some(at("2026-01-30T23:00:00Z")), ..current }
                    }),
                    ..base.clone()
                },
                Due::At(at("2026-01-31T06:00:00Z"), Reason::TwoThirds),
            ),
            (
                "by hand",
                DueFacts { current: ninety.clone(), asked_at: Some(now), ..base.clone() },
                Due::Now(Reason::AskedByHand),
            ),
            (
                "by hand beats back-off",
                DueFacts {
                    asked_at: Some(now),
                    not_before: Some(at("2026-02-09T00:00:00Z")),
                    ..base.clone()
                },
                Due::Now(Reason::AskedByHand),
            ),
            (
                "back-off holds",
                DueFacts { not_before: Some(at("2026-02-01T00:00:00Z")), ..base.clone() },
                Due::At(at("2026-02-01T00:00:00Z"), Reason::NeverIssued),
            ),
            (
                "revoked: at once, whatever else holds",
                DueFacts {
                    wanted: &other,
                    current: ninety.clone().map(|current| CurrentFacts { revoked_at: Some(now), ..current }),
                    ..base.clone()
                },
                Due::Now(Reason::Revoked),
            ),
            (
                "revoked, but the last try failed: the back-off alone",
                DueFacts {
                    not_before: Some(at("2026-01-31T00:01:00Z")),
                    current: ninety.clone().map(|current| CurrentFacts { revoked_at: Some(now), ..current }),
                    ..base.clone()
                },
                Due::At(at("2026-01-31T00:01:00Z"), Reason::Revoked),
            ),
            (
                "names changed",
                DueFacts { wanted: &other, current: ninety.clone(), ..base.clone() },
                Due::At(at("2026-01-31T00:30:00Z"), Reason::IdentifiersChanged),
            ),
            (
                "another key or authority is wanted",
                DueFacts {
                    order_changed_at: Some(at("2026-01-30T23:30:00Z")),
                    current: ninety.clone(),
                    ..base.clone()
                },
                Due::At(at("2026-01-31T00:30:00Z"), Reason::ConfigurationChanged),
            ),
            (
                "another key was wanted before it was ordered",
                DueFacts {
                    order_changed_at: Some(at("2025-12-31T23:30:00Z")),
                    current: ninety.clone(),
                    ..base.clone()
                },
                Due::At(at("2026-03-02T00:00:00Z"), Reason::TwoThirds),
            ),
            (
                "renewal window",
                DueFacts { current: suggested("2026-02-10T00:00:00Z", false), ..base.clone() },
                Due::At(at("2026-02-10T00:00:00Z"), Reason::RenewalWindow),
            ),
            (
                "a window after two thirds: the authority's word",
                DueFacts { current: suggested("2026-03-09T00:00:00Z", false), ..base.clone() },
                Due::At(at("2026-03-09T00:00:00Z"), Reason::RenewalWindow),
            ),
            (
                "a late window of an authority that is in trouble: ours",
                DueFacts { current: suggested("2026-03-09T00:00:00Z", true), ..base.clone() },
                Due::At(at("2026-03-02T00:00:00Z"), Reason::TwoThirds),
            ),
            (
                "an early window of an authority that is in trouble: still its word",
                DueFacts { current: suggested("2026-02-10T00:00:00Z", true), ..base.clone() },
                Due::At(at("2026-02-10T00:00:00Z"), Reason::RenewalWindow),
            ),
            (
                "a window at the very end",
                DueFacts { current: suggested("2026-03-31T00:00:00Z", false), ..base.clone() },
                Due::At(at("2026-03-23T00:00:00Z"), Reason::RenewalWindowMovedEarlier),
            ),
            (
                "a policy that is earlier than the window",
                DueFacts {
                    current: suggested("2026-03-01T00:00:00Z", false),
                    renewal: Some(RenewalPolicy::Share { percent: 50 }),
                    ..base.clone()
                },
                Due::At(at("2026-02-15T00:00:00Z"), Reason::PolicyShare),
            ),
            (
                "a window in the past",
                DueFacts { current: suggested("2026-01-20T00:00:00Z", false), ..base.clone() },
                Due::Now(Reason::RenewalWindow),
            ),
            (
                "a window in the past of one that was just renewed: not again at once",
                DueFacts {
                    current: suggested("2026-01-20T00:00:00Z", false).map(|current| CurrentFacts {
                        published_at: Some(at("2026-01-30T23:00:00Z")),
                        ..current
                    }),
                    ..base.clone()
                },
                Due::At(at("2026-01-31T05:00:00Z"), Reason::RenewalWindow),
            ),
            (
                "a window in the past, and the renewal fails: the back-off",
                DueFacts {
                    current: suggested("2026-01-20T00:00:00Z", false),
                    not_before: Some(at("2026-01-31T01:40:00Z")),
                    ..base
                },
                Due::At(at("2026-01-31T01:40:00Z"), Reason::RenewalWindow),
            ),
        ] {
            assert_eq!(due(&facts, now), answer, "{name}");
        }
    }
}
