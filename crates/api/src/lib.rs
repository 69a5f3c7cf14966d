//! Request and answer types of the API under `/api/v1`, and the [`client::Client`]: the only door.
//!
//! These are types of their own with conversions from the nouns of `core`, so that the API stays as it is when
//! a noun changes. Ids are text; moments are RFC 3339 in UTC.

pub mod account_changes;
pub mod accounts;
pub mod audit;
pub mod authorities;
pub mod authority_details;
pub mod authority_edits;
pub mod backups;
pub mod certificates;
pub mod checks;
pub mod client;
pub mod configuration;
pub mod doctor;
pub mod edits;
pub mod events;
pub mod exports;
pub mod failures;
pub mod forecasts;
pub mod gathered;
pub mod health;
pub mod incidents;
pub mod issuer_edits;
pub mod issuers;
pub mod limits;
pub mod observations;
pub mod options;
pub mod page;
pub mod preview;
pub mod problem;
pub mod removal_offers;
pub mod renewal_policy;
pub mod renewals;
pub mod revocations;
pub mod runs;
pub mod secret;
pub mod service;
pub mod sessions;
pub mod settings;
pub mod sign_in;
pub mod support;
pub mod targets;
pub mod tokens;
pub mod users;
pub mod versions;

/// What every path of the API begins with.
pub const BASE: &str = "/api/v1";

/// The TCP port on which the service listens unless it is told otherwise.
pub const PORT: u16 = 9644;
