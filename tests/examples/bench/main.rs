//! The benchmarks of `cargo xtask bench`: the product's release binary against Pebble and with many certificates stored.
//! Figures are read from the kernel's account of the process; what they are about is in `docs/benchmarks.md`, which this
//! program writes.
#![expect(clippy::print_stdout, reason = "progress is told in the terminal")]
#![expect(clippy::disallowed_methods, reason = "what a benchmark writes can be written again")]

mod fleet;
mod lego;
mod process;
mod report;
mod service;
mod stored;

use std::path::PathBuf;

use anyhow::{Context, Result};
use report::Report;

/// How often a measurement is repeated; the report gives the least, the median and the greatest.
const ROUNDS: usize = 3;

fn main() -> Result<()> {
    let path = std::env::args_os().nth(1).map(PathBuf::from).context("name the file for the report")?;
    let quick = std::env::var_os("CERTWRIGHT_BENCH_QUICK").is_some();
    let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
    let mut report = Report::default();
    runtime.block_on(async {
        let sizes: &[(usize, &[usize])] =
            if quick { &[(30, &[8])] } else { &[(300, &[1, 8, 32]), (1_000, &[1, 8, 32])] };
        for (certificates, at_once) in sizes {
            for parallel in *at_once {
                // One at a time takes minutes, and the smaller fleet has shown the spread.
                let rounds = if (*certificates, *parallel) == (1_000, 1) { 1 } else { ROUNDS };
                for round in 1..=rounds {
                    println!("{certificates} certificates, {parallel} at once, round {round} of {rounds}");
                    report.fleet(fleet::order(*certificates, *parallel).await?);
                }
            }
        }
        for round in 1..=ROUNDS {
            println!("lego, round {round} of {ROUNDS}");
            report.lego(lego::order(if quick { 4 } else { 40 }, 8)?);
        }
        for stored in if quick { &[200][..] } else { &[1_000, 10_000, 100_000][..] } {
            println!("{stored} certificates stored");
            report.stored(stored::measure(*stored, ROUNDS).await?);
        }
        anyhow::Ok(())
    })?;
    let text = report.page()?;
    std::fs::write(&path, &text).with_context(|| format!("writing {}", path.display()))?;
    println!("{text}");
    Ok(())
}
