//! The doctor: what may keep the service from its work, and repairs that a person may accept.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// As it should be.
    Ok,
    /// Not as it should be; nothing is lost yet.
    Warning,
    /// It keeps the service from its work.
    Error,
}

/// Something that can be put right without losing anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RepairKind {
    /// Takes the permissions of others from the data directory.
    Modes,
    /// Makes a backup.
    Backup,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// Which check; a stable word such as `clock` or `space`.
    pub check: String,
    /// How grave.
    pub grade: Grade,
    /// What was found.
    pub words: String,
    /// What to do; empty where nothing is to be done.
    pub remedy: String,
    /// What can put it right.
    pub repair: Option<RepairKind>,
}

/// Everything that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Diagnosis {
    /// What each check found.
    pub findings: Vec<Finding>,
}

/// Which repair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RepairRequest {
    /// As a finding offers it.
    pub repair: RepairKind,
}
