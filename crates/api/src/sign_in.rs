//! Signing in: who one is, with what one shows that, and one's own password and second factor.

use crate::secret::SecretText;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Everything.
    Administrator,
    /// Certificates, runs, tests and renewals; nothing that names commands, paths or keys.
    Operator,
    /// Reading.
    Viewer,
}

/// Who asks, as a browser needs to know it; answered to anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionState {
    /// Whether this browser is signed in.
    pub signed_in: bool,
    /// Whether there is an administrator; until there is one, the first is made by a one-time link.
    pub administrator_exists: bool,
    /// The program's version.
    pub version: String,
    /// Who is signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<SessionUser>,
    /// When the session ends, unless it is used before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionUser {
    /// The user's id.
    pub id: String,
    /// The user's name.
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// Whether a code of an authenticator is asked for at sign-in.
    pub totp: bool,
}

/// Name and password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The user's name.
    pub name: String,
    /// The password.
    pub password: SecretText,
    /// The code of the authenticator, or a recovery code; where the answer was `second-factor-needed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<SecretText>,
}

/// The first administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// The code of the one-time link.
    pub code: SecretText,
    /// The administrator's name.
    pub name: String,
    /// The password, 12 to 1,024 characters.
    pub password: SecretText,
}

/// The code of a one-time link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkSignIn {
    /// The code.
    pub code: SecretText,
}

/// For whom a one-time link is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LinkRequest {
    /// The user by id or name; the first administrator when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LinkPurpose {
    /// Making the first administrator.
    SetUp,
    /// Signing in.
    SignIn,
}

/// A one-time link. Its code is behind the `#`, which a browser sends to nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Link {
    /// Path and code: `/welcome#code=…`.
    pub path: SecretText,
    /// The whole address for a browser on this machine; absent where the service listens at no TCP address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<SecretText>,
    /// Until when it can be used, once.
    pub expires_at: Timestamp,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Who signs in by it; absent for a set-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// Another password for oneself. Other sessions of the user end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password until now.
    pub current: SecretText,
    /// The new one, 12 to 1,024 characters.
    pub new: SecretText,
}

/// A secret for an authenticator; it counts once a code of it was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TotpSecret {
    /// The secret in Base32, for typing.
    pub secret: SecretText,
    /// The same as `otpauth://` address.
    pub uri: SecretText,
    /// The address as QR code, an SVG document.
    pub qr: SecretText,
}

/// A code of an authenticator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TotpCode {
    /// Six digits.
    pub code: SecretText,
}

/// Codes for the day the authenticator is lost: each is good once. They are in this answer and in no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    /// The codes.
    pub recovery_codes: Vec<SecretText>,
}

/// The password, for a change that wants it once more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordProof {
    /// The password.
    pub password: SecretText,
}
