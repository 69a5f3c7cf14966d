//! What a person sends to create a certificate or to change one.

use crate::certificates::{Challenge, KeyType};
use crate::options::ProfileMissing;
use crate::renewal_policy::RenewalPolicy;
use crate::secret::SecretText;
use crate::settings::WindowChoice;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A target where the certificate is to be served.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeploymentDraft {
    /// The kind of target, such as `nginx`; `GET /targets` lists them.
    pub target: String,
    /// The target's form, filled in; what is left out holds its default.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub settings: Map<String, Value>,
}

/// A certificate to be created. Nothing is ordered by that; it is requested by hand, or an hour later by itself.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateDraft {
    /// For people; unique. The first identifier when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Free text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// For filtering.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Names and addresses as typed or pasted: an item may hold several, separated by commas or space.
    /// Those of the certificate request when left out and one is given.
    #[serde(default)]
    pub identifiers: Vec<String>,
    /// Who issues it; `letsencrypt` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// By which account; the authority's only or newest one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The authority's profile; its default when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The key's type; the targets choose when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_type: Option<KeyType>,
    /// How control over the identifiers is shown; http-01 when left out.
    #[serde(default)]
    pub challenge: Challenge,
    /// When it is renewed; as the settings say when left out. A policy never leaves
    /// less than a third (half of under ten days) of the lifetime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal: Option<RenewalPolicy>,
    /// Which maintenance window it keeps to; that of its tags, or the default, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowChoice>,
    /// An issuer that its chain should have: common name or SHA-256 fingerprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_chain: Option<String>,
    /// What happens when the authority does not offer the profile; nothing is ordered then when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_missing: Option<ProfileMissing>,
    /// How long it is to be valid, in seconds; the authority's choice when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_seconds: Option<u64>,
    /// Whether to order from the authority's staging environment; the authority as it is named when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staging: Option<bool>,
    /// Whether one from a staging environment may take the place of a trusted one on a target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staging_may_replace: Option<bool>,
    /// Whether the newest version's key is used again; a new one each time when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reuse_key: Option<bool>,
    /// A private key of one's own in PEM: PKCS#8 (also encrypted), PKCS#1 or SEC1. It is stored sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_key: Option<SecretText>,
    /// The passphrase of that key. It is not stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_key_passphrase: Option<SecretText>,
    /// A certificate request (PKCS#10) of one's own in PEM; with `private_key` or without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_request: Option<String>,
    /// Where it is served; the service chooses when left out (nginx, where one of its sites would serve it).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployments: Option<Vec<DeploymentDraft>>,
    /// Whether to create it paused.
    #[serde(default)]
    pub paused: bool,
}

/// A change of a certificate: only what is given changes. A field that may be absent is cleared by `null`.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateChanges {
    /// For people; unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// All tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Whether it is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
    /// All identifiers, as typed or pasted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifiers: Option<Vec<String>>,
    /// Who issues it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// By which account; `null` takes the authority's only or newest one.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub account: Option<Option<String>>,
    /// The authority's profile; `null` takes its default.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub profile: Option<Option<String>>,
    /// The key's type; `null` lets the targets choose.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<KeyType>)]
    pub key_type: Option<Option<KeyType>>,
    /// How control over the identifiers is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<Challenge>,
    /// When it is renewed; `null` is as the settings say.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RenewalPolicy>)]
    pub renewal: Option<Option<RenewalPolicy>>,
    /// Which maintenance window it keeps to; `null` is that of its tags, or the default.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<WindowChoice>)]
    pub window: Option<Option<WindowChoice>>,
    /// An issuer that its chain should have; `null` leaves that to account and authority.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub preferred_chain: Option<Option<String>>,
    /// What happens when the authority does not offer the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_missing: Option<ProfileMissing>,
    /// How long it is to be valid, in seconds; `null` is the authority's choice.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>)]
    pub lifetime_seconds: Option<Option<u64>>,
    /// Whether to order from the authority's staging environment. The account is chosen anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staging: Option<bool>,
    /// Whether one from a staging environment may take the place of a trusted one on a target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staging_may_replace: Option<bool>,
    /// Whether the newest version's key is used again. A key or request of one's own is given up by that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reuse_key: Option<bool>,
    /// A private key of one's own in PEM; `null` lets keys be made here.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub private_key: Option<Option<SecretText>>,
    /// The passphrase of that key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_key_passphrase: Option<SecretText>,
    /// A certificate request of one's own in PEM; `null` lets requests be made here.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub certificate_request: Option<Option<String>>,
    /// All targets where it is served. One of the same kind keeps its state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployments: Option<Vec<DeploymentDraft>>,
}

/// Tells `null` (clear it) from a field that is not there (leave it).
pub(crate) fn given<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_clears_and_absence_leaves() {
        let read = |text: &str| serde_json::from_str::<CertificateChanges>(text).unwrap();
        assert_eq!(read("{}"), CertificateChanges::default());
        let cleared = read(r#"{"account":null,"key_type":"rsa-2048"}"#);
        assert_eq!(cleared.account, Some(None));
        assert_eq!(cleared.key_type, Some(Some(KeyType::Rsa2048)));
        assert_eq!(cleared.profile, None);
        let text = serde_json::to_string(&cleared).unwrap();
        assert_eq!(read(&text), cleared);
    }

    #[test]
    fn a_field_nobody_knows_is_refused() {
        assert!(
            serde_json::from_str::<CertificateDraft>(r#"{"identifiers":["a.example"],"key":"x"}"#).is_err()
        );
    }
}
