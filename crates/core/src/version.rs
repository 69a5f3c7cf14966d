//! Certificate versions: one issued certificate with its key and chain.

use crate::facts::{CertificateFacts, Trust};
use crate::id::{AccountId, AuthorityId, CertificateId, RunId, VersionId};
use crate::key::KeyType;
use crate::renewal_information::RenewalInformation;
use crate::revocation::{Revocation, RevocationOrder, RevocationReason};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far a version has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VersionState {
    /// Key and request are stored; the certificate is not here yet.
    KeyStored,
    /// The chain is stored and was checked; nobody serves it yet.
    Obtained,
    /// It is, or was, the newest version that deployments are asked to serve.
    Published,
    /// Its run ended without a certificate.
    Abandoned,
}

/// A certificate version as the store gives it, without its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Its id; also the name of its directory.
    pub id: VersionId,
    /// The managed certificate it belongs to.
    pub certificate: CertificateId,
    /// The run that ordered it.
    pub run: RunId,
    /// Who was asked.
    pub authority: AuthorityId,
    /// By which account.
    pub account: AccountId,
    /// How far it has come.
    pub state: VersionState,
    /// Its key's type.
    pub key_type: KeyType,
    /// Whether its private key is stored here; it is not where a person gave a request without the key.
    #[serde(default = "yes")]
    pub has_key: bool,
    /// Whether its authority issues for tests only.
    #[serde(default)]
    pub staging: bool,
    /// When key and request were stored.
    pub created_at: Timestamp,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// What the certificate says, once it is here.
    pub facts: Option<CertificateFacts>,
    /// The verdict on its chain, once it is here.
    pub trust: Option<Trust>,
    /// When the authority suggests to renew it, as far as it was asked.
    pub renewal_information: RenewalInformation,
    /// Where the authority keeps the certificate with its chain (RFC 8555 §7.4.2), once it is published.
    #[serde(default)]
    pub certificate_url: Option<String>,
    /// That it is revoked, once that is known.
    #[serde(default)]
    pub revocation: Option<Revocation>,
    /// A revocation that was asked for and whose answer is not known.
    #[serde(default)]
    pub revoking: Option<RevocationOrder>,
}

impl Version {
    /// Whether its key must never be used again: somebody else may have it.
    pub fn key_is_compromised(&self) -> bool {
        let revoked = self.revocation.as_ref().map(|revocation| revocation.reason);
        let revoking = self.revoking.as_ref().map(|order| order.reason);
        [revoked, revoking].contains(&Some(RevocationReason::KeyCompromise))
    }
}

/// Versions had keys before one could be without.
fn yes() -> bool {
    true
}
