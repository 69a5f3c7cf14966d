//! Issuers in SQLite.

mod accounts;
mod authorizations;
mod certificates;
mod challenges;
mod external_keys;
mod issuers;
mod orders;
mod prune;

#[cfg(test)]
pub(super) use challenges::{DUE, NEXT};
