//! The audit: who changed what, with what it was before and after.

use crate::page::PageQuery;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// One change. No secret is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditLine {
    /// Grows with every line; never reused.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who, such as `user alice`, `token deploy-script` or `local uid 0`.
    pub who: String,
    /// What, a verb.
    pub action: String,
    /// To what: the noun and its id.
    pub object: String,
    /// As it was.
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    /// As it is.
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
}

/// Which lines are wanted, the newest first; everything given must hold.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// By whom, exactly: `user alice`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// To what, exactly: `certificate cert-…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// What was done begins with this: `sign-in` finds `sign-in-failed` as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Not before this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Timestamp>,
    /// Before this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Timestamp>,
    /// How many rows to pass over; 0 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// How many rows to give; 50 when left out, at most 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

impl AuditQuery {
    /// Which part.
    pub fn page(&self) -> PageQuery {
        PageQuery { offset: self.offset, limit: self.limit }
    }
}
