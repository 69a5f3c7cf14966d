//! Places where a test kills the process that the authority runs in: a real SIGKILL before and after every write.
//!
//! Without the feature `failpoints` nothing of this is in the program.

/// Names the place where this process is killed, as in the engine, which shares it.
#[cfg(feature = "failpoints")]
const KILL_VARIABLE: &str = "CERTWRIGHT_FAILPOINT_KILL";

/// Passes a place.
#[cfg(feature = "failpoints")]
pub(crate) fn pass(place: &str) {
    if std::env::var(KILL_VARIABLE).is_ok_and(|wanted| wanted == place) {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}

/// Passes a place: nothing without the feature.
#[cfg(not(feature = "failpoints"))]
pub(crate) const fn pass(_place: &str) {}
