//! The nouns and every decision of Certwright.
//!
//! This crate cannot do I/O: it has no dependency that could. Time and chance are arguments. What is
//! gathered elsewhere comes in as facts, and decisions go out as plain, comparable, serialisable data.

pub mod account;
pub mod authority;
pub mod binding;
pub mod certificate;
pub mod challenge;
pub mod choose;
pub mod deploy_plan;
pub mod describe;
pub mod due;
pub mod edit;
pub mod endpoint;
pub mod event;
pub mod facts;
pub mod failure;
pub mod form;
pub mod history;
pub mod id;
pub mod identifier;
pub mod key;
pub mod obtain_plan;
mod patience;
pub mod plan;
pub mod refusal;
pub mod renewal_policy;
pub mod run;
pub mod step;
pub mod validate;
pub mod version;

pub use jiff::{SignedDuration, Timestamp};
