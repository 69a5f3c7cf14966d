//! Keys that people gave, and keys that must never be used again.

use crate::{NewAudit, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::CertificateId;

/// What an edit does to the private key that a person gave.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum OwnKeyChange {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is removed.
    Remove,
    /// This one, sealed, takes its place.
    Replace(Vec<u8>),
}

/// Keys that people gave, and keys that must never be used again.
#[async_trait]
pub trait Keys: Send + Sync {
    /// The sealed private key that a person gave for the certificate, if any.
    async fn own_key(&self, certificate: &CertificateId) -> StoreResult<Option<Vec<u8>>>;

    /// Remembers for ever that a key (by the SHA-256 of its public key info, hex) is compromised, with the audit line.
    /// Twice is once.
    async fn add_compromised_key(
        &self,
        fingerprint: &str,
        now: Timestamp,
        audit: &NewAudit,
    ) -> StoreResult<()>;

    /// Whether the key is known to be compromised.
    async fn is_key_compromised(&self, fingerprint: &str) -> StoreResult<bool>;
}
