//! A refusal of something a person typed: which field, why, and what to do instead.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One complaint about one field. All complaints about an input are given together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The field as the API names it, such as `identifiers[2]`.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
    /// What to type or do instead.
    pub remedy: String,
}

impl Refusal {
    /// A refusal of `field`.
    pub fn new(field: impl Into<String>, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}. {}", self.field, self.reason, self.remedy)
    }
}
