//! Waiting for something to become true, with a limit and a sentence for when it does not.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long to sleep between two attempts: short, because the servers here start in tens of milliseconds.
const PAUSE: Duration = Duration::from_millis(20);

/// Calls `attempt` until it answers `Some`, and returns what it holds.
///
/// An `Err` ends the waiting at once; after `limit` the error names `what` was waited for.
pub fn wait_for<T>(what: &str, limit: Duration, mut attempt: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let started = Instant::now();
    loop {
        if let Some(value) = attempt()? {
            return Ok(value);
        }
        if started.elapsed() >= limit {
            bail!("waited {} s for {what}", limit.as_secs_f32());
        }
        std::thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_the_value_once_it_is_there() {
        let mut calls = 0;
        let value = wait_for("three calls", Duration::from_secs(5), || {
            calls += 1;
            Ok((calls == 3).then_some("there"))
        });
        assert_eq!(value.unwrap(), "there");
    }

    #[test]
    fn names_what_never_came() {
        let never: Result<()> = wait_for("the moon", Duration::from_millis(30), || Ok(None));
        assert!(never.unwrap_err().to_string().contains("the moon"));
    }
}
