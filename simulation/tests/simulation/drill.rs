//! The drill before a mass revocation: everything replaced at the authority's pace, one incident.

use anyhow::{Context as _, Result};
use certwright_simulation::{drill, on_this_thread};

/// As many as CI can afford; `CERTWRIGHT_SIMULATION_DRILL=10000` for the figure of docs/simulation.md.
const CERTIFICATES: u64 = 150;

#[test]
fn windows_moved_to_the_past_replace_everything_at_the_pace_of_the_authority_in_one_incident() -> Result<()> {
    let certificates = match std::env::var("CERTWRIGHT_SIMULATION_DRILL") {
        Ok(number) => number.parse().context("CERTWRIGHT_SIMULATION_DRILL")?,
        Err(_) => CERTIFICATES,
    };
    let report = on_this_thread(|trace| drill(certificates, trace))?;
    eprintln!("{report}");
    Ok(())
}
