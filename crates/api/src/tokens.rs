//! API tokens: for programs that use the API.

use crate::secret::SecretText;
use crate::sign_in::Role;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a token may be used for, at most as far as its role goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Reading.
    Read,
    /// Certificates, runs, tests and renewals.
    Operate,
    /// Settings, authorities, accounts, users, tokens, commands and paths.
    Administer,
    /// Exports that hold a private key.
    ExportKeys,
    /// `/metrics`.
    Metrics,
}

/// An API token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// The id.
    pub id: String,
    /// What people call it; the audit names it.
    pub name: String,
    /// As far as it goes.
    pub role: Role,
    /// What it may be used for; all that the role permits where none is named.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// A token to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenDraft {
    /// What people call it.
    pub name: String,
    /// As far as it goes.
    pub role: Role,
    /// What it may be used for; all that the role permits when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<Scope>,
    /// When it ends; never when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// A token that was just made. Its secret is in this answer and in no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewToken {
    /// What programs send: `Authorization: Bearer cw_…`.
    pub secret: SecretText,
    /// The token.
    pub token: Token,
}
