//! Which keys a certificate may have.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The type of a certificate's own key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyType {
    /// ECDSA on NIST P-256: small, fast, understood by every current client.
    EcdsaP256,
    /// RSA with 2048 bits: for servers and clients that know nothing newer.
    Rsa2048,
}

impl KeyType {
    /// All key types, the preferred one first.
    pub const ALL: &'static [Self] = &[Self::EcdsaP256, Self::Rsa2048];

    /// The name used in settings and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::EcdsaP256 => "ecdsa-p256",
            Self::Rsa2048 => "rsa-2048",
        }
    }

    /// The type of this name, if it is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.name() == name)
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EcdsaP256 => "ECDSA P-256",
            Self::Rsa2048 => "RSA 2048",
        })
    }
}
