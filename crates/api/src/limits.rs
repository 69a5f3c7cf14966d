//! An authority's rate limits, and how much of them is used.

use crate::authority_details::{LimitScope, RateLimit};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much of a limit is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LimitUse {
    /// The limit.
    pub limit: RateLimit,
    /// The limit in words.
    pub words: String,
    /// Whose: an account, a domain, a name; empty where nothing is used.
    pub subject: String,
    /// How much is used.
    pub used: u32,
    /// How much is left.
    pub left: u32,
    /// When there is room for one more, where there is none now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub frees_at: Option<Timestamp>,
}

/// Something that the authority itself has told us to wait for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Wait {
    /// What it is about.
    pub scope: LimitScope,
    /// Whose.
    pub subject: String,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Its words.
    pub words: String,
}

impl From<&certwright_core::ledger::Wait> for Wait {
    fn from(wait: &certwright_core::ledger::Wait) -> Self {
        Self {
            scope: wait.subject.scope.into(),
            subject: wait.subject.words(),
            until: wait.until,
            words: wait.words.clone(),
        }
    }
}

/// The limits of an authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    /// What the authority has told us to wait for.
    pub waits: Vec<Wait>,
    /// Each limit by whom it is used, the most used first; at most 20 of each.
    pub limits: Vec<LimitUse>,
}
