//! The integration tests, against real servers: Pebble with its nasty defaults, nginx, openssl as the judge.
#![expect(clippy::disallowed_methods, reason = "a test's files need not survive a power cut")]
#![expect(clippy::unwrap_used, reason = "a panic in a test is the report")]

#[cfg(feature = "failpoints")]
mod crash;
mod lane;
