//! What the kernel knows of a process: CPU time and memory.

use std::time::Duration;

use anyhow::{Context, Result};

/// The kernel counts CPU time in hundredths of a second, on every Linux there is.
const TICKS_PER_SECOND: u64 = 100;

/// CPU seconds of a process so far, its own and in the kernel.
pub(super) fn cpu(process: u32) -> Result<Duration> {
    times(&process.to_string(), 11)
}

/// CPU seconds of all children of this process that have ended and were waited for.
pub(super) fn cpu_of_children() -> Result<Duration> {
    times("self", 13)
}

/// Two neighbouring fields of `/proc/N/stat`, counted from the one behind the name.
fn times(process: &str, first: usize) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).context("reading CPU times")?;
    let (_, fields) = stat.rsplit_once(')').context("a line without a name")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = fields.get(first..=first + 1).context("a line that is too short")?;
    let ticks = ticks.iter().map(|ticks| ticks.parse::<u64>()).sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND))
}

/// Resident memory now, in KiB.
pub(super) fn resident(process: u32) -> Result<u64> {
    status(process, "VmRSS:")
}

/// The most resident memory there was, in KiB.
pub(super) fn peak(process: u32) -> Result<u64> {
    status(process, "VmHWM:")
}

fn status(process: u32, field: &str) -> Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).context("reading memory")?;
    let line = text.lines().find_map(|line| line.strip_prefix(field)).context("no such field")?;
    line.split_whitespace().next().context("no figure")?.parse().context("no number")
}
