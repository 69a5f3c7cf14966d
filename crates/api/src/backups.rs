//! Backups of the service, and what a check of one found.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Backup {
    /// The file's name.
    pub name: String,
    /// The file.
    pub path: String,
    /// How large it is.
    pub bytes: u64,
    /// When it was made.
    pub made_at: Timestamp,
}

/// What a check of a backup found. One that is damaged is a problem instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BackupCheck {
    /// The backup.
    pub backup: Backup,
    /// The program that made it.
    pub version: String,
    /// The database's schema.
    pub schema: i64,
    /// How many certificates are in it.
    pub certificates: u64,
    /// Whether the recovery key opens it; otherwise only the `data.key` of its time does.
    pub has_recovery: bool,
    /// Whether its SHA-256 was there to be compared.
    pub checksum_compared: bool,
}

/// Which version is to be served again.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollBack {
    /// An earlier version that is still valid; absent is the one published before the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}
