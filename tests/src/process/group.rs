//! A child's process group: signals to all of it, and whether any of it still runs.

use std::fmt;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid};

use crate::waiting::wait_for;

const END_LIMIT: Duration = Duration::from_secs(5);

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(formatter, "code {code}"),
            Self::Signal(signal) => write!(formatter, "signal {signal}"),
        }
    }
}

/// The group of a child that has not been collected: until then neither its id nor its group's can belong to
/// anybody else.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group(Pid);

impl Group {
    pub(super) fn of(process: u32) -> Option<Self> {
        i32::try_from(process).ok().and_then(Pid::from_raw).map(Self)
    }

    /// Signals every process of the group.
    pub(super) fn signal(self, signal: Signal) {
        // All of them may have ended already.
        let _ = kill_process_group(self.0, signal);
    }

    /// Signals the child alone.
    pub(super) fn signal_leader(self, signal: Signal) {
        let _ = kill_process(self.0, signal);
    }

    /// How the child ended, if it has; asked without collecting it.
    pub(super) fn leader_ended(self) -> Option<Ended> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let status = waitid(WaitId::Pid(self.0), options).ok().flatten()?;
        status.exit_status().map(Ended::Code).or_else(|| status.terminating_signal().map(Ended::Signal))
    }

    /// Waits until nothing of the group runs: killed workers may accept connections for a moment more.
    pub(super) fn wait_until_gone(self) {
        // A process the kernel can't end (stuck in a device) is nothing a test could do anything about.
        let _ = wait_for("the group's end", END_LIMIT, || Ok((!self.runs()).then_some(())));
    }

    /// Asked of `/proc`, because the kernel counts those that have ended and that nobody collects, as the
    /// first process of a container often doesn't.
    fn runs(self) -> bool {
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        processes
            .filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok())
            .any(|stat| running_group(&stat) == Some(self.0.as_raw_nonzero().get()))
    }
}

/// The group in a line of `/proc/N/stat`, unless that process has ended: `7 (name) S parent group …`.
fn running_group(stat: &str) -> Option<i32> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?;
    let group = fields.nth(1)?.parse().ok()?;
    (!matches!(state, "Z" | "X")).then_some(group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_process_does_not_count() {
        assert_eq!(running_group("7 (a (b) c) S 1 42 42 0"), Some(42));
        assert_eq!(running_group("7 (nginx) Z 1 42 42 0"), None);
    }
}
