//! The command line: the API with words and tables.
//!
//! It is clap in front of [`certwright_api::client`] and nothing else: whatever it can do, the API can do. The
//! program flattens [`Command`] and [`Options`] into its own command line and calls [`run`].

mod account;
mod ask;
mod audit;
mod authority;
mod backup;
mod certificate;
mod command;
mod completion;
mod deployments;
mod doctor;
mod events;
pub mod exit;
mod fault;
mod file;
mod follow;
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
mod table;
mod targets;
#[cfg(test)]
mod tests;
mod window;

pub use command::{Command, Defaults, run};
pub use exit::Exit;
pub use options::{Color, Connection, Options};
