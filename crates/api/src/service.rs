//! The service itself: what runs, since when, where it listens.

use crate::health::Health;
use crate::incidents::Incident;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The running service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Service {
    /// The program's version.
    pub version: String,
    /// Where it keeps everything.
    pub data_directory: String,
    /// The database.
    #[serde(default)]
    pub database: Database,
    /// Since when it runs.
    pub started_at: Timestamp,
    /// Where it listens: `http://127.0.0.1:9644`, `unix:/run/certwright/api.sock`.
    pub listeners: Vec<String>,
    /// The next moment at which something is to be done; absent when nothing ever will.
    pub next_moment: Option<Timestamp>,
    /// How many certificates are of each health, the gravest first; every health is there.
    #[serde(default)]
    pub certificates: Vec<HealthCount>,
    /// What happens to many for the same cause now, the first ten.
    #[serde(default)]
    pub incidents: Vec<Incident>,
    /// How many incidents are open.
    #[serde(default)]
    pub incidents_open: u64,
    /// What is wrong with the service itself; empty when nothing is.
    #[serde(default)]
    pub troubles: Vec<ServiceTrouble>,
}

/// The database's files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Database {
    /// Where it is.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// The size of its journal in bytes: what was written and is not yet part of the database's own file.
    pub journal_bytes: u64,
}

/// How many certificates are of a health.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HealthCount {
    /// The health.
    pub health: Health,
    /// How many there are.
    pub number: u64,
}

/// Something that is wrong with the service itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceTrouble {
    /// What it is about: `storage`, `database`, `backup` or `scheduler`.
    pub about: String,
    /// What is wrong.
    pub words: String,
    /// What to do.
    pub remedy: String,
}

/// Whether the service answers and can use its database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceHealth {
    /// `ok`; anything else comes as a problem document.
    pub status: String,
    /// The program's version.
    pub version: String,
}
