//! What goes wrong outside, and when: drawn once from the seed.

use crate::dice::Dice;
use certwright_core::{SignedDuration, Timestamp};

/// How bad the world is.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// Outages of the authority in a month of thirty days.
    pub outages_a_month: u32,
    /// How long each lasts.
    pub outage: SignedDuration,
    /// The share of validations in which DNS or the way to us fails.
    pub validation: f64,
    /// The share of reloads that a server fails.
    pub target: f64,
    /// Whether the service crashes about once a day.
    pub crashes: bool,
}

impl Faults {
    /// Two outages of eight hours a month, 5 % of validations, 3 % of reloads, a crash a day.
    pub const USUAL: Self = Self {
        outages_a_month: 2,
        outage: SignedDuration::from_hours(8),
        validation: 0.05,
        target: 0.03,
        crashes: true,
    };

    /// A world in which nothing goes wrong.
    pub const NONE: Self = Self {
        outages_a_month: 0,
        outage: SignedDuration::ZERO,
        validation: 0.0,
        target: 0.0,
        crashes: false,
    };
}

/// A span of time.
pub type Span = (Timestamp, Timestamp);

/// The outages between two moments, in order, those that touch as one.
pub fn outages(faults: &Faults, dice: &Dice, (from, until): Span) -> Vec<Span> {
    let month = SignedDuration::from_hours(24 * 30);
    let mut drawn = Vec::new();
    let mut start = from;
    while start < until {
        for _ in 0..faults.outages_a_month {
            let begin = start + SignedDuration::from_secs(dice.below(30 * 86_400) as i64);
            drawn.push((begin, begin + faults.outage));
        }
        start += month;
    }
    drawn.sort();
    let mut merged: Vec<Span> = Vec::new();
    for (begin, end) in drawn {
        match merged.last_mut() {
            Some(last) if begin <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((begin, end)),
        }
    }
    merged
}
