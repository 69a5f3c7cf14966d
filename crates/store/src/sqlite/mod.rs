//! The store in one SQLite file: one writer connection, separate readers, write-ahead log, synced at every commit.
//!
//! Each noun has its own file; `write.rs` is the only way to change anything, `rows.rs` the only way to read a column.

mod accounts;
mod attempt;
mod audit;
mod authorities;
mod certificate_list;
mod certificate_parts;
mod certificate_rows;
mod certificates;
mod challenges;
mod copies;
mod counts;
mod defaults;
mod deployments;
mod events;
mod gathering;
mod health;
mod history;
mod idempotency;
mod incidents;
mod issuer;
mod keys;
mod known_authorities;
mod lanes;
mod leases;
mod ledger;
#[cfg(test)]
mod life_tests;
#[cfg(test)]
mod memory_tests;
mod meta;
mod migrations;
mod observations;
mod open;
mod people;
mod pragmas;
mod put_back;
mod revocations;
mod rows;
mod runs;
mod schedule;
mod schema;
mod standing;
#[cfg(test)]
mod tests;
mod unreadable;
#[cfg(test)]
mod upgrade_tests;
mod upkeep;
mod versions;
mod write;
mod write_times;

use sqlx::SqlitePool;
use std::sync::Arc;
use tokio::sync::watch;

/// A store in one SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    /// The one connection that writes: SQLite has one writer anyway, and waiting here is fair.
    writer: SqlitePool,
    /// Connections that cannot write. They see what was committed before their statement began.
    readers: SqlitePool,
    /// Told after every commit that may move a moment or add an event.
    changed: Arc<watch::Sender<u64>>,
    /// Authorities that were read a moment ago.
    known_authorities: Arc<known_authorities::KnownAuthorities>,
    /// How long writes took.
    times: Arc<write_times::Times>,
    /// The file; `None` when the store is in memory.
    file: Option<Arc<std::path::Path>>,
}
