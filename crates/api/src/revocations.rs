//! Revocation of versions, and fetching their chains again.

use crate::versions::Version;
use certwright_core::revocation;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a certificate is revoked, as RFC 5280 §5.3.1 names it. Only the first five may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum RevocationReason {
    /// Nothing said.
    #[serde(rename = "unspecified")]
    Unspecified,
    /// Somebody else may have the private key.
    #[serde(rename = "keyCompromise")]
    KeyCompromise,
    /// There is a newer certificate.
    #[serde(rename = "superseded")]
    Superseded,
    /// The service is gone.
    #[serde(rename = "cessationOfOperation")]
    CessationOfOperation,
    /// The subject's names or organization changed.
    #[serde(rename = "affiliationChanged")]
    AffiliationChanged,
    /// Somebody else may have the authority's key.
    #[serde(rename = "cACompromise")]
    CaCompromise,
    /// For now only.
    #[serde(rename = "certificateHold")]
    CertificateHold,
    /// A right was withdrawn.
    #[serde(rename = "privilegeWithdrawn")]
    PrivilegeWithdrawn,
    /// An attribute authority was compromised.
    #[serde(rename = "aACompromise")]
    AaCompromise,
}

/// The same reasons here and in the core, both ways.
macro_rules! same_reasons {
    ($($reason:ident),+) => {
        impl From<revocation::RevocationReason> for RevocationReason {
            fn from(reason: revocation::RevocationReason) -> Self {
                match reason { $(revocation::RevocationReason::$reason => Self::$reason,)+ }
            }
        }

        impl From<RevocationReason> for revocation::RevocationReason {
            fn from(reason: RevocationReason) -> Self {
                match reason { $(RevocationReason::$reason => Self::$reason,)+ }
            }
        }
    };
}

same_reasons!(
    Unspecified,
    KeyCompromise,
    Superseded,
    CessationOfOperation,
    AffiliationChanged,
    CaCompromise,
    CertificateHold,
    PrivilegeWithdrawn,
    AaCompromise
);

/// Who said that a version is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationSource {
    /// The authority revoked it because it was asked from here.
    Asked,
    /// The authority had revoked it already when it was asked.
    Authority,
    /// It stands on the authority's revocation list.
    List,
}

/// A version is revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revocation {
    /// Since when, by the word of who said so.
    pub revoked_at: Timestamp,
    /// When that became known here.
    pub known_at: Timestamp,
    /// Why.
    pub reason: RevocationReason,
    /// Who said so.
    pub source: RevocationSource,
}

impl From<&revocation::Revocation> for Revocation {
    fn from(known: &revocation::Revocation) -> Self {
        let source = match known.source {
            revocation::RevocationSource::Asked => RevocationSource::Asked,
            revocation::RevocationSource::Authority => RevocationSource::Authority,
            revocation::RevocationSource::List => RevocationSource::List,
        };
        Self { revoked_at: known.revoked_at, known_at: known.known_at, reason: known.reason.into(), source }
    }
}

/// What signs a revocation request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationSigner {
    /// The account that ordered the certificate.
    Account,
    /// The certificate's own key.
    Key,
}

impl From<RevocationSigner> for revocation::RevocationSigner {
    fn from(signer: RevocationSigner) -> Self {
        match signer {
            RevocationSigner::Account => Self::Account,
            RevocationSigner::Key => Self::Key,
        }
    }
}

impl From<revocation::RevocationSigner> for RevocationSigner {
    fn from(signer: revocation::RevocationSigner) -> Self {
        match signer {
            revocation::RevocationSigner::Account => Self::Account,
            revocation::RevocationSigner::Key => Self::Key,
        }
    }
}

/// Asks for a version to be revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeRequest {
    /// Why.
    pub reason: RevocationReason,
    /// What signs the request; when left out, the certificate's key for `keyCompromise`, and else the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<RevocationSigner>,
    /// Only say what would be done.
    #[serde(default)]
    pub preview: bool,
}

/// A version that was revoked, or what that would mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevokeAnswer {
    /// The version as it is now.
    pub version: Version,
    /// What signs, or signed it.
    pub by: RevocationSigner,
    /// What it means, line by line.
    pub plan: Vec<String>,
}

/// Asks for the newest version's chain to be fetched again.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefetchRequest {
    /// Take the first chain in which somebody of this name has issued something; when left out, the authority's first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

/// What came of fetching a chain again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefetchAnswer {
    /// The version as it is now.
    pub version: Version,
    /// Whether its chain is another one now; then it is deployed again.
    pub changed: bool,
    /// Who issued each certificate of the chain, the newest version's issuer first.
    pub issuers: Vec<String>,
}
