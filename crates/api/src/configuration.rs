//! What the service was started with: places, ports and how much is kept. It changes with a restart alone.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Nothing says anything else.
    Default,
    /// The configuration file.
    File,
    /// A flag of `certwright serve`, or a variable of its environment. It wins over the file.
    Command,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigurationEntry {
    /// Its name in the file; `history.events-days` is `events-days` in the table `[history]`.
    pub key: String,
    /// The value, as one writes it in the file; empty where there is none.
    pub value: String,
    /// Where it comes from.
    pub source: Source,
}

/// What the service was started with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Configuration {
    /// The configuration file: the one that was read, or else the one that would be.
    pub file: String,
    /// Whether it was there.
    pub file_read: bool,
    /// Everything that can be set before the service starts.
    pub entries: Vec<ConfigurationEntry>,
}
