//! What a person may choose about one certificate beyond names, authority and type of key.

use crate::id::VersionId;
use crate::identifier::Identifier;
use crate::key::KeyType;
use serde::{Deserialize, Serialize};

/// Choices that are seldom made; the default of each is what most certificates want.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CertificateOptions {
    /// An issuer that its chain should have: common name or SHA-256 fingerprint. Goes before the account's and the
    /// authority's preference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_chain: Option<String>,
    /// What happens when the authority does not offer the profile (any more).
    #[serde(default)]
    pub profile_missing: ProfileMissing,
    /// Where each version's key comes from.
    #[serde(default)]
    pub key_source: KeySource,
    /// How long it is to be valid, where the authority lets that be chosen; `None` is the authority's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_seconds: Option<u64>,
    /// Whether its authority is a staging environment: told by the authority's entry when the settings are stored, so
    /// that lists need not look.
    #[serde(default)]
    pub staging: bool,
    /// Whether a certificate from a staging environment may take the place of a trusted one on a target.
    #[serde(default)]
    pub staging_may_replace: bool,
}

/// What happens when the authority does not offer the certificate's profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileMissing {
    /// Nothing is ordered until a person has chosen another one.
    #[default]
    Require,
    /// The authority's default profile is taken, where it permits what is asked for.
    FallBack,
}

impl ProfileMissing {
    /// The name used in settings and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Require => "require",
            Self::FallBack => "fall-back",
        }
    }
}

/// Where the key of each version comes from.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum KeySource {
    /// A new key for each version.
    #[default]
    New,
    /// The newest version's key again.
    Reuse,
    /// A key that a person gave; it is stored sealed, apart from the settings.
    Own {
        /// Its type.
        key_type: KeyType,
        /// SHA-256 of its public key info (SPKI), lower-case hex.
        fingerprint: String,
    },
    /// A certificate request that a person gave, with its key or without.
    Request(CustomRequest),
}

impl KeySource {
    /// The type of the key, where it is a certain key already.
    pub fn key_type(&self) -> Option<KeyType> {
        match self {
            Self::New | Self::Reuse => None,
            Self::Own { key_type, .. } => Some(*key_type),
            Self::Request(request) => Some(request.key_type),
        }
    }

    /// SHA-256 of the public key info, where it is a certain key already.
    pub fn fingerprint(&self) -> Option<&str> {
        match self {
            Self::New | Self::Reuse => None,
            Self::Own { fingerprint, .. } => Some(fingerprint),
            Self::Request(request) => Some(&request.fingerprint),
        }
    }

    /// Whether versions have their key stored here, so that they can be deployed and exported with it.
    pub fn has_key(&self) -> bool {
        !matches!(self, Self::Request(CustomRequest { has_key: false, .. }))
    }
}

/// A certificate request (PKCS#10) that a person gave. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomRequest {
    /// The request in PEM.
    pub pem: String,
    /// What it asks for.
    pub identifiers: Vec<Identifier>,
    /// Its key's type.
    pub key_type: KeyType,
    /// SHA-256 of its public key info (SPKI), lower-case hex.
    pub fingerprint: String,
    /// Whether its private key was given too.
    pub has_key: bool,
    /// What it asks for beyond names and key, in words: a person should know before it is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Which key a version gets, as the plan decided it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "use", rename_all = "kebab-case")]
pub enum KeyUse {
    /// One that is made now.
    #[default]
    New,
    /// That of an earlier version.
    Again {
        /// Which version's.
        version: VersionId,
    },
    /// The person's own.
    Own {
        /// SHA-256 of its public key info.
        fingerprint: String,
    },
    /// That of the person's own certificate request, which is sent as it is.
    Request {
        /// SHA-256 of its public key info.
        fingerprint: String,
    },
}

impl KeyUse {
    /// Whether it is a new key, as in most plans; those are stored and fingerprinted without this field.
    pub fn is_new(&self) -> bool {
        *self == Self::New
    }
}
