//! Failures: what was attempted, on what, what the other side answered, what to do next; and when to try again.

use crate::id::AuthorityId;
use crate::poison::RefusedName;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the caller can do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "class", content = "until", rename_all = "kebab-case")]
pub enum FailureClass {
    /// Likely to pass: try again by the back-off table.
    Retry,
    /// The other side said when.
    WaitUntil(Timestamp),
    /// Will not pass before a person has done something.
    NeedsPerson,
    /// Will not pass at all as it is configured.
    Hopeless,
}

/// What one identifier of several did wrong, by the authority's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentifierProblem {
    /// The identifier, as the authority names it.
    pub identifier: String,
    /// The ACME error type without its prefix, such as `connection`.
    pub kind: String,
    /// The authority's words.
    pub detail: String,
}

/// Something went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// A stable short name for scripts and documentation, such as `challenge-failed`.
    pub kind: String,
    /// What can be done.
    pub class: FailureClass,
    /// What was attempted, on what: begins with a verb.
    pub attempted: String,
    /// What the other side answered, in its words.
    pub answer: String,
    /// What to do next.
    pub remedy: String,
    /// Identifier by identifier, where the other side said so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<IdentifierProblem>,
    /// A page of the other side about this very failure, such as where to agree to new terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Which authority was asked, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<AuthorityId>,
    /// The names that are refused, with how often in a row, over all failures since the last success.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedName>,
    /// When the authority's staging environment was tried because of it, and nothing there spoke against asking the
    /// authority itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rehearsed_at: Option<Timestamp>,
}

impl Failure {
    /// A failure of this kind and class.
    pub fn new(
        kind: &str,
        class: FailureClass,
        attempted: impl Into<String>,
        answer: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            kind: kind.to_owned(),
            class,
            attempted: attempted.into(),
            answer: answer.into(),
            remedy: remedy.into(),
            identifiers: Vec::new(),
            link: None,
            authority: None,
            refused: Vec::new(),
            rehearsed_at: None,
        }
    }

    /// Likely to pass.
    pub fn retry(
        kind: &str,
        attempted: impl Into<String>,
        answer: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(kind, FailureClass::Retry, attempted, answer, remedy)
    }

    /// Needs a person.
    pub fn person(
        kind: &str,
        attempted: impl Into<String>,
        answer: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(kind, FailureClass::NeedsPerson, attempted, answer, remedy)
    }

    /// Adds a page of the other side; what is no web address is left out.
    pub fn with_link(mut self, link: Option<&str>) -> Self {
        let is_web = |link: &&str| link.starts_with("https://") || link.starts_with("http://");
        self.link = link.filter(is_web).map(str::to_owned);
        self
    }

    /// Adds which authority was asked.
    pub fn with_authority(mut self, authority: Option<AuthorityId>) -> Self {
        self.authority = authority;
        self
    }

    /// Adds what the other side said of single identifiers.
    pub fn with_identifiers(mut self, identifiers: Vec<IdentifierProblem>) -> Self {
        self.identifiers = identifiers;
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Could not {}: {}", self.attempted, self.answer)?;
        for problem in &self.identifiers {
            write!(f, "\n  {}: {} ({})", problem.identifier, problem.detail, problem.kind)?;
        }
        if !self.remedy.is_empty() {
            write!(f, "\n  What to do: {}", self.remedy)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

/// Minutes to wait after the first, second and third failure in a row; after that once a day.
///
/// The first is short because most outages are; the steps are tenfold because a fault that outlives one step
/// is usually of another kind; the last is a day because a person has been told by then, and a CA that counts
/// failures per hour (Let's Encrypt: 5 per name) is never pressed.
const BACK_OFF_MINUTES: [i64; 3] = [1, 10, 100];
const DAILY_MINUTES: i64 = 24 * 60;

/// How long to wait after the `failures`-th failure in a row (the first is 1). `draw` in 0..1 spreads it by
/// up to a tenth either way, so that many certificates that failed together do not come back together.
pub fn back_off(failures: u32, draw: f64) -> SignedDuration {
    let minutes = BACK_OFF_MINUTES.get(failures.saturating_sub(1) as usize).copied().unwrap_or(DAILY_MINUTES);
    let seconds = minutes as f64 * 60.0 * (0.9 + 0.2 * draw.clamp(0.0, 1.0));
    SignedDuration::from_secs(seconds as i64)
}

/// No try is later than after this share of the life that is left of what is served: whatever the trouble, several tries
/// fit before the end.
const SHARE_OF_LIFE: i32 = 8;
/// And none sooner than this.
const SHORTEST: SignedDuration = SignedDuration::from_mins(1);

/// The same where something is served that ends at `not_after`: the shorter the life that is left, the sooner the next
/// try. One that has ended is tried by the table.
pub fn back_off_within(
    failures: u32,
    draw: f64,
    not_after: Option<Timestamp>,
    now: Timestamp,
) -> SignedDuration {
    let pause = back_off(failures, draw);
    match not_after.map(|end| end.duration_since(now)) {
        Some(left) if left.is_positive() => {
            // Many that end in the same moment have the same bound: it is spread as well, and stays a bound.
            let bound = (left / SHARE_OF_LIFE).as_secs_f64() * (0.8 + 0.2 * draw.clamp(0.0, 1.0));
            pause.min(SignedDuration::from_secs_f64(bound).max(SHORTEST))
        }
        _ => pause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_grows_tenfold_to_daily_and_jitter_stays_within_a_tenth() {
        for (failures, minutes) in [(1, 1), (2, 10), (3, 100), (4, 1440), (100, 1440)] {
            assert_eq!(back_off(failures, 0.5).as_secs(), minutes * 60);
            assert_eq!(back_off(failures, 0.0).as_secs(), minutes * 54);
            assert_eq!(back_off(failures, 1.0).as_secs(), minutes * 66);
        }
    }

    #[test]
    fn the_less_life_is_left_the_sooner_is_the_next_try() {
        let now = Timestamp::UNIX_EPOCH;
        for (failures, hours, minutes) in [
            (9, Some(30 * 24), 1440),
            (9, Some(48), 324),
            (9, Some(8), 54),
            (2, Some(8), 10),
            (1, Some(0), 1),
            (9, Some(-1), 1440),
            (9, None, 1440),
        ] {
            let end = hours.map(|hours| now + SignedDuration::from_hours(hours));
            let pause = back_off_within(failures, 0.5, end, now);
            assert_eq!(pause.as_mins(), minutes, "{failures} failures, {hours:?} hours left");
        }
        let two_days = Some(now + SignedDuration::from_hours(48));
        let bounds = [0.0, 1.0].map(|draw| back_off_within(9, draw, two_days, now).as_mins());
        assert_eq!(bounds, [288, 360], "many that end together do not come back together");
    }

    #[test]
    fn says_what_was_attempted_what_came_back_and_what_to_do() {
        let failure = Failure::person("port-taken", "listen on port 80", "held by apache2", "stop it");
        assert_eq!(
            failure.to_string(),
            "Could not listen on port 80: held by apache2\n  What to do: stop it"
        );
    }
}
