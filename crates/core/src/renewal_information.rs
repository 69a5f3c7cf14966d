//! When an authority suggests to renew a version (RFC 9773): the window, the instant drawn in it once, and when to
//! ask again.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Where the authority says nothing, or nothing of use, about when it wants to be asked again (RFC 9773 §4.3.3).
const USUAL_PAUSE: SignedDuration = SignedDuration::from_hours(6);
/// The bounds of what an authority may say (RFC 9773 §4.3.2).
const SHORTEST_PAUSE: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(24);
/// Passing trouble is tried again after 1, 2, 4, 8 and 16 minutes; then it counts as lasting (RFC 9773 §4.3.3).
const PASSING_TRIES: u32 = 5;

/// The window that an authority suggests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestedWindow {
    /// Its begin.
    pub start: Timestamp,
    /// Its end.
    pub end: Timestamp,
    /// The instant drawn in it, uniformly and once: drawn again only when the window is another one (RFC 9773 §4.2).
    pub chosen: Timestamp,
    /// Where the authority explains an unusual window, for people.
    pub explanation_url: Option<String>,
}

/// What is known of an authority's wishes for one version.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RenewalInformation {
    /// The last window that made sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<SuggestedWindow>,
    /// When it last answered something, or was last tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// What was wrong with the last answer; `None` when it made sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Passing failures in a row.
    #[serde(default)]
    pub tries: u32,
    /// Whether the trouble has lasted so long, or is of such a kind, that the window is no longer relied upon.
    #[serde(default)]
    pub stale: bool,
    /// When its chain was last compared with what the authority gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain_looked_at: Option<Timestamp>,
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A window.
    Window {
        /// Its begin.
        start: Timestamp,
        /// Its end.
        end: Timestamp,
        /// Where the authority explains it.
        explanation_url: Option<String>,
    },
    /// The directory offers no renewal information.
    NotOffered,
    /// Trouble that is likely to pass: no answer in time, 5xx, a rate limit.
    Passing(String),
    /// An answer that makes no sense, or trouble that will last.
    Useless(String),
}

impl RenewalInformation {
    /// With the answer, and the moment to ask again: `None` when the version, good until `not_after`, has expired (RFC
    /// 9773 §4.3). `again` is how long the authority wants to be left alone; `draw` in 0..1 chooses the instant.
    pub fn absorb(
        self,
        answer: Answer,
        again: Option<SignedDuration>,
        not_after: Timestamp,
        now: Timestamp,
        draw: f64,
    ) -> (Self, Option<Timestamp>) {
        let again = again.map(|again| again.clamp(SHORTEST_PAUSE, LONGEST_PAUSE));
        let chain_looked_at = self.chain_looked_at;
        let (next, pause) = match answer {
            Answer::Window { start, end, .. } if end <= start || start >= not_after => {
                let problem = if end <= start {
                    format!("its window ends before it starts ({start:.0} to {end:.0})")
                } else {
                    format!("its window begins after the certificate has expired ({start:.0})")
                };
                (self.troubled(problem, true), again.unwrap_or(USUAL_PAUSE))
            }
            Answer::Window { start, end, explanation_url } => {
                let known = self.window.filter(|known| known.start == start && known.end == end);
                let chosen = known.map_or_else(|| instant(start, end, draw), |known| known.chosen);
                let window = Some(SuggestedWindow { start, end, chosen, explanation_url });
                (Self { window, ..Self::default() }, again.unwrap_or(USUAL_PAUSE))
            }
            Answer::NotOffered => (Self::default(), LONGEST_PAUSE),
            Answer::Useless(words) => (self.troubled(words, true), again.unwrap_or(USUAL_PAUSE)),
            Answer::Passing(words) => {
                let tries = self.tries.saturating_add(1);
                let lasting = tries > PASSING_TRIES;
                let pause = if lasting { USUAL_PAUSE } else { SHORTEST_PAUSE * (1 << (tries - 1)) };
                let stale = self.stale || lasting;
                (Self { tries, ..self.troubled(words, stale) }, again.unwrap_or(pause))
            }
        };
        let ask_at = now + pause;
        (Self { asked_at: Some(now), chain_looked_at, ..next }, (ask_at < not_after).then_some(ask_at))
    }

    fn troubled(self, problem: String, stale: bool) -> Self {
        Self { problem: Some(problem), tries: 0, stale, ..self }
    }
}

