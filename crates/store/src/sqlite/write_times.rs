//! How long writes take: added up as they happen.

use crate::WriteTimes;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The sums.
#[derive(Debug, Default)]
pub(super) struct Times {
    count: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Times {
    /// Adds a write that began at this moment and is over now.
    pub(super) fn add(&self, begun: Instant) {
        let nanoseconds = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.count.fetch_add(1, Ordering::Relaxed);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    pub(super) fn so_far(&self) -> WriteTimes {
        WriteTimes {
            count: self.count.load(Ordering::Relaxed),
            total: Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed)),
        }
    }
}
