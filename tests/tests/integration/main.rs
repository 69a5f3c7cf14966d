//! The integration tests, against real servers: Pebble with its nasty defaults, nginx, openssl as the judge.
#![expect(clippy::unwrap_used, reason = "a panic in a test is the report")]
#![expect(clippy::print_stdout, reason = "what a story measured is printed beside its verdict")]

#[cfg(feature = "failpoints")]
mod account_life;
mod answering;
mod authorities;
mod by_command;
mod canary;
#[cfg(feature = "failpoints")]
mod cancel;
mod chains;
mod choices;
mod clocks;
#[cfg(feature = "failpoints")]
mod crash;
mod demo;
mod failover;
mod failures;
mod faults;
mod foreign;
mod gui;
mod hundred;
mod kept;
#[cfg(feature = "failpoints")]
mod kill;
mod killed_authority;
mod lane;
mod ledger;
mod life;
mod lines;
mod listener;
mod load;
#[cfg(feature = "failpoints")]
mod names;
mod outage;
mod own_authority;
mod own_certificate;
mod pairs;
mod process;
mod renewal_information;
#[cfg(feature = "failpoints")]
mod retired;
mod revoked;
mod secrets;
mod service;
mod story;
mod strangers;
mod switched_off;
mod together;
mod vaults;
mod watching;
mod windows;
mod world;
