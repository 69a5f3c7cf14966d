//! Certificates that an issuer signed.

use crate::{Listing, Page, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::identifier::Identifier;

/// A revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// When.
    pub at: Timestamp,
    /// Why, by its number (RFC 5280 §5.3.1).
    pub reason: u8,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Who signed it.
    pub issuer: String,
    /// Its serial number, in hex.
    pub serial: String,
    /// The order it was signed for.
    pub order: String,
    /// The account that ordered it.
    pub account: String,
    /// It and the intermediate, as PEM.
    pub chain: String,
    /// For what.
    pub identifiers: Vec<Identifier>,
    /// SHA-256 of its public key info, in hex.
    pub key_fingerprint: String,
    /// When it begins.
    pub not_before: Timestamp,
    /// When it ends.
    pub not_after: Timestamp,
    /// Whether and when it was revoked.
    pub revocation: Option<Revocation>,
    /// The order that replaces it (RFC 9773 §5).
    pub replaced_by: Option<String>,
}

/// Certificates that an issuer signed.
#[async_trait]
pub trait IssuerCertificates: Send + Sync {
    /// The certificate with this serial number, if the issuer signed one.
    async fn issued_certificate(&self, issuer: &str, serial: &str) -> StoreResult<Option<Certificate>>;

    /// What the issuer signed, those that end last first.
    async fn issued_certificates(&self, issuer: &str, page: Page) -> StoreResult<Listing<Certificate>>;

    /// Revokes it, unless it is revoked: the answer says whether it was not.
    async fn revoke_certificate(
        &self,
        issuer: &str,
        serial: &str,
        revocation: Revocation,
    ) -> StoreResult<bool>;

    /// Serial numbers and revocations of what is revoked and ends at `now` or later, by serial number, after `after`
    /// if that is given, at most `limit`.
    async fn revoked_certificates(
        &self,
        issuer: &str,
        now: Timestamp,
        after: Option<&str>,
        limit: u32,
    ) -> StoreResult<Vec<(String, Revocation)>>;
}
