//! What a person sends to make a built-in authority, to change one, and to give out its external keys.

use crate::edits::given;
use crate::issuers::{IssuerPolicy, IssuerProfile, IssuerReach, IssuerSettings};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// An issuer to be made: keys, root and intermediate.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssuerDraft {
    /// Its name, as in its addresses: letters a-z, digits and hyphens.
    pub name: String,
    /// What people see in lists of trusted roots, at most 51 characters.
    pub title: String,
    /// What can be set of it. Its policy constrains the root for good.
    #[serde(default)]
    pub settings: IssuerSettings,
    /// Whether it answers at once; no when left out.
    #[serde(default)]
    pub enabled: bool,
}

/// A change of an issuer: only what is given changes.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IssuerChanges {
    /// Whether it is to answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// What changes of its settings.
    #[serde(skip_serializing_if = "IssuerSettingsChanges::is_empty")]
    pub settings: IssuerSettingsChanges,
}

/// A change of settings: only what is given changes, each as a whole. What may be absent is cleared by `null`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IssuerSettingsChanges {
    /// From where it is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reach: Option<IssuerReach>,
    /// What it certifies, within the constraints of its root, which stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<IssuerPolicy>,
    /// How long certificates last that name no profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifetime_seconds: Option<i64>,
    /// All other kinds of certificates, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profiles: Option<BTreeMap<String, IssuerProfile>>,
    /// Whether new accounts must be bound to an external key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_account_required: Option<bool>,
    /// The address of terms that clients must agree to; `null` for none.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub terms_of_service: Option<Option<String>>,
}

impl IssuerSettingsChanges {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The settings with these changes.
    pub fn applied_to(self, settings: IssuerSettings) -> IssuerSettings {
        IssuerSettings {
            reach: self.reach.unwrap_or(settings.reach),
            policy: self.policy.unwrap_or(settings.policy),
            lifetime_seconds: self.lifetime_seconds.unwrap_or(settings.lifetime_seconds),
            profiles: self.profiles.unwrap_or(settings.profiles),
            external_account_required: self
                .external_account_required
                .unwrap_or(settings.external_account_required),
            terms_of_service: self.terms_of_service.unwrap_or(settings.terms_of_service),
        }
    }
}

/// A key for external account binding to be given out.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExternalKeyDraft {
    /// What an account bound with it may ask for; all that the issuer certifies when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<IssuerPolicy>,
    /// When it binds no more; never when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_given_changes() {
        let before = IssuerSettings { terms_of_service: Some("https://a".to_owned()), ..Default::default() };
        let read = |text: &str| serde_json::from_str::<IssuerChanges>(text).unwrap();
        assert_eq!(read("{}").settings.applied_to(before.clone()), before);
        let changes = read(r#"{"enabled":true,"settings":{"lifetime_seconds":60,"terms_of_service":null}}"#);
        assert_eq!(
            serde_json::from_value::<IssuerChanges>(serde_json::to_value(&changes).unwrap()).unwrap(),
            changes
        );
        let after = changes.settings.applied_to(before.clone());
        assert_eq!(after, IssuerSettings { lifetime_seconds: 60, terms_of_service: None, ..before });
        assert!(serde_json::from_str::<IssuerChanges>(r#"{"settings":{"constraints":{}}}"#).is_err());
    }
}
