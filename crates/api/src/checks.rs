//! Test: read-only checks, each with cause and remedy.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Not as it should be, but it may work.
    Warning,
    /// It will not work like this.
    Fault,
    /// Could not be looked at.
    Skipped,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// A stable short name.
    pub name: String,
    /// What was looked at, such as an identifier.
    pub subject: String,
    /// What was found.
    pub verdict: Verdict,
    /// What was found, in words.
    pub words: String,
    /// What to do; empty when nothing is to be done.
    pub remedy: String,
}

/// All checks of a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestReport {
    /// The checks, in order.
    pub checks: Vec<Check>,
    /// Whether no fault was found.
    pub passed: bool,
}

impl From<Vec<Check>> for TestReport {
    fn from(checks: Vec<Check>) -> Self {
        let passed = checks.iter().all(|check| check.verdict != Verdict::Fault);
        Self { checks, passed }
    }
}
