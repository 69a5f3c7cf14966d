//! A change of an authority: of one's own everything, of one that came with the program what can be set of it.

use crate::authorities::IssuingRoots;
use crate::authority_details::{Ended, NameCount, Pace, Quirk, RateLimit};
use crate::certificates::KeyType;
use crate::edits::given;
use certwright_core::authority::Authority;
use certwright_core::authority_details as details;
use certwright_core::authority_settings::AuthoritySettings;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What can be set of an authority that came with the program.
const OF_BUILT_IN: &[&str] = &["details.disabled", "details.pace", "details.rate_limits"];

/// A change of an authority: only what is given changes, each as a whole. What may be absent is cleared by `null`. Of one
/// that came with the program only `disabled`, `pace` and `rate_limits` in `details` can be set.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthorityChanges {
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The ACME directory's URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// Roots (PEM) for the directory's own HTTPS certificate; `null` is the system's trust store.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub directory_tls_roots: Option<Option<String>>,
    /// Roots that issued chains must end in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuing_roots: Option<IssuingRoots>,
    /// Whether it issues for names that public authorities refuse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internal_names: Option<bool>,
    /// The most identifiers in one certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_identifiers: Option<u32>,
    /// Whether IP addresses may be certified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_addresses: Option<bool>,
    /// Whether certificates carry a common name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_name: Option<bool>,
    /// Whether its certificates are for tests only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staging: Option<bool>,
    /// Whether accounts need an external account binding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_account_required: Option<bool>,
    /// Key types that it certifies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_types: Option<Vec<KeyType>>,
    /// An issuer that chains should have where neither certificate nor account prefer one; `null` is none.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub preferred_chain: Option<Option<String>>,
    /// The entry that this one is the staging environment of; `null` is none.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub staging_of: Option<Option<String>>,
    /// Whether it honours a lifetime that an order asks for (`notAfter`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen_lifetime: Option<bool>,
    /// What changes of what else is known of it.
    #[serde(skip_serializing_if = "AuthorityDetailsChanges::is_empty")]
    pub details: AuthorityDetailsChanges,
}

/// A change of what else is known of an authority: only what is given changes.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthorityDetailsChanges {
    /// What it is, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its web site; `null` is none.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub website: Option<Option<String>>,
    /// Its terms of service, for people; `null` is none.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub terms: Option<Option<String>>,
    /// Its privacy policy; `null` is none.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub privacy: Option<Option<String>>,
    /// Where it tells of its outages; `null` is none.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub status: Option<Option<String>>,
    /// Whether it is switched off: no new account, no new order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// That it issues no more; `null` is that it does.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Ended>)]
    pub ended: Option<Option<Ended>>,
    /// Whether accounts need a mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_required: Option<bool>,
    /// Where to get an external account; `null` is not known.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub external_account_help: Option<Option<String>>,
    /// Parts of the directory's address that everybody fills in for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory_parts: Option<Vec<String>>,
    /// For how many days its certificates are valid; `null` is not known.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>)]
    pub lifetime_days: Option<Option<u32>>,
    /// How many DNS names a certificate may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_count: Option<NameCount>,
    /// Whether it certifies wildcard names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wildcards: Option<bool>,
    /// Whether it takes recent validations as proof for the next order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reuses_validations: Option<bool>,
    /// Its rate limits; `null` is those of the catalogue, or none.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<RateLimit>>)]
    pub rate_limits: Option<Option<Vec<RateLimit>>>,
    /// How fast orders are placed with it; `null` is as the catalogue says, or as usual.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Pace>)]
    pub pace: Option<Option<Pace>>,
    /// What is odd about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quirks: Option<Vec<Quirk>>,
}

