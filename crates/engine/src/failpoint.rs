//! Places where a test stops the engine: in process as if the power went, or by a real SIGKILL.
//!
//! Without the feature `failpoints` nothing of this is in the program.

/// The engine was stopped at a failpoint: whoever sees this does nothing more, as a dead process would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped;

#[cfg(feature = "failpoints")]
mod armed {
    use super::Stopped;
    use std::collections::BTreeMap;
    use std::sync::{Mutex, PoisonError};

    /// Names a variable that kills this process for real: `<place>` or `<place>#<n>` for the n-th passage.
    pub const KILL_VARIABLE: &str = "CERTWRIGHT_FAILPOINT_KILL";

    #[derive(Default)]
    struct State {
        /// Certificate whose runs are watched, and at which passages they stop.
        stops: BTreeMap<String, Vec<usize>>,
        passed: BTreeMap<String, Vec<String>>,
        kills: BTreeMap<String, usize>,
    }

    static STATE: Mutex<State> =
        Mutex::new(State { stops: BTreeMap::new(), passed: BTreeMap::new(), kills: BTreeMap::new() });

    /// From now on, passages of this certificate are counted, and stop at these counts (from 0).
    pub fn watch(certificate: &str, stops: Vec<usize>) {
        let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
        state.stops.insert(certificate.to_owned(), stops);
        state.passed.insert(certificate.to_owned(), Vec::new());
    }

    thread_local! {
        /// How many places the engine may still pass on this thread before it stops; `None` is any number.
        static LEFT: std::cell::Cell<Option<usize>> = const { std::cell::Cell::new(None) };
    }

    /// From now on the engine passes so many places on this thread, whatever the certificate, and stops at the next:
    /// once. For simulations, which run a whole engine on one thread.
    pub fn stop_on_this_thread_after(places: Option<usize>) {
        LEFT.set(places);
    }

    /// The places passed by this certificate since it is watched.
    pub fn passed(certificate: &str) -> Vec<String> {
        let state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
        state.passed.get(certificate).cloned().unwrap_or_default()
    }

    /// Passes a place.
    pub(crate) fn pass(certificate: &str, place: &str) -> Result<(), Stopped> {
        match LEFT.get() {
            Some(0) => {
                LEFT.set(None);
                return Err(Stopped);
            }
            left => LEFT.set(left.map(|left| left - 1)),
        }
        let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(wanted) = std::env::var(KILL_VARIABLE) {
            let (name, count) = wanted.split_once('#').unwrap_or((&wanted, "1"));
            if name == place {
                let passage = state.kills.entry(place.to_owned()).or_default();
                *passage += 1;
                if passage.to_string() == count {
                    let _ = rustix::process::kill_process(
                        rustix::process::getpid(),
                        rustix::process::Signal::KILL,
                    );
                }
            }
        }
        let state = &mut *state;
        if let (Some(stops), Some(passed)) = (state.stops.get(certificate), state.passed.get_mut(certificate))
        {
            passed.push(place.to_owned());
            if stops.contains(&(passed.len() - 1)) {
                return Err(Stopped);
            }
        }
        Ok(())
    }
}

#[cfg(feature = "failpoints")]
pub(crate) use armed::pass;
#[cfg(feature = "failpoints")]
pub use armed::{KILL_VARIABLE, passed, stop_on_this_thread_after, watch};

/// Passes a place: nothing without the feature.
#[cfg(not(feature = "failpoints"))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as with the feature")]
pub(crate) fn pass(_certificate: &str, _place: &str) -> Result<(), Stopped> {
    Ok(())
}
