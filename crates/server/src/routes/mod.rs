//! The routes: what each path does, in one file per noun.

pub(crate) mod accounts;
pub(crate) mod acme;
pub(crate) mod asking;
pub(crate) mod audit;
pub(crate) mod authorities;
pub(crate) mod certificates;
pub(crate) mod changing;
pub(crate) mod doctor;
pub(crate) mod events;
pub(crate) mod history;
pub(crate) mod issuers;
pub(crate) mod issuing;
pub(crate) mod revoking;
pub(crate) mod runs;
pub(crate) mod service;
pub(crate) mod settings;
pub(crate) mod targets;
pub(crate) mod upkeep;
pub(crate) mod watch;
