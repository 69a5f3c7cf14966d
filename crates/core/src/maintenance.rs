//! Maintenance windows: when certificates may be ordered and when they may be deployed, and how a window yields when a
//! certificate's life runs short (fault 40).

use crate::due::{Due, Reason};
use crate::refusal::Refusal;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Day {
    /// All days.
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    fn of(day: Weekday) -> Self {
        Self::ALL[usize::try_from(day.to_monday_zero_offset()).unwrap_or_default()]
    }
}

/// A recurring stretch of time, in the window's time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// On which days it begins; none is every day.
    #[serde(default)]
    pub days: Vec<Day>,
    /// When it begins.
    pub from: Time,
    /// When it ends; not later than `from` is on the next day.
    pub to: Time,
}

/// A named maintenance window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaintenanceWindow {
    /// Its name.
    pub name: String,
    /// The time zone by its IANA name, such as `Europe/Berlin`.
    pub time_zone: String,
    /// When certificates may be ordered; none is at any time.
    #[serde(default)]
    pub ordering: Vec<Opening>,
    /// When certificates may be deployed; none is at any time.
    #[serde(default)]
    pub deploying: Vec<Opening>,
}

/// Which window a certificate keeps to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "window", content = "name", rename_all = "kebab-case")]
pub enum WindowChoice {
    /// None: at any time.
    Unrestricted,
    /// This one.
    Named(String),
}

impl MaintenanceWindow {
    /// What is wrong with it, but for its time zone, which only the machine can know.
    pub fn refusals(&self, field: &str) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let named = self.name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
        if self.name.is_empty() || self.name.len() > 40 || !named || self.name == "none" {
            refusals.push(Refusal::new(
                format!("{field}.name"),
                "is no name for a window",
                "use letters, digits and hyphens, such as nights",
            ));
        }
        for (kind, openings) in [("ordering", &self.ordering), ("deploying", &self.deploying)] {
            for (index, opening) in openings.iter().enumerate() {
                if opening.from == opening.to {
                    refusals.push(Refusal::new(
                        format!("{field}.{kind}[{index}]"),
                        "begins and ends at the same time",
                        "give two times, such as 22:00-04:00; leave it out for any time",
                    ));
                }
            }
        }
        refusals
    }
}

/// A window with its time zone looked up.
#[derive(Clone, Debug)]
pub struct Window {
    /// What a person wrote.
    pub window: MaintenanceWindow,
    /// Its time zone.
    pub zone: TimeZone,
}

/// How a window bears upon a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Not at all.
    Free,
    /// The moment is put off until the window of this name opens.
    PutOff(String),
    /// The window of this name opens too late: so little of the life of what is served will be left that it is not
    /// waited for.
    Yields(String),
}

impl Timing {
    /// In words, to be added to when and why; empty where no window bears upon it.
    pub fn words(&self) -> String {
        match self {
            Self::Free => String::new(),
            Self::PutOff(name) => format!("; not before its maintenance window {name} opens"),
            Self::Yields(name) => {
                format!(
                    "; outside its maintenance window {name}, which would open when too little of its life is left"
                )
            }
        }
    }
}

/// What is at stake while one waits: the certificate that is served now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// First moment of validity.
    pub not_before: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
}

impl Life {
    /// From here on no window is waited for: a sixth of the lifetime is left, so that there is room for trouble.
    fn yields_at(self) -> Timestamp {
        self.not_after - self.not_after.duration_since(self.not_before) / 6
    }
}

impl Window {
    /// When a certificate that is due may be ordered.
    pub fn order(&self, due: Due, life: Option<Life>, now: Timestamp) -> (Due, Timing) {
        let (moment, reason) = match due {
            Due::Paused | Due::Now(Reason::AskedByHand | Reason::Revoked) => return (due, Timing::Free),
            Due::Now(reason) => (now, reason),
            Due::At(moment, reason) => (moment, reason),
        };
        let (moment, timing) = self.put_off(&self.window.ordering, moment, life);
        (if moment <= now { Due::Now(reason) } else { Due::At(moment, reason) }, timing)
    }

    /// When a deployment that could be performed at `moment` may be performed.
    pub fn deploy(&self, moment: Timestamp, life: Option<Life>) -> (Timestamp, Timing) {
        self.put_off(&self.window.deploying, moment, life)
    }

    fn put_off(&self, openings: &[Opening], moment: Timestamp, life: Option<Life>) -> (Timestamp, Timing) {
        let opens = opens(openings, &self.zone, moment);
        if opens <= moment {
            return (moment, Timing::Free);
        }
        let name = self.window.name.clone();
        match life.map(Life::yields_at) {
            Some(yields_at) if opens > yields_at => (moment.max(yields_at), Timing::Yields(name)),
            _ => (opens, Timing::PutOff(name)),
        }
    }
}

