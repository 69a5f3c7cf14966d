//! What is seldom chosen about a certificate: where its keys come from, and what becomes of a missing profile.

use crate::certificates::KeyType;
use certwright_core::identifier::Identifier;
use certwright_core::options;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What happens when the authority does not offer the certificate's profile (any more).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileMissing {
    /// Nothing is ordered until a person has chosen another one.
    #[default]
    Require,
    /// The authority's default is taken, where it permits what is asked for.
    FallBack,
}

impl From<options::ProfileMissing> for ProfileMissing {
    fn from(missing: options::ProfileMissing) -> Self {
        match missing {
            options::ProfileMissing::Require => Self::Require,
            options::ProfileMissing::FallBack => Self::FallBack,
        }
    }
}

impl From<ProfileMissing> for options::ProfileMissing {
    fn from(missing: ProfileMissing) -> Self {
        match missing {
            ProfileMissing::Require => Self::Require,
            ProfileMissing::FallBack => Self::FallBack,
        }
    }
}

/// Where each version's key comes from. A private key that was given never comes back here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum KeySource {
    /// A new key for each version.
    New,
    /// The newest version's key again.
    Reuse,
    /// A private key that was given.
    Own {
        /// Its type.
        key_type: KeyType,
        /// SHA-256 of its public key info, lower-case hex.
        fingerprint: String,
    },
    /// A certificate request that was given.
    Request {
        /// The request, in PEM.
        pem: String,
        /// What it asks for, in ASCII form.
        identifiers: Vec<String>,
        /// Its key's type.
        key_type: KeyType,
        /// SHA-256 of its public key info, lower-case hex.
        fingerprint: String,
        /// Whether its private key was given too; without, the certificate can be exported and not deployed.
        has_key: bool,
        /// What else it asks for, in words.
        notes: Vec<String>,
    },
}

impl From<&options::KeySource> for KeySource {
    fn from(source: &options::KeySource) -> Self {
        match source {
            options::KeySource::New => Self::New,
            options::KeySource::Reuse => Self::Reuse,
            options::KeySource::Own { key_type, fingerprint } => {
                Self::Own { key_type: (*key_type).into(), fingerprint: fingerprint.clone() }
            }
            options::KeySource::Request(request) => Self::Request {
                pem: request.pem.clone(),
                identifiers: request.identifiers.iter().map(Identifier::ascii).collect(),
                key_type: request.key_type.into(),
                fingerprint: request.fingerprint.clone(),
                has_key: request.has_key,
                notes: request.notes.clone(),
            },
        }
    }
}
