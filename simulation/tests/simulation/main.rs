//! The simulation as a test: a year of 500 certificates, crashes at every place, and faults by their numbers.

#[cfg(feature = "failpoints")]
mod crash;
mod drill;
mod fault_04;
mod fault_32;
mod fault_46;
mod fault_54;
mod year;

use certwright_core::SignedDuration;
use certwright_simulation::{Faults, Settings};

/// A world in which nothing goes wrong, but this outage.
fn calm(outage: Option<(i64, i64)>) -> Settings {
    let hours = SignedDuration::from_hours;
    let outage = outage.map(|(from, until)| (hours(from), hours(until)));
    Settings { outage, ..Settings::new(1, Faults::NONE, hours(24)) }
}
