//! The audit: who changed what, with what it was before and after. Lines are only ever added.

use crate::{Listing, Page, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One change, before it has an id. No secret is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewAudit {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// What, a verb: `create`, `update`, `delete`, `ask`, `cancel`, `export-key`.
    pub action: String,
    /// To what: the noun and its id, `certificate cert-…`.
    pub object: String,
    /// As it was.
    pub before: Option<Value>,
    /// As it is.
    pub after: Option<Value>,
}

/// A stored change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditLine {
    /// Grows with every line; never reused.
    pub id: i64,
    /// The change.
    #[serde(flatten)]
    pub change: NewAudit,
}

/// Which lines of the audit; everything given must hold.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// By whom, exactly.
    pub who: Option<String>,
    /// To what, exactly.
    pub object: Option<String>,
    /// What was done begins with this.
    pub action: Option<String>,
    /// Not before this moment.
    pub after: Option<Timestamp>,
    /// Before this moment.
    pub before: Option<Timestamp>,
}

impl AuditFilter {
    /// Everything that was done to this.
    pub fn object(object: &str) -> Self {
        Self { object: Some(object.to_owned()), ..Self::default() }
    }
}

/// The audit.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Adds a line for something that was not a change in the store, such as the export of a key.
    async fn append_audit(&self, audit: &NewAudit) -> StoreResult<()>;

    /// A page of lines, the newest first.
    async fn audit(&self, filter: &AuditFilter, page: Page) -> StoreResult<Listing<AuditLine>>;
}
