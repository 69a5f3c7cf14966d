//! Users: people who sign in.

use crate::secret::SecretText;
use crate::sign_in::Role;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person who signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// The id.
    pub id: String,
    /// The name to sign in with; letter case does not count.
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// Whether signing in is not permitted.
    pub disabled: bool,
    /// Whether a code of an authenticator is asked for at sign-in.
    pub totp: bool,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
    /// When the user was made.
    pub created_at: Timestamp,
    /// When the user last signed in.
    pub last_signed_in_at: Option<Timestamp>,
    /// Until when nobody can sign in with this name and a password, after too many tries.
    pub locked_until: Option<Timestamp>,
    /// Grows with every change; the ETag.
    pub revision: i64,
}

/// A user to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserDraft {
    /// The name to sign in with.
    pub name: String,
    /// The password, 12 to 1,024 characters.
    pub password: SecretText,
    /// What the user may do.
    pub role: Role,
}

/// A change of a user: only what is given changes.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UserChanges {
    /// The name to sign in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the user may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Whether signing in is not permitted; the user's sessions end with that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// Another password for a user, by an administrator. The user's sessions end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The new password, 12 to 1,024 characters.
    pub password: SecretText,
}
