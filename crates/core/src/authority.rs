//! Certificate authorities: ACME directories with their known limits, as data.

use crate::authority_details::AuthorityDetails;
use crate::id::AuthorityId;
use crate::key::KeyType;
use serde::{Deserialize, Serialize};

/// Where a chain of this authority must end.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", content = "pem", rename_all = "kebab-case")]
pub enum IssuingRoots {
    /// Nobody told us: the trust verdict is "unknown", never silently "ok".
    #[default]
    Unknown,
    /// One of the roots that browsers trust.
    Public,
    /// One of these certificates, in PEM.
    Pem(String),
}

/// What a profile of an authority permits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileLimits {
    /// The profile's name at the authority; empty where nobody told us its profiles.
    pub name: String,
    /// The most identifiers in one certificate.
    pub max_identifiers: u32,
    /// Whether IP addresses may be certified.
    pub ip_addresses: bool,
    /// Whether certificates carry a common name.
    pub common_name: bool,
}

/// A certificate authority entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authority {
    /// A short name, such as `letsencrypt`.
    pub id: AuthorityId,
    /// For people.
    pub title: String,
    /// The ACME directory's URL.
    pub directory: String,
    /// Roots (PEM) that the directory's own HTTPS certificate must chain to; `None` is the system's trust store.
    /// Nothing to do with the certificates it issues.
    #[serde(default)]
    pub directory_tls_roots: Option<String>,
    /// Roots that issued chains must end in.
    #[serde(default)]
    pub issuing_roots: IssuingRoots,
    /// Whether it issues for names that public authorities refuse.
    #[serde(default)]
    pub internal_names: bool,
    /// Whether its certificates are for tests only.
    #[serde(default)]
    pub staging: bool,
    /// Whether accounts need an external account binding (RFC 8555 §7.3.4).
    #[serde(default)]
    pub external_account_required: bool,
    /// What its profiles permit; the first is taken where the user names none.
    pub profiles: Vec<ProfileLimits>,
    /// Key types that it certifies.
    pub key_types: Vec<KeyType>,
    /// What of its certificates can be chosen, and what is chosen where nobody says.
    #[serde(default)]
    pub choices: AuthorityChoices,
    /// Whether it came with the program and cannot be changed.
    #[serde(default)]
    pub built_in: bool,
    /// What else is known of it.
    #[serde(default)]
    pub details: AuthorityDetails,
}

/// What of an authority's certificates can be chosen, and what is chosen where nobody says.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AuthorityChoices {
    /// An issuer that chains should have where neither certificate nor account prefer one: common name or SHA-256
    /// fingerprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_chain: Option<String>,
    /// The entry that this one is the staging environment of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staging_of: Option<AuthorityId>,
    /// Whether it honours `notAfter` in orders (RFC 8555 §7.4).
    #[serde(default)]
    pub lifetime: bool,
}

impl Authority {
    /// The limits for the profile the user named, or the authority's first. Limits without a name hold for every
    /// profile: nobody told us what the profiles are, and the directory will when the plan is made.
    pub fn limits(&self, profile: Option<&str>) -> Option<&ProfileLimits> {
        match profile {
            None => self.profiles.first(),
            Some(name) => {
                let named = self.profiles.iter().find(|limits| limits.name == name);
                named.or_else(|| self.profiles.iter().find(|limits| limits.name.is_empty()))
            }
        }
    }
}
