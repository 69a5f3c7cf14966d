//! Certificate authorities: ACME directories with their known limits.

use crate::authority_details::{AuthorityDetails, Pace, RateLimit};
use crate::certificates::KeyType;
use certwright_core::authority_settings::{AuthorityEntry, BuiltIn};
use certwright_core::{authority, key};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Where chains of an authority must end.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", content = "pem", rename_all = "kebab-case")]
pub enum IssuingRoots {
    /// Nobody told us: the verdict on its chains is "unknown".
    #[default]
    Unknown,
    /// One of the roots that browsers trust.
    Public,
    /// One of these certificates, in PEM.
    Pem(String),
}

impl From<authority::IssuingRoots> for IssuingRoots {
    fn from(roots: authority::IssuingRoots) -> Self {
        match roots {
            authority::IssuingRoots::Unknown => Self::Unknown,
            authority::IssuingRoots::Public => Self::Public,
            authority::IssuingRoots::Pem(pem) => Self::Pem(pem),
        }
    }
}

impl From<IssuingRoots> for authority::IssuingRoots {
    fn from(roots: IssuingRoots) -> Self {
        match roots {
            IssuingRoots::Unknown => Self::Unknown,
            IssuingRoots::Public => Self::Public,
            IssuingRoots::Pem(pem) => Self::Pem(pem),
        }
    }
}

/// What a profile of an authority permits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProfileLimits {
    /// The profile's name at the authority; empty for an authority without profiles.
    pub name: String,
    /// The most identifiers in one certificate.
    pub max_identifiers: u32,
    /// Whether IP addresses may be certified.
    pub ip_addresses: bool,
    /// Whether certificates carry a common name.
    pub common_name: bool,
}

/// A certificate authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Authority {
    /// A short name, such as `letsencrypt`.
    pub id: String,
    /// For people.
    pub title: String,
    /// The ACME directory's URL.
    pub directory: String,
    /// Roots (PEM) for the directory's own HTTPS certificate; absent for the system's trust store.
    pub directory_tls_roots: Option<String>,
    /// Roots that issued chains must end in.
    pub issuing_roots: IssuingRoots,
    /// Whether it issues for names that public authorities refuse.
    pub internal_names: bool,
    /// Whether its certificates are for tests only.
    pub staging: bool,
    /// Whether accounts need an external account binding.
    pub external_account_required: bool,
    /// What its profiles permit; the first is taken where a certificate names none.
    pub profiles: Vec<ProfileLimits>,
    /// Key types that it certifies.
    pub key_types: Vec<KeyType>,
    /// An issuer that chains should have where neither certificate nor account prefer one.
    pub preferred_chain: Option<String>,
    /// The entry that this one is the staging environment of.
    pub staging_of: Option<String>,
    /// Whether it honours a lifetime that an order asks for.
    pub chosen_lifetime: bool,
    /// Whether it came with the program: it can be switched off, and be given another pace and other limits.
    pub built_in: bool,
    /// What else is known of it.
    #[serde(default)]
    pub details: AuthorityDetails,
    /// Grows with every change; also in the ETag.
    #[serde(default)]
    pub revision: i64,
    /// Of one that came with the program: what the catalogue says where something else is set here.
    #[serde(default, skip_serializing_if = "CatalogueValues::is_empty")]
    pub catalogue: CatalogueValues,
}

/// What the catalogue says of an authority, where something else is set here. `null` in a change goes back to it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct CatalogueValues {
    /// How fast orders are placed with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace: Option<Pace>,
    /// Its rate limits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limits: Option<Vec<RateLimit>>,
}

impl CatalogueValues {
    fn of(built_in: BuiltIn) -> Self {
        let BuiltIn { catalogue, settings } = built_in;
        let AuthorityDetails { pace, rate_limits, .. } = catalogue.details.into();
        Self {
            pace: settings.pace.is_some().then_some(pace),
            rate_limits: settings.rate_limits.is_some().then_some(rate_limits),
        }
    }

    /// Whether all is as the catalogue says.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl From<AuthorityEntry> for Authority {
    fn from(entry: AuthorityEntry) -> Self {
        let AuthorityEntry { authority, revision, built_in } = entry;
        Self {
            revision,
            catalogue: built_in.map(CatalogueValues::of).unwrap_or_default(),
            id: authority.id.to_string(),
            title: authority.title,
            directory: authority.directory,
            directory_tls_roots: authority.directory_tls_roots,
            issuing_roots: authority.issuing_roots.into(),
            internal_names: authority.internal_names,
            staging: authority.staging,
            external_account_required: authority.external_account_required,
            profiles: authority
                .profiles
                .into_iter()
                .map(|limits| ProfileLimits {
                    name: limits.name,
                    max_identifiers: limits.max_identifiers,
                    ip_addresses: limits.ip_addresses,
                    common_name: limits.common_name,
                })
                .collect(),
            key_types: authority.key_types.into_iter().map(KeyType::from).collect(),
            preferred_chain: authority.choices.preferred_chain,
            staging_of: authority.choices.staging_of.map(|id| id.to_string()),
            chosen_lifetime: authority.choices.lifetime,
            built_in: authority.built_in,
            details: authority.details.into(),
        }
    }
}