/// A uniform instant of the window, to the millisecond, as it is stored.
fn instant(start: Timestamp, end: Timestamp, draw: f64) -> Timestamp {
    let (start, end) = (start.as_millisecond(), end.as_millisecond());
    let into = (end.saturating_sub(start) as f64 * draw.clamp(0.0, 1.0)) as i64;
    Timestamp::from_millisecond(start.saturating_add(into)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const NOW: &str = "2026-11-25T12:00:00Z";

    fn absorb(
        known: RenewalInformation,
        answer: Answer,
        again: Option<i64>,
    ) -> (RenewalInformation, Option<SignedDuration>) {
        let again = again.map(SignedDuration::from_secs);
        let (next, ask_at) = known.absorb(answer, again, at("2027-01-10T00:00:00Z"), at(NOW), 0.25);
        (next, ask_at.map(|at_| at_.duration_since(at(NOW))))
    }

    fn window(start: &str, end: &str) -> Answer {
        Answer::Window { start: at(start), end: at(end), explanation_url: None }
    }

    #[test]
    fn an_instant_is_drawn_once_for_each_window() {
        let (known, _) = absorb(
            RenewalInformation::default(),
            window("2026-12-20T00:00:00Z", "2026-12-24T00:00:00Z"),
            Some(21_600),
        );
        let chosen = known.window.as_ref().unwrap().chosen;
        assert_eq!(chosen, at("2026-12-21T00:00:00Z"));
        for (name, known, start, redrawn) in [
            ("the same window", known.clone(), "2026-12-20T00:00:00Z", false),
            ("another window", known.clone(), "2026-12-16T00:00:00Z", true),
        ] {
            let answer = window(start, "2026-12-24T00:00:00Z");
            let (next, _) = known.absorb(answer, None, at("2027-01-10T00:00:00Z"), at(NOW), 0.9);
            assert_eq!(next.window.unwrap().chosen != chosen, redrawn, "{name}");
        }
        let (troubled, _) = absorb(known, Answer::Passing("503".into()), None);
        assert_eq!(troubled.window.unwrap().chosen, chosen, "what was drawn outlives trouble");
    }

    #[test]
    fn instants_are_spread_evenly_over_the_window() {
        let (start, end) = (at("2026-12-20T00:00:00Z"), at("2026-12-21T00:00:00Z"));
        let hours = (0..24).map(|hour| instant(start, end, (f64::from(hour) + 0.5) / 24.0));
        let hours: Vec<_> = hours.map(|moment| moment.duration_since(start).as_hours()).collect();
        assert_eq!(hours, (0..24).collect::<Vec<_>>());
    }

    #[test]
    fn answers_of_no_use_are_as_none_and_are_asked_for_again() {
        let hours = |hours: i64| Some(SignedDuration::from_hours(hours));
        for (name, answer, again, pause, stale, problem) in [
            (
                "ends first",
                window("2026-12-24T00:00:00Z", "2026-12-20T00:00:00Z"),
                None,
                hours(6),
                true,
                true,
            ),
            ("is empty", window("2026-12-24T00:00:00Z", "2026-12-24T00:00:00Z"), None, hours(6), true, true),
            (
                "after the end",
                window("2027-01-10T00:00:00Z", "2027-01-11T00:00:00Z"),
                None,
                hours(6),
                true,
                true,
            ),
            ("year 9999", window("9998-01-10T00:00:00Z", "9999-01-11T00:00:00Z"), None, hours(6), true, true),
            ("garbage", Answer::Useless("no JSON".into()), None, hours(6), true, true),
            ("not offered", Answer::NotOffered, None, hours(24), false, false),
            ("503", Answer::Passing("503".into()), None, Some(SignedDuration::from_mins(1)), false, true),
            ("retry later", Answer::Passing("429".into()), Some(7200), hours(2), false, true),
            (
                "at once",
                window("2026-12-20T00:00:00Z", "2026-12-24T00:00:00Z"),
                Some(0),
                Some(SHORTEST_PAUSE),
                false,
                false,
            ),
            (
                "in a year",
                window("2026-12-20T00:00:00Z", "2026-12-24T00:00:00Z"),
                Some(31_536_000),
                hours(24),
                false,
                false,
            ),
            (
                "nothing said",
                window("2026-12-20T00:00:00Z", "2026-12-24T00:00:00Z"),
                None,
                hours(6),
                false,
                false,
            ),
        ] {
            let (next, found) = absorb(RenewalInformation::default(), answer, again);
            assert_eq!((found, next.stale, next.problem.is_some()), (pause, stale, problem), "{name}");
        }
    }

    #[test]
    fn passing_trouble_backs_off_and_then_lasts() {
        let (mut known, _) = absorb(
            RenewalInformation::default(),
            window("2026-12-20T00:00:00Z", "2026-12-24T00:00:00Z"),
            None,
        );
        let mut pauses = Vec::new();
        for _ in 0..7 {
            let (next, pause) = absorb(known, Answer::Passing("timeout".into()), None);
            pauses.push((pause.unwrap().as_mins(), next.stale));
            known = next;
        }
        let minutes = [(1, false), (2, false), (4, false), (8, false), (16, false), (360, true), (360, true)];
        assert_eq!(pauses, minutes);
        let (known, _) = absorb(known, window("2026-12-20T00:00:00Z", "2026-12-24T00:00:00Z"), None);
        assert!(!known.stale && known.tries == 0 && known.problem.is_none());
    }

    #[test]
    fn nobody_asks_about_an_expired_certificate() {
        let answer = window("2026-11-20T00:00:00Z", "2026-11-24T00:00:00Z");
        let (_, ask_at) =
            RenewalInformation::default().absorb(answer, None, at("2026-11-25T15:00:00Z"), at(NOW), 0.5);
        assert_eq!(ask_at, None);
    }
}
