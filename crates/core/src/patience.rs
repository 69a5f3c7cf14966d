//! Patience: at which pace a step is looked at again, how often it is tried, and when it is given up.

use crate::failure::back_off;
use crate::step::Step;
use jiff::{SignedDuration, Timestamp};

/// How often a step that waits in place is tried again before the run gives up and cleans up. One that goes on
/// longer has been in trouble for about 111 minutes by then, or for 21 where it must not give up.
pub(crate) const TRIES_IN_PLACE: u32 = 3;

/// The shortest wait after trouble, whatever an authority says.
pub(crate) const SHORTEST_WAIT: SignedDuration = SignedDuration::from_secs(1);

/// How long an authority may look at answers. They look within minutes; an authorization that is pending longer
/// is stuck, while our answers stand open and nobody is told.
const VALIDATION: SignedDuration = SignedDuration::from_hours(1);

/// Where an authority gives no end of an order: Let's Encrypt, the longest of those known, gives a week.
const ORDER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// After this long at an order that was sent to be fulfilled a person may give it up, though the authority answers:
/// nobody's certificate should expire because of an order that is never finished.
pub(crate) const LONG_PROCESSING: SignedDuration = SignedDuration::from_hours(1);

/// Trouble with an order that may have been fulfilled is looked at at this pace at the latest: the certificate may
/// be short-lived, and reading an order costs an authority little.
const LATEST_TRY: u32 = 2;

/// How patient a run is at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// A failure ends the run; waiting for others does not, until this moment.
    None(Timestamp),
    /// A passing failure is tried again in place, a few times.
    Tries,
    /// The same, and what the other side does is waited for until this moment.
    Until(Timestamp),
    /// A certificate may have been issued: passing failures never end it before this moment, when the order is
    /// gone; `None` is never.
    Decided(Option<Timestamp>),
}

/// How patient a run is at `step`, which was begun at `since`, of an order that ends at `expires`.
pub(crate) fn patience(step: &Step, since: Timestamp, expires: Option<Timestamp>) -> Patience {
    match step {
        Step::OpenOrder { .. } => Patience::Tries,
        Step::AwaitAuthorizations { .. } => Patience::Until(since + VALIDATION),
        Step::Finalize | Step::AwaitCertificate { .. } => {
            Patience::Decided(Some(expires.unwrap_or(since + ORDER).max(since + VALIDATION)))
        }
        Step::Publish => Patience::Decided(None),
        // What was begun outside never waits half done: it is taken back, and another run tries again later.
        _ => Patience::None(since + VALIDATION),
    }
}

impl Patience {
    /// When to try again after the `tries`-th passing failure, where it is tried again at all.
    pub(crate) fn again(self, tries: u32, now: Timestamp, draw: f64) -> Option<Timestamp> {
        match self {
            Self::None(_) => None,
            Self::Tries | Self::Until(_) => (tries <= TRIES_IN_PLACE).then(|| now + back_off(tries, draw)),
            Self::Decided(end) if end.is_some_and(|end| now >= end) => None,
            Self::Decided(_) => Some(now + back_off(tries.min(LATEST_TRY), draw)),
        }
    }

    /// When to look again at what the other side is still doing, which asked for `at`; `None` when that has taken
    /// too long.
    pub(crate) fn look(self, at: Timestamp, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let end = match self {
            Self::None(end) | Self::Until(end) => end,
            Self::Decided(end) => end.unwrap_or(Timestamp::MAX),
            Self::Tries => Timestamp::MAX,
        };
        (now < end).then(|| at.max(now + pace(now.duration_since(since))).min(end))
    }
}

/// The pace of looks at something that has taken this long already: who is slow is not asked every second for days.
fn pace(elapsed: SignedDuration) -> SignedDuration {
    SignedDuration::from_secs(match elapsed.as_secs() {
        ..30 => 0,
        30..300 => 5,
        300..3600 => 30,
        _ => 600,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_become_rarer_and_end() {
        let since: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        let step = Step::AwaitAuthorizations { identifiers: vec![] };
        let (mut now, mut looks) = (since, 0);
        while let Some(next) =
            patience(&step, since, None).look(now + SignedDuration::from_secs(1), since, now)
        {
            assert!(next > now);
            (now, looks) = (next, looks + 1);
        }
        assert_eq!(now, since + VALIDATION, "the last look is at the end");
        assert_eq!(looks, 30 + 54 + 110);
    }
}