impl AuthorityDetailsChanges {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn applied_to(self, before: details::AuthorityDetails) -> details::AuthorityDetails {
        details::AuthorityDetails {
            description: self.description.unwrap_or(before.description),
            website: self.website.unwrap_or(before.website),
            terms: self.terms.unwrap_or(before.terms),
            privacy: self.privacy.unwrap_or(before.privacy),
            status: self.status.unwrap_or(before.status),
            disabled: self.disabled.unwrap_or(before.disabled),
            ended: self.ended.map_or(before.ended, |ended| ended.map(Into::into)),
            email_required: self.email_required.unwrap_or(before.email_required),
            external_account_help: self.external_account_help.unwrap_or(before.external_account_help),
            directory_parts: self.directory_parts.unwrap_or(before.directory_parts),
            lifetime_days: self.lifetime_days.unwrap_or(before.lifetime_days),
            name_count: self.name_count.map_or(before.name_count, Into::into),
            wildcards: self.wildcards.unwrap_or(before.wildcards),
            reuses_validations: self.reuses_validations.unwrap_or(before.reuses_validations),
            rate_limits: self
                .rate_limits
                .map_or(before.rate_limits, |limits| limits_of(limits.unwrap_or_default())),
            pace: self.pace.map_or(before.pace, |pace| pace.unwrap_or_default().into()),
            quirks: self
                .quirks
                .map_or(before.quirks, |quirks| quirks.into_iter().map(details::Quirk::from).collect()),
        }
    }
}

fn limits_of(limits: Vec<RateLimit>) -> Vec<certwright_core::rate_limit::RateLimit> {
    limits.into_iter().map(Into::into).collect()
}

impl AuthorityChanges {
    /// An authority of one's own with these changes.
    pub fn applied_to(self, before: Authority) -> Authority {
        let mut profiles = before.profiles;
        for profile in &mut profiles {
            profile.max_identifiers = self.max_identifiers.unwrap_or(profile.max_identifiers);
            profile.ip_addresses = self.ip_addresses.unwrap_or(profile.ip_addresses);
            profile.common_name = self.common_name.unwrap_or(profile.common_name);
        }
        let mut choices = before.choices;
        choices.preferred_chain = self.preferred_chain.unwrap_or(choices.preferred_chain);
        choices.staging_of = self.staging_of.map_or(choices.staging_of, |id| id.map(Into::into));
        choices.lifetime = self.chosen_lifetime.unwrap_or(choices.lifetime);
        Authority {
            title: self.title.unwrap_or(before.title),
            directory: self.directory.unwrap_or(before.directory),
            directory_tls_roots: self.directory_tls_roots.unwrap_or(before.directory_tls_roots),
            issuing_roots: self.issuing_roots.map_or(before.issuing_roots, Into::into),
            internal_names: self.internal_names.unwrap_or(before.internal_names),
            staging: self.staging.unwrap_or(before.staging),
            external_account_required: self
                .external_account_required
                .unwrap_or(before.external_account_required),
            profiles,
            key_types: self
                .key_types
                .map_or(before.key_types, |types| types.into_iter().map(Into::into).collect()),
            choices,
            details: self.details.applied_to(before.details),
            ..before
        }
    }

    /// What is set of an authority that came with the program, with these changes.
    pub fn applied_to_settings(self, before: AuthoritySettings) -> AuthoritySettings {
        let AuthorityDetailsChanges { disabled, pace, rate_limits, .. } = self.details;
        AuthoritySettings {
            disabled: disabled.unwrap_or(before.disabled),
            pace: pace.map_or(before.pace, |pace| pace.map(Into::into)),
            rate_limits: rate_limits.map_or(before.rate_limits, |limits| limits.map(limits_of)),
        }
    }

