//! A year of 500 certificates with the usual faults; and one seed gives one trace.

use anyhow::{Result, ensure};
use certwright_simulation::{Faults, Run, simulate};

#[test]
fn a_year_of_500_certificates_expires_nothing_and_orders_little() -> Result<()> {
    let run = Run { seed: 1, certificates: 500, days: 365, faults: Faults::USUAL };
    let report = simulate(run)?;
    eprintln!("{report}");
    // A simulation in which nothing happened would prove nothing.
    ensure!(report.renewals > 5_000, "only {} renewals", report.renewals);
    ensure!(report.restarts > 200 && report.failed_validations > 100 && report.failed_reloads > 50);
    ensure!(report.early == 0, "{} certificates were replaced before it was time", report.early);
    Ok(())
}

#[test]
fn one_seed_gives_one_trace() -> Result<()> {
    let run = |seed| Run { seed, certificates: 20, days: 60, faults: Faults::USUAL };
    let (one, again, other) = (simulate(run(7))?, simulate(run(7))?, simulate(run(8))?);
    let differs = one.last.iter().zip(&again.last).find(|(one, again)| one != again);
    ensure!(one.hash == again.hash, "seed 7 was traced in two ways; first here: {differs:#?}");
    ensure!(one.hash != other.hash, "two seeds cannot have the same trace");
    Ok(())
}
