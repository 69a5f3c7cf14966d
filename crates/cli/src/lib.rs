//! The command line: the API with words and tables.
//!
//! It is clap in front of [`certwright_api::client`] and nothing else: whatever it can do, the API can do. The
//! program flattens [`Command`] and [`Options`] into its own command line and calls [`run`].

mod account;
mod ask;
mod audit;
mod authority;
mod backup;
mod browsers;
mod certificate;
mod command;
mod completion;
mod configuration;
mod deployments;
mod doctor;
mod events;
pub mod exit;
mod fault;
mod file;
mod follow;
mod forecast;
mod gui;
mod incident;
mod issuer;
mod lists;
mod look;
mod moment;
mod options;
mod output;
mod page;
mod renew;
mod renewal;
mod run;
#[cfg(test)]
mod samples;
mod session;
mod settings;
mod span;
mod status;
mod support;
mod table;
mod targets;
#[cfg(test)]
mod tests;
mod token;
mod user;
mod window;
mod yes_no;

pub use command::{Command, Defaults, Look, run};
pub use exit::Exit;
pub use options::{Color, Connection, Options};
