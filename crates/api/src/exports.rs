//! Export: certificate, chain and, when asked for, the private key. The one answer that holds a secret.

use crate::secret::SecretText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Asks for the newest version as PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    /// Whether the private key is wanted too; that is audited.
    #[serde(default)]
    pub key: bool,
}

/// The newest version as PEM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Export {
    /// The certificate alone.
    pub certificate: String,
    /// The intermediate certificates.
    pub chain: String,
    /// Both, the certificate first.
    pub fullchain: String,
    /// The private key (PKCS#8), when it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_key: Option<SecretText>,
}

/// Lines of a certificate's log, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogLines {
    /// The lines.
    pub lines: Vec<String>,
}

/// How much of a log is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// How many of the newest lines; 200 when left out, at most 5000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 5000)]
    pub lines: Option<usize>,
}
