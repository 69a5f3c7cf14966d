//! Asking for new versions: of one certificate by its preview, or of many at once.

use crate::forecasts::Forecast;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Asks for a new version of one certificate.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateRequest {
    /// The fingerprint of a preview: exactly that is done, or nothing. When left out, whatever the plan then is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// Whether to ask also where our own count says that a rate limit is used up. What the authority itself has said is
    /// never passed over.
    #[serde(default)]
    pub force: bool,
}

/// Asks for new versions of several certificates: those named, and those that a switch selects.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewRequest {
    /// By id or name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<String>,
    /// All that are due.
    #[serde(default)]
    pub due: bool,
    /// All whose last try failed.
    #[serde(default)]
    pub failed: bool,
    /// All that were never issued.
    #[serde(default)]
    pub new: bool,
    /// All.
    #[serde(default)]
    pub all: bool,
    /// Only say what would be started and what would not; nothing is.
    #[serde(default)]
    pub preview: bool,
    /// Whether to ask also where our own count says that a rate limit is used up.
    #[serde(default)]
    pub force: bool,
}

/// A certificate for which work was started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StartedRenewal {
    /// Its id.
    pub certificate: String,
    /// Its name.
    pub name: String,
}

/// A certificate for which no work was started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedRenewal {
    /// Its id.
    pub certificate: String,
    /// Its name.
    pub name: String,
    /// Why not.
    pub reason: String,
}

/// What was started. Names are told of the first hundred, counts of all; which ones still wait for an answer is listed by
/// `GET /certificates?asked=true`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Renewed {
    /// Certificates for which work was started, the first hundred.
    pub started: Vec<StartedRenewal>,
    /// How many there are.
    pub started_count: u64,
    /// Certificates for which it was not, and why, the first hundred.
    pub refused: Vec<RefusedRenewal>,
    /// How many there are.
    pub refused_count: u64,
    /// Of a preview: what our own count of the authorities' limits predicts, at most fifty authorities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forecasts: Vec<Forecast>,
}
