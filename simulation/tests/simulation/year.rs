//! A year of certificates with the usual faults; and one seed gives one trace.

use anyhow::{Result, ensure};
use certwright_simulation::{Faults, Run, simulate};

fn a_year(certificates: usize) -> Result<String> {
    let report = simulate(Run { seed: 1, certificates, days: 365, faults: Faults::USUAL })?;
    // A simulation in which nothing happened would prove nothing.
    let certificates = u64::try_from(certificates)?;
    ensure!(report.renewals > certificates * 10, "only {} renewals", report.renewals);
    ensure!(report.restarts > 200);
    ensure!(report.failed_validations > certificates / 5 && report.failed_reloads > certificates / 10);
    ensure!(report.early == 0, "{} certificates were replaced before it was time", report.early);
    Ok(report.to_string())
}

#[test]
fn a_year_of_40_certificates_expires_nothing_and_orders_little() -> Result<()> {
    eprintln!("{}", a_year(40)?);
    Ok(())
}

/// Four minutes of one processor: with the long tests.
#[test]
#[ignore = "takes minutes"]
fn a_year_of_500_certificates_expires_nothing_and_orders_little() -> Result<()> {
    eprintln!("{}", a_year(500)?);
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
