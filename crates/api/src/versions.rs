//! Certificate versions: the history of a managed certificate.

use crate::certificates::KeyType;
use crate::revocations::Revocation;
use certwright_core::identifier::Identifier;
use certwright_core::{facts, renewal_information, version};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far a version has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VersionState {
    /// Key and request are stored; the certificate is not here yet.
    KeyStored,
    /// The chain is stored and was checked; nobody serves it yet.
    Obtained,
    /// It is, or was, the newest version.
    Published,
    /// Its run ended without a certificate.
    Abandoned,
}

impl From<version::VersionState> for VersionState {
    fn from(state: version::VersionState) -> Self {
        match state {
            version::VersionState::KeyStored => Self::KeyStored,
            version::VersionState::Obtained => Self::Obtained,
            version::VersionState::Published => Self::Published,
            version::VersionState::Abandoned => Self::Abandoned,
        }
    }
}

/// The verdict on a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TrustVerdict {
    /// It ends in a root known for the authority.
    Trusted,
    /// No root is known to end it in.
    Unknown,
    /// A link is wrong, or it ends somewhere else.
    Untrusted,
}

/// Whether a chain ends where it should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Trust {
    /// The verdict.
    pub verdict: TrustVerdict,
    /// The root, or why not.
    pub words: String,
}

impl From<&facts::Trust> for Trust {
    fn from(trust: &facts::Trust) -> Self {
        let (verdict, words) = match trust {
            facts::Trust::Trusted { root } => (TrustVerdict::Trusted, root),
            facts::Trust::Unknown { why } => (TrustVerdict::Unknown, why),
            facts::Trust::Untrusted { why } => (TrustVerdict::Untrusted, why),
        };
        Self { verdict, words: words.clone() }
    }
}

/// A link of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChainLink {
    /// What it says of itself.
    pub facts: CertificateFacts,
    /// It, in PEM.
    pub pem: String,
}

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CertificateFacts {
    /// Serial number, lower-case hex.
    pub serial: String,
    /// SHA-256 of the certificate, lower-case hex.
    pub fingerprint: String,
    /// SHA-256 of its public key info, lower-case hex.
    pub key_fingerprint: String,
    /// The common name, where it has one.
    pub common_name: Option<String>,
    /// The subject, for people.
    pub subject: String,
    /// The issuer, for people.
    pub issuer: String,
    /// Names and addresses it is good for, in ASCII form.
    pub identifiers: Vec<String>,
    /// First moment of validity.
    pub not_before: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// The key's algorithm in words.
    pub key_algorithm: String,
}

impl From<&facts::CertificateFacts> for CertificateFacts {
    fn from(facts: &facts::CertificateFacts) -> Self {
        let identifiers = facts.identifiers.iter().map(Identifier::ascii);
        Self {
            serial: facts.serial.clone(),
            fingerprint: facts.fingerprint.clone(),
            key_fingerprint: facts.key_fingerprint.clone(),
            common_name: facts.common_name.clone(),
            subject: facts.subject.clone(),
            issuer: facts.issuer.clone(),
            identifiers: identifiers.chain(facts.odd_names.iter().cloned()).collect(),
            not_before: facts.not_before,
            not_after: facts.not_after,
            key_algorithm: facts.key_algorithm.clone(),
        }
    }
}

/// When the authority suggests to renew a version (ARI, RFC 9773).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RenewalInformation {
    /// The begin of the window it suggests, where it suggests one.
    pub start: Option<Timestamp>,
    /// The end of the window.
    pub end: Option<Timestamp>,
    /// The moment that was drawn in the window, once.
    pub chosen: Option<Timestamp>,
    /// Where the authority explains the window.
    pub explanation_url: Option<String>,
    /// When it was last asked.
    pub asked_at: Option<Timestamp>,
    /// What was wrong with its last answer; then the version is renewed by its age, if that comes first.
    pub problem: Option<String>,
}

impl RenewalInformation {
    fn of(known: &renewal_information::RenewalInformation) -> Option<Self> {
        let window = known.window.as_ref();
        known.asked_at.map(|asked_at| Self {
            start: window.map(|window| window.start),
            end: window.map(|window| window.end),
            chosen: window.map(|window| window.chosen),
            explanation_url: window.and_then(|window| window.explanation_url.clone()),
            asked_at: Some(asked_at),
            problem: known.problem.clone(),
        })
    }
}

/// One issued certificate, without its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Version {
    /// Its id; also the name of its directory.
    pub id: String,
    /// The managed certificate it belongs to.
    pub certificate: String,
    /// The run that ordered it.
    pub run: String,
    /// Who was asked.
    pub authority: String,
    /// By which account.
    pub account: String,
    /// How far it has come.
    pub state: VersionState,
    /// Its key's type.
    pub key_type: KeyType,
    /// Whether its private key is stored here.
    pub has_key: bool,
    /// Whether its authority issues for tests only.
    pub staging: bool,
    /// When key and request were stored.
    pub created_at: Timestamp,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// What the certificate says, once it is here.
    pub facts: Option<CertificateFacts>,
    /// The verdict on its chain, once it is here.
    pub trust: Option<Trust>,
    /// When the authority suggests to renew it, once it was asked.
    pub renewal_information: Option<RenewalInformation>,
    /// That it is revoked, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation: Option<Revocation>,
    /// Whether it is to be revoked, and the authority's answer is not known yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoking: bool,
}

impl From<&version::Version> for Version {
    fn from(version: &version::Version) -> Self {
        Self {
            id: version.id.to_string(),
            certificate: version.certificate.to_string(),
            run: version.run.to_string(),
            authority: version.authority.to_string(),
            account: version.account.to_string(),
            state: version.state.into(),
            key_type: version.key_type.into(),
            has_key: version.has_key,
            staging: version.staging,
            created_at: version.created_at,
            published_at: version.published_at,
            facts: version.facts.as_ref().map(CertificateFacts::from),
            trust: version.trust.as_ref().map(Trust::from),
            renewal_information: RenewalInformation::of(&version.renewal_information),
            revocation: version.revocation.as_ref().map(Revocation::from),
            revoking: version.revoking.is_some(),
        }
    }
}
