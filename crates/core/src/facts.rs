//! What can be read off a certificate and a chain, and the verdict on whether it is trusted.

use crate::identifier::Identifier;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a certificate says of itself. Read by `pki`, decided upon here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFacts {
    /// Serial number, lower-case hex of the DER content bytes.
    pub serial: String,
    /// SHA-256 of the certificate, lower-case hex.
    pub fingerprint: String,
    /// SHA-256 of its public key info (SPKI), lower-case hex.
    pub key_fingerprint: String,
    /// The common name, where it has one.
    pub common_name: Option<String>,
    /// The subject, for people.
    pub subject: String,
    /// The issuer, for people.
    pub issuer: String,
    /// Names and addresses it is good for, sorted; names that are no identifiers are in `odd_names`.
    pub identifiers: Vec<Identifier>,
    /// Subject alternative names that no certificate of ours could hold, as text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub odd_names: Vec<String>,
    /// First moment of validity.
    pub not_before: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// The key's algorithm in words, such as `ECDSA P-256`.
    pub key_algorithm: String,
    /// Whether basicConstraints says it is a certificate authority.
    pub is_authority: bool,
    /// `base64url(AKI).base64url(serial)` for ARI (RFC 9773 §4.1), where there is an authority key identifier.
    pub renewal_info_id: Option<String>,
}

impl CertificateFacts {
    /// Whether it is good for the host name or address.
    pub fn covers(&self, host: &str) -> bool {
        self.identifiers.iter().any(|identifier| identifier.covers(host))
    }
}

/// Whether a chain ends where it should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Trust {
    /// Every link is right and the chain ends in a root known for this authority.
    Trusted {
        /// The root, for people.
        root: String,
    },
    /// Every link is right up to the last certificate sent, but no root is known to end it in.
    Unknown {
        /// Why nothing more can be said.
        why: String,
    },
    /// A link is wrong, or the chain ends somewhere else.
    Untrusted {
        /// What is wrong.
        why: String,
    },
}

impl Trust {
    /// One word for lists.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Trusted { .. } => "trusted",
            Self::Unknown { .. } => "unknown",
            Self::Untrusted { .. } => "untrusted",
        }
    }
}