/// An authority of one's own, as it shall be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorityDraft {
    /// For people.
    pub title: String,
    /// The ACME directory's URL.
    pub directory: String,
    /// Roots (PEM) for the directory's own HTTPS certificate; the system's trust store when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory_tls_roots: Option<String>,
    /// Roots that issued chains must end in; unknown when left out.
    #[serde(default)]
    pub issuing_roots: IssuingRoots,
    /// Whether it issues for names that public authorities refuse.
    #[serde(default)]
    pub internal_names: bool,
    /// The most identifiers in one certificate; 100 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_identifiers: Option<u32>,
    /// Whether IP addresses may be certified; no when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_addresses: Option<bool>,
    /// Whether certificates carry a common name; yes when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common_name: Option<bool>,
    /// Whether its certificates are for tests only.
    #[serde(default)]
    pub staging: bool,
    /// Whether accounts need an external account binding.
    #[serde(default)]
    pub external_account_required: bool,
    /// Key types that it certifies; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_types: Option<Vec<KeyType>>,
    /// An issuer that chains should have where neither certificate nor account prefer one: common name or SHA-256
    /// fingerprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_chain: Option<String>,
    /// The entry that this one is the staging environment of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staging_of: Option<String>,
    /// Whether it honours a lifetime that an order asks for (`notAfter`).
    #[serde(default)]
    pub chosen_lifetime: bool,
    /// What else is known of it: limits, whether accounts need a mail address, what it can do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<AuthorityDetails>,
}

impl AuthorityDraft {
    /// The entry with this id.
    pub fn into_authority(self, id: &str) -> authority::Authority {
        authority::Authority {
            id: id.into(),
            title: self.title,
            directory: self.directory,
            directory_tls_roots: self.directory_tls_roots,
            issuing_roots: self.issuing_roots.into(),
            internal_names: self.internal_names,
            staging: self.staging,
            external_account_required: self.external_account_required,
            profiles: vec![authority::ProfileLimits {
                name: String::new(),
                max_identifiers: self.max_identifiers.unwrap_or(100),
                ip_addresses: self.ip_addresses.unwrap_or(false),
                common_name: self.common_name.unwrap_or(true),
            }],
            key_types: self.key_types.map_or_else(
                || key::KeyType::ALL.to_vec(),
                |types| types.into_iter().map(key::KeyType::from).collect(),
            ),
            choices: authority::AuthorityChoices {
                preferred_chain: self.preferred_chain,
                staging_of: self.staging_of.map(Into::into),
                lifetime: self.chosen_lifetime,
            },
            built_in: false,
            details: self.details.map(Into::into).unwrap_or_default(),
        }
    }
}

/// What an authority's directory says now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Terms {
    /// The URL of its terms of service, which a person must have agreed to; absent where it states none.
    pub terms_of_service: Option<String>,
    /// Its website.
    pub website: Option<String>,
    /// Whether accounts need an external account binding.
    pub external_account_required: bool,
    /// Its profiles by name, with their descriptions.
    pub profiles: BTreeMap<String, String>,
}

/// What a look at an authority's directory found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Probe {
    /// Whose.
    pub authority: String,
    /// When it was last looked at.
    pub probed_at: jiff::Timestamp,
    /// When it was last well.
    pub good_at: Option<jiff::Timestamp>,
    /// Since when nobody is there who speaks ACME.
    pub bad_since: Option<jiff::Timestamp>,
    /// What it answered last, unless it was well.
    pub answer: Option<String>,
    /// Whether it counts as retired: nobody was there for days.
    pub retired: bool,
    /// When it is looked at next.
    pub next_at: jiff::Timestamp,
}

impl From<certwright_core::probe::Probe> for Probe {
    fn from(probe: certwright_core::probe::Probe) -> Self {
        Self {
            retired: probe.is_retired(),
            next_at: probe.next_at(),
            authority: probe.authority.to_string(),
            probed_at: probe.probed_at,
            good_at: probe.good_at,
            bad_since: probe.bad_since,
            answer: probe.answer,
        }
    }
}

/// Has the certificates of an authority ordered from another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveRequest {
    /// The other authority; there must be an account with it.
    pub to: String,
    /// Only say what would be done; nothing is changed.
    #[serde(default)]
    pub preview: bool,
}

/// What became of a move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MoveAnswer {
    /// The names of those that are ordered from the other authority from now on.
    pub moved: Vec<String>,
    /// Those that stay.
    pub kept: Vec<KeptCertificate>,
}

/// A certificate that stays with its authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeptCertificate {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
}
