//! The nouns and every decision of Certwright.
//!
//! This crate cannot do I/O: it has no dependency that could. Time and chance are arguments. What is
//! gathered elsewhere comes in as facts, and decisions go out as plain, comparable, serialisable data.

pub mod absence;
pub mod account;
pub mod authority;
pub mod authority_details;
pub mod authority_settings;
pub mod binding;
pub mod breaker;
pub mod certificate;
pub mod chain_preference;
pub mod challenge;
pub mod choose;
pub mod clock_check;
pub mod defaults;
pub mod deploy_gate;
pub mod deploy_plan;
pub mod describe;
pub mod due;
pub mod edit;
pub mod endpoint;
pub mod event;
pub mod facts;
pub mod failover;
pub mod failure;
pub mod forecast;
pub mod form;
pub mod health;
pub mod herd;
pub mod history;
pub mod id;
pub mod identifier;
pub mod incident;
pub mod key;
mod key_choice;
pub mod ledger;
pub mod lockout;
pub mod maintenance;
pub mod obtain_plan;
pub mod options;
pub mod pace;
pub mod password;
mod patience;
pub mod plan;
pub mod poison;
pub mod probe;
mod profile_choice;
pub mod rate_limit;
pub mod refusal;
pub mod rehearsal;
pub mod renewal_information;
pub mod renewal_policy;
pub mod revocation;
pub mod role;
pub mod run;
pub mod session;
pub mod site;
pub mod step;
pub mod validate;
mod validate_authority;
pub mod validate_options;
pub mod version;

pub use jiff::{SignedDuration, Timestamp};
