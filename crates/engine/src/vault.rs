//! Sealing for the engine: every secret is opened for one use and wiped after it.

use certwright_core::failure::Failure;
use certwright_core::id::{AccountId, CertificateId, UserId, VersionId};
use certwright_pki::seal::{DataKey, Place};
use zeroize::Zeroizing;

/// Seals and opens secrets of the store.
#[derive(Debug)]
pub struct Vault {
    key: DataKey,
}

impl Vault {
    /// A vault with this data key.
    pub fn new(key: DataKey) -> Self {
        Self { key }
    }

    fn seal(&self, place: &Place<'_>, secret: &[u8]) -> Result<Vec<u8>, Failure> {
        self.key.seal(place, secret).map_err(|error| trouble("seal a secret", &error.to_string()))
    }

    fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failure> {
        self.key.open(place, sealed).map_err(|error| trouble("open a sealed secret", &error.to_string()))
    }

    /// Seals a version's key (PKCS#8 DER).
    pub(crate) fn seal_version_key(&self, id: &VersionId, der: &[u8]) -> Result<Vec<u8>, Failure> {
        self.seal(&version_place(id), der)
    }

    /// Opens a version's key.
    pub(crate) fn open_version_key(
        &self,
        id: &VersionId,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        self.open(&version_place(id), sealed)
    }

    /// Seals the private key that a person gave for a certificate (PKCS#8 DER).
    pub(crate) fn seal_own_key(&self, id: &CertificateId, der: &[u8]) -> Result<Vec<u8>, Failure> {
        self.seal(&own_place(id), der)
    }

    /// Opens the private key that a person gave.
    pub(crate) fn open_own_key(
        &self,
        id: &CertificateId,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        self.open(&own_place(id), sealed)
    }

    /// Seals an account's key (PKCS#8 DER).
    pub(crate) fn seal_account_key(&self, id: &AccountId, der: &[u8]) -> Result<Vec<u8>, Failure> {
        self.seal(&account_place(id), der)
    }

    /// Opens an account's key.
    pub(crate) fn open_account_key(
        &self,
        id: &AccountId,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        self.open(&account_place(id), sealed)
    }

    /// Seals the new key of an account whose key is being changed (PKCS#8 DER).
    pub(crate) fn seal_next_account_key(&self, id: &AccountId, der: &[u8]) -> Result<Vec<u8>, Failure> {
        self.seal(&next_account_place(id), der)
    }

    /// Opens the new key of an account whose key is being changed.
    pub(crate) fn open_next_account_key(
        &self,
        id: &AccountId,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        self.open(&next_account_place(id), sealed)
    }

    /// Seals the secret of a user's second factor.
    pub(crate) fn seal_second_factor(&self, id: &UserId, secret: &[u8]) -> Result<Vec<u8>, Failure> {
        self.seal(&second_factor_place(id), secret)
    }

    /// Opens the secret of a user's second factor.
    pub(crate) fn open_second_factor(
        &self,
        id: &UserId,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        self.open(&second_factor_place(id), sealed)
    }
}

fn second_factor_place(id: &UserId) -> Place<'_> {
    Place { table: "users", row: id.as_str(), column: "sealed_totp" }
}

fn next_account_place(id: &AccountId) -> Place<'_> {
    Place { table: "accounts", row: id.as_str(), column: "sealed_next_key" }
}

fn version_place(id: &VersionId) -> Place<'_> {
    Place { table: "versions", row: id.as_str(), column: "sealed_key" }
}

fn own_place(id: &CertificateId) -> Place<'_> {
    Place { table: "own_keys", row: id.as_str(), column: "sealed_key" }
}

fn account_place(id: &AccountId) -> Place<'_> {
    Place { table: "accounts", row: id.as_str(), column: "sealed_key" }
}

fn trouble(attempted: &str, answer: &str) -> Failure {
    Failure::person(
        "sealing",
        attempted,
        answer,
        "check that data.key is the one this database was made with; restore it with the recovery key",
    )
}
