//! The page: every figure with its spread, the budget beside it, and how to measure again.

use std::fmt::Write as _;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::fleet::Fleet;
use crate::lego::Lego;
use crate::stored::Stored;

#[derive(Default)]
pub(super) struct Report {
    fleets: Vec<Fleet>,
    legos: Vec<Lego>,
    stored: Vec<Stored>,
}

/// Least, median, greatest.
fn spread(mut values: Vec<f64>, digits: usize) -> String {
    values.sort_by(f64::total_cmp);
    match (values.first(), values.get(values.len() / 2), values.last()) {
        (Some(least), Some(median), Some(greatest)) => {
            format!("{median:.digits$} ({least:.digits$} to {greatest:.digits$})")
        }
        _ => "-".to_owned(),
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

fn mib(kib: u64) -> f64 {
    kib as f64 / 1_024.0
}

fn line_of(program: &str, arguments: &[&str]) -> String {
    Command::new(program)
        .args(arguments)
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned())
        .unwrap_or_default()
}

impl Report {
    pub(super) fn fleet(&mut self, fleet: Fleet) {
        println!("  {:.1} s, {:.2} ms of CPU each", fleet.wall.as_secs_f64(), per_certificate(&fleet));
        self.fleets.push(fleet);
    }

    pub(super) fn lego(&mut self, lego: Lego) {
        println!("  {:.1} s", lego.wall.as_secs_f64());
        self.legos.push(lego);
    }

    pub(super) fn stored(&mut self, stored: Stored) {
        println!("  ready after {:?}, page p99 {:?}", stored.starts, stored.page_p99);
        self.stored.push(stored);
    }

    /// The page in Markdown.
    pub(super) fn page(&self) -> Result<String> {
        let mut text = String::new();
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let commit = line_of("git", &["rev-parse", "--short", "HEAD"]);
        writeln!(
            text,
            "# Benchmarks\n\n\
             Written by `cargo xtask bench`, which builds the release binary and runs everything on this page again: \
             {cores} cores, commit {commit}, {}. Pebble, lego and the service share the machine. CPU seconds are the \
             kernel's, of the whole process; a figure is the median with the least and the greatest of all rounds. \
             Nothing here is asserted by a test; the budgets are those of the design. Where one is missed, \
             [performance.md](performance.md) says why.\n",
            certwright_core::Timestamp::now().strftime("%Y-%m-%d")
        )?;
        self.fleets_page(&mut text)?;
        self.stored_page(&mut text)?;
        Ok(text)
    }

    fn fleets_page(&self, text: &mut String) -> Result<()> {
        writeln!(
            text,
            "## Ordering\n\nOne account, one name each, ECDSA P-256, http-01 by the service's own listener, every step \
             durable before the next; the authority takes a second for each authorization and each order \
             (`Retry-After`).\n\n\
             | certificates | at once | CPU each, ms | budget | whole, s | each second | the authority's CPU each, ms | \
             memory before, MiB | most, MiB |\n|---|---|---|---|---|---|---|---|---|"
        )?;
        let mut kinds: Vec<_> = self.fleets.iter().map(|fleet| (fleet.certificates, fleet.at_once)).collect();
        kinds.dedup();
        for kind in kinds {
            let of = |value: &dyn Fn(&Fleet) -> f64, digits| {
                let fleets = self.fleets.iter().filter(|fleet| (fleet.certificates, fleet.at_once) == kind);
                spread(fleets.map(value).collect(), digits)
            };
            writeln!(
                text,
                "| {} | {} | {} | 2 | {} | {} | {} | {} | {} |",
                kind.0,
                kind.1,
                of(&per_certificate, 2),
                of(&|fleet| fleet.wall.as_secs_f64(), 1),
                of(&|fleet| fleet.certificates as f64 / fleet.wall.as_secs_f64(), 1),
                of(&|fleet| milliseconds(fleet.authority_cpu) / fleet.certificates as f64, 2),
                of(&|fleet| mib(fleet.idle_kib), 1),
                of(&|fleet| mib(fleet.peak_kib), 1),
            )?;
        }
        if let Some(first) = self.legos.first() {
            let of =
                |value: &dyn Fn(&Lego) -> f64, digits| spread(self.legos.iter().map(value).collect(), digits);
            writeln!(
                text,
                "\nlego ({}) in the same run, {} certificates, {} processes at once, a webroot shown by nginx: \
                 {} ms of CPU each, {} s for all.\n",
                line_of("lego", &["--version"]),
                first.certificates,
                first.at_once,
                of(&|lego| milliseconds(lego.cpu) / lego.certificates as f64, 1),
                of(&|lego| lego.wall.as_secs_f64(), 1),
            )?;
        }
        Ok(())
    }

    fn stored_page(&self, text: &mut String) -> Result<()> {
        writeln!(
            text,
            "## Holding\n\nSo many certificates are stored, none is due. *A few due* is what {} orders cost then, each \
             from the request to the issued certificate: it must not grow with what is stored.\n\n\
             | stored | ready after, s | CPU of a start, s | memory, MiB | idle CPU, % | a page of the list, ms | p99, ms \
             | a few due: CPU each, ms | database, MiB |\n|---|---|---|---|---|---|---|---|---|",
            self.stored.first().map_or(0, |stored| stored.due)
        )?;
        for stored in &self.stored {
            let seconds = |all: &[Duration]| spread(all.iter().map(Duration::as_secs_f64).collect(), 2);
            writeln!(
                text,
                "| {} | {} | {} | {:.1} | {:.2} | {:.1} | {:.1} | {:.1} | {:.1} |",
                stored.certificates,
                seconds(&stored.starts),
                seconds(&stored.start_cpu),
                mib(stored.resident_kib),
                stored.idle_cpu_percent,
                milliseconds(stored.page_median),
                milliseconds(stored.page_p99),
                milliseconds(stored.due_cpu) / stored.due as f64,
                mib(stored.database_bytes / 1_024),
            )?;
        }
        writeln!(
            text,
            "\nBudgets at 100,000: ready within 2 s, 1 KiB of memory each above an empty service (25 MB), 0.1 % of idle \
             CPU, 20 ms for a page (p99)."
        )?;
        Ok(())
    }
}

fn per_certificate(fleet: &Fleet) -> f64 {
    milliseconds(fleet.cpu) / fleet.certificates as f64
}
