//! The service itself: what runs, since when, where it listens.

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
    /// Since when it runs.
    pub started_at: Timestamp,
    /// Where it listens: `http://127.0.0.1:9644`, `unix:/run/certwright/api.sock`.
    pub listeners: Vec<String>,
    /// The next moment at which something is to be done; absent when nothing ever will.
    pub next_moment: Option<Timestamp>,
    /// What is wrong with the service itself; empty when nothing is.
    #[serde(default)]
    pub troubles: Vec<ServiceTrouble>,
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
