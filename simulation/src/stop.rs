//! Simulated death of the service: at a failpoint, or in the middle of a request to the authority.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use tokio::sync::Notify;

/// Where the service is to die next.
#[derive(Debug)]
pub struct Stop {
    requests: AtomicI64,
    after: AtomicBool,
    died: Notify,
}

impl Default for Stop {
    fn default() -> Self {
        Self { requests: AtomicI64::new(-1), after: AtomicBool::new(false), died: Notify::new() }
    }
}

impl Stop {
    /// It dies at the request to the authority after so many others: before it is sent, or when the authority has
    /// done what was asked and its answer is on the way.
    pub fn at_request(&self, others: u32, after: bool) {
        self.after.store(after, Ordering::Relaxed);
        self.requests.store(i64::from(others), Ordering::Relaxed);
    }

    /// It dies after so many more places between writes and acts. Without the feature `failpoints` there are none.
    pub fn at_place(places: usize) {
        #[cfg(feature = "failpoints")]
        certwright_engine::failpoint::stop_on_this_thread_after(Some(places));
        #[cfg(not(feature = "failpoints"))]
        let _ = places;
    }

    /// Nothing is to happen any more.
    pub fn disarm(&self) {
        self.requests.store(-1, Ordering::Relaxed);
        #[cfg(feature = "failpoints")]
        certwright_engine::failpoint::stop_on_this_thread_after(None);
    }

    /// A request begins; whether the service dies in it, and then whether after the authority has answered.
    pub(crate) fn request(&self) -> Option<bool> {
        let left = self.requests.load(Ordering::Relaxed);
        if left < 0 {
            return None;
        }
        self.requests.store(left - 1, Ordering::Relaxed);
        (left == 0).then(|| self.after.load(Ordering::Relaxed))
    }

    /// Dies: never comes back.
    pub(crate) async fn die(&self) {
        self.died.notify_one();
        std::future::pending::<()>().await;
    }

    /// Waits for the death.
    pub(crate) async fn dead(&self) {
        self.died.notified().await;
    }
}
