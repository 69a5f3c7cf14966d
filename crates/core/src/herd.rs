//! Spreading: what an import, a change of the defaults or an outage would have begin in one moment stands in line, and each
//! moment is drawn once and stored.

use jiff::{SignedDuration, Timestamp};

/// So many begin without standing in line: whoever makes a few certificates waits for nobody.
pub const AT_ONCE: i32 = 30;
/// After them one in this time: sixty in a minute, 10,000 in less than three hours.
pub const APART: SignedDuration = SignedDuration::from_secs(1);
/// No line is longer: beyond it places are given twice.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);
/// No place costs more than this share of the life that is left of what is served.
const SHARE_OF_LIFE: i32 = 8;

/// The line of those that are to begin at one authority.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line {
    /// When the last one that stands in it begins.
    last: Option<Timestamp>,
}

impl Line {
    /// How much later than at `now` the next one begins; `draw` in 0..1 sets it somewhere before the next place.
    pub fn place(&mut self, now: Timestamp, draw: f64) -> SignedDuration {
        let free = now.checked_sub(APART * AT_ONCE).unwrap_or(now);
        // One of the far future is of a clock that was put back since.
        let last = self.last.filter(|last| *last <= now + LONGEST).unwrap_or(free).max(free);
        let place = last + APART;
        let waits = place.duration_since(now);
        self.last = Some(if waits >= LONGEST { free } else { place });
        if !waits.is_positive() {
            return SignedDuration::ZERO;
        }
        waits + SignedDuration::from_secs_f64(APART.as_secs_f64() * draw.clamp(0.0, 1.0))
    }
}

/// The same where something is served that ends at `not_after`: a place in line must not cost the life that is left.
pub fn within_life(place: SignedDuration, not_after: Option<Timestamp>, now: Timestamp) -> SignedDuration {
    match not_after.map(|end| end.duration_since(now)) {
        Some(left) if left.is_positive() => place.min(left / SHARE_OF_LIFE),
        Some(_) => SignedDuration::ZERO,
        None => place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_few_wait_for_nobody_and_of_many_no_minute_has_more_than_ninety() {
        let mut line = Line::default();
        let mut moments: Vec<_> =
            (0..10_000).map(|number| at(0) + line.place(at(0), f64::from(number % 10) / 10.0)).collect();
        assert_eq!(moments.iter().filter(|moment| **moment == at(0)).count(), 30);
        moments.sort();
        for (number, moment) in moments.iter().enumerate() {
            let minute = moments[number..].iter().take_while(|other| **other < *moment + APART * 60);
            assert!(minute.count() <= 91, "from {moment}");
        }
        assert!(moments[9_999] < at(3 * 3600));
        // What comes a day later waits for nobody again.
        assert_eq!(line.place(at(86_400), 0.5), SignedDuration::ZERO);
    }

    #[test]
    fn an_import_as_slow_as_the_line_waits_for_nothing() {
        let mut line = Line::default();
        for second in 0..1000 {
            assert_eq!(line.place(at(second), 0.9), SignedDuration::ZERO);
        }
    }

    #[test]
    fn the_line_is_never_longer_than_a_day() {
        let mut line = Line::default();
        for _ in 0..200_000 {
            assert!(line.place(at(0), 1.0) <= LONGEST + APART * 2);
        }
        assert!(line.place(at(-365 * 86_400), 0.0) <= SignedDuration::ZERO, "a clock that was put back");
    }

    #[test]
    fn a_place_never_costs_the_life_that_is_left() {
        let hours = SignedDuration::from_hours;
        for (left, place) in [(Some(80), 8), (Some(16), 2), (Some(-1), 0), (None, 8)] {
            let end = left.map(|left| at(0) + hours(left));
            assert_eq!(within_life(hours(8), end, at(0)), hours(place), "{left:?} hours left");
        }
    }
}
