//! The audit: who changed what, with what it was before and after.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One change. No secret is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditLine {
    /// Grows with every line; never reused.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who, such as `local uid 0`.
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
