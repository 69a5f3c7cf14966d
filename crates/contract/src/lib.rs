//! The traits that providers fulfil, with their promises written out, and the ports they are handed.
//!
//! A provider never opens a socket, starts a program or resolves a name by itself: it uses a port, so that
//! timeouts, size caps and redaction are in one place, and tests can stand on the other side.
//! `files` is the one exception to "no implementations": everything that a server reads is written there.

pub mod files;
pub mod ports;
pub mod target;
pub mod web;

pub use ports::Ports;
pub use target::{AnyTarget, Applying, Planned, Target, Wanted};
pub use web::{Asker, IN_USE, InTheWay, Way, WebServer, WebWays};
