//! The service, wired: configuration, data directory, ports, engine, HTTP. The program in `main.rs` starts it,
//! and so do the integration tests.

pub mod configuration;
pub mod data_directory;
pub mod demo;
pub mod own_certificate;
pub mod ports;
mod quarantine;
pub mod recovery;
pub mod restore;
pub mod service;
mod shown;