    /// What is given that cannot be set of an authority that came with the program.
    pub fn beyond_settings(&self) -> Vec<String> {
        let names = |value: &Value| -> Vec<String> {
            value.as_object().map(Map::keys).into_iter().flatten().cloned().collect()
        };
        let given = serde_json::to_value(self).unwrap_or_default();
        let details = names(&given["details"]).into_iter().map(|name| format!("details.{name}"));
        let mut beyond: Vec<_> = names(&given).into_iter().filter(|name| name != "details").collect();
        beyond.extend(details.filter(|name| !OF_BUILT_IN.contains(&name.as_str())));
        beyond
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorities::AuthorityDraft;
    use certwright_core::authority_settings::AuthorityEntry;
    use certwright_core::pace;
    use serde_json::json;

    fn read(value: Value) -> AuthorityChanges {
        serde_json::from_value(value).unwrap()
    }

    /// Everything an authority of one's own can have, each other than usual.
    fn whole() -> Value {
        json!({
            "title": "Ours", "directory": "https://ca.example/dir", "directory_tls_roots": "PEM",
            "issuing_roots": { "kind": "public" }, "internal_names": true, "max_identifiers": 7,
            "ip_addresses": true, "common_name": false, "staging": true, "external_account_required": true,
            "key_types": ["rsa-2048"], "preferred_chain": "X1", "staging_of": "letsencrypt",
            "chosen_lifetime": true,
            "details": {
                "description": "d", "website": "https://w", "terms": "https://t", "privacy": "https://p",
                "status": "https://s", "disabled": true,
                "ended": { "since": "2025-10-15", "words": "w", "instead": "letsencrypt" },
                "email_required": true, "external_account_help": "h", "directory_parts": ["part"],
                "lifetime_days": 30, "name_count": "one", "wildcards": false, "reuses_validations": true,
                "rate_limits": [{ "scope": "orders", "most": 3, "seconds": 60, "refill": "window" }],
                "pace": { "open_orders": 3, "open_orders_of_account": 2, "orders_per_second": 1 },
                "quirks": [{ "words": "odd", "before_ordering": true }],
            },
        })
    }

    fn plain() -> Authority {
        let draft: AuthorityDraft =
            serde_json::from_value(json!({ "title": "T", "directory": "https://old" })).unwrap();
        draft.into_authority("own")
    }

    #[test]
    fn whatever_can_be_made_can_be_changed_field_by_field() {
        let draft: AuthorityDraft = serde_json::from_value(whole()).unwrap();
        let made = draft.into_authority("own");
        assert_eq!(read(json!({})).applied_to(made.clone()), made, "nothing given, nothing changed");
        assert_eq!(read(whole()).applied_to(plain()), made);
        // One at a time, they come to the same.
        let mut one_by_one = plain();
        for (name, value) in whole().as_object().unwrap() {
            if name == "details" {
                for (name, value) in value.as_object().unwrap() {
                    one_by_one = read(json!({ "details": { name: value } })).applied_to(one_by_one);
                }
            } else {
                one_by_one = read(json!({ name: value })).applied_to(one_by_one);
            }
        }
        assert_eq!(one_by_one, made);
    }

    #[test]
    fn null_clears_what_may_be_absent() {
        let draft: AuthorityDraft = serde_json::from_value(whole()).unwrap();
        let cleared = read(json!({
            "directory_tls_roots": null, "preferred_chain": null, "staging_of": null,
            "details": { "website": null, "ended": null, "lifetime_days": null, "pace": null, "rate_limits": null },
        }));
        let text = serde_json::to_value(&cleared).unwrap();
        assert_eq!(read(text), cleared, "and is not lost on the way");
        let after = cleared.applied_to(draft.into_authority("own"));
        assert_eq!((after.directory_tls_roots, after.choices.staging_of), (None, None));
        let details = after.details;
        assert_eq!((details.website, details.ended, details.lifetime_days), (None, None, None));
        assert_eq!((details.pace, details.rate_limits), (pace::Pace::default(), Vec::new()));
        assert_eq!(details.terms.as_deref(), Some("https://t"));
    }

    #[test]
    fn of_one_that_came_with_the_program_little_can_be_set() {
        assert_eq!(
            read(json!({ "title": "T", "details": { "disabled": true, "website": null, "pace": null } }))
                .beyond_settings(),
            ["title", "details.website"]
        );
        let pace = json!({ "open_orders": 3, "open_orders_of_account": 2, "orders_per_second": 1 });
        let set = read(json!({ "details": { "disabled": true, "pace": pace, "rate_limits": [] } }));
        assert_eq!(set.beyond_settings(), [] as [&str; 0]);
        let set = set.applied_to_settings(AuthoritySettings::default());
        assert!(set.disabled && set.pace.is_some() && set.rate_limits.as_deref() == Some(&[]));
        let shown = crate::authorities::Authority::from(AuthorityEntry::built_in(plain(), set.clone(), 4));
        assert_eq!((shown.revision, shown.details.pace.open_orders), (4, 3));
        assert_eq!(shown.catalogue.pace, Some(Pace::default()), "what it would be without");
        let back = read(json!({ "details": { "pace": null } })).applied_to_settings(set);
        assert_eq!((back.pace, back.disabled), (None, true));
        let shown = crate::authorities::Authority::from(AuthorityEntry::built_in(plain(), back, 5));
        assert_eq!((shown.catalogue.pace, shown.catalogue.rate_limits), (None, Some(Vec::new())));
    }
}
