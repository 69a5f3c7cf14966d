//! The service, wired: configuration, data directory, ports, engine, HTTP. The program in `main.rs` starts it,
//! and so do the integration tests.

pub mod configuration;
pub mod data_directory;
pub mod demo;
pub mod doorway;
mod last_run;
pub mod look;
pub mod own_certificate;
pub mod ports;
mod quarantine;
pub mod recovery;
pub mod restore;
pub mod service;
mod shown;
