//! `cargo run --release -p certwright-simulation`: simulated years by hand, with their figures.

use anyhow::{Result, bail};
use certwright_simulation::{Faults, Run, simulate};
use clap::Parser;

/// Simulates years of renewals with seeded faults
#[derive(Parser)]
struct Arguments {
    /// How many certificates
    #[arg(long, default_value_t = 500)]
    certificates: usize,
    /// How many years
    #[arg(long, default_value_t = 1.0)]
    years: f64,
    /// How many seeds, one after the other
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Run each seed twice and compare the traces
    #[arg(long)]
    twice: bool,
    /// Print the end of the trace too: the lines with this text
    #[arg(long)]
    trace: Option<String>,
}

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if !cfg!(feature = "failpoints") {
        println!("without --features failpoints the service dies at requests only, never between two writes");
    }
    let mut broken = 0;
    for seed in arguments.seed..arguments.seed + arguments.seeds {
        let days = (arguments.years * 365.0).round() as i64;
        let run = Run { seed, certificates: arguments.certificates, days, faults: Faults::USUAL };
        match simulate(run) {
            Ok(report) => {
                println!("{report}");
                for line in report
                    .last
                    .iter()
                    .filter(|line| arguments.trace.as_ref().is_some_and(|text| line.contains(text.as_str())))
                {
                    println!("    {line}");
                }
                if arguments.twice {
                    let again = simulate(run)?;
                    let same = again.hash == report.hash;
                    println!("  again: {}", if same { "the same trace" } else { "ANOTHER TRACE" });
                    broken += u64::from(!same);
                }
            }
            Err(error) => {
                println!("BROKEN: {error:#}");
                broken += 1;
            }
        }
    }
    if broken > 0 {
        bail!("{broken} of {} seeds broke an invariant", arguments.seeds);
    }
    Ok(())
}