/// The first moment from `moment` on at which one of the openings is open; `moment` itself where there are none.
fn opens(openings: &[Opening], zone: &TimeZone, moment: Timestamp) -> Timestamp {
    let today = zone.to_datetime(moment).date();
    // Yesterday's may still be open; every weekday comes within a week.
    let days = (-1..=7).filter_map(|days| today.checked_add(i64::from(days).days()).ok());
    let candidates = days.flat_map(|date| {
        let of_day = openings.iter().filter(move |opening| {
            opening.days.is_empty() || opening.days.contains(&Day::of(date.weekday()))
        });
        of_day.filter_map(move |opening| {
            let end = if opening.to > opening.from { date } else { date.tomorrow().ok()? };
            // A time that a change of the clocks skips or repeats is taken as most calendars do.
            let from = zone.to_ambiguous_timestamp(date.to_datetime(opening.from)).compatible().ok()?;
            let to = zone.to_ambiguous_timestamp(end.to_datetime(opening.to)).compatible().ok()?;
            (moment < to).then(|| from.max(moment))
        })
    });
    candidates.min().unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn time(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn opening(days: &[Day], from: &str, to: &str) -> Opening {
        Opening { days: days.to_vec(), from: time(from), to: time(to) }
    }

    fn window(ordering: Vec<Opening>) -> Window {
        let window = MaintenanceWindow {
            name: "nights".into(),
            time_zone: "Europe/Berlin".into(),
            ordering: ordering.clone(),
            deploying: ordering,
        };
        // Central Europe by its rule, so that the test needs no time zone database.
        Window { window, zone: TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap() }
    }

    #[test]
    fn opens_where_a_person_would_say_so() {
        let nights = || vec![opening(&[], "22:00", "04:00")];
        let weekend = || vec![opening(&[Day::Sat, Day::Sun], "01:00", "05:00")];
        let two = || vec![opening(&[Day::Mon], "03:00", "04:00"), opening(&[Day::Thu], "12:00", "13:00")];
        for (name, openings, moment, expected) in [
            ("before tonight's", nights(), "2026-11-25T12:00:00Z", "2026-11-25T21:00:00Z"),
            ("inside", nights(), "2026-11-25T22:30:00Z", "2026-11-25T22:30:00Z"),
            ("after midnight, yesterday's", nights(), "2026-11-26T02:59:59Z", "2026-11-26T02:59:59Z"),
            ("its end is outside", nights(), "2026-11-26T03:00:00Z", "2026-11-26T21:00:00Z"),
            ("summer time", nights(), "2026-07-25T12:00:00Z", "2026-07-25T20:00:00Z"),
            ("a Wednesday", weekend(), "2026-11-25T12:00:00Z", "2026-11-28T00:00:00Z"),
            ("a Sunday after it", weekend(), "2026-11-29T05:00:00Z", "2026-12-05T00:00:00Z"),
            ("the nearest of two", two(), "2026-11-25T12:00:00Z", "2026-11-26T11:00:00Z"),
            // On 2026-03-29 the clocks go from 02:00 to 03:00.
            (
                "a time that is skipped",
                vec![opening(&[Day::Sun], "02:30", "02:45")],
                "2026-03-28T12:00:00Z",
                "2026-03-29T01:30:00Z",
            ),
            ("no openings", vec![], "2026-11-25T12:00:00Z", "2026-11-25T12:00:00Z"),
        ] {
            assert_eq!(opens(&openings, &window(vec![]).zone, at(moment)), at(expected), "{name}");
        }
    }

    #[test]
    fn fault_40_a_window_is_waited_for_until_life_runs_short() {
        let weekly = window(vec![opening(&[Day::Sun], "01:00", "05:00")]);
        let now = at("2026-11-25T12:00:00Z");
        let opens = at("2026-11-29T00:00:00Z");
        let life = |from: &str, to: &str| Some(Life { not_before: at(from), not_after: at(to) });
        let ninety = life("2026-09-26T00:00:00Z", "2026-12-25T00:00:00Z");
        let six = life("2026-11-22T12:00:00Z", "2026-11-28T12:00:00Z");
        let nearly_over = life("2026-11-20T00:00:00Z", "2026-11-26T00:00:00Z");
        let put_off = Timing::PutOff("nights".into());
        let yields = Timing::Yields("nights".into());
        let age = Reason::TwoThirds;
        for (name, due, life, expected, timing) in [
            ("thirty days left", Due::Now(age), ninety, Due::At(opens, age), put_off.clone()),
            (
                "due later, then the window",
                Due::At(at("2026-11-27T00:00:00Z"), age),
                ninety,
                Due::At(opens, age),
                put_off.clone(),
            ),
            (
                "three days left, the window in four",
                Due::Now(age),
                six,
                Due::At(at("2026-11-27T12:00:00Z"), age),
                yields.clone(),
            ),
            ("half a day left", Due::Now(age), nearly_over, Due::Now(age), yields),
            ("by hand", Due::Now(Reason::AskedByHand), ninety, Due::Now(Reason::AskedByHand), Timing::Free),
            (
                "nothing is served yet",
                Due::Now(Reason::NeverIssued),
                None,
                Due::At(opens, Reason::NeverIssued),
                put_off,
            ),
            ("paused", Due::Paused, ninety, Due::Paused, Timing::Free),
        ] {
            assert_eq!(weekly.order(due, life, now), (expected, timing), "{name}");
        }
    }
}
