//! What a person sets of an authority that came with the program: kept apart from its entry, so that a newer program
//! brings a newer one.

use crate::authority::Authority;
use crate::pace::Pace;
use crate::rate_limit::RateLimit;
use serde::{Deserialize, Serialize};

/// What is set; what is not, is as the catalogue has it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AuthoritySettings {
    /// Whether it is not to be used.
    pub disabled: bool,
    /// How fast orders are placed with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pace: Option<Pace>,
    /// Its rate limits: some people have others than the catalogue knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limits: Option<Vec<RateLimit>>,
}

impl AuthoritySettings {
    /// The entry as it holds here.
    pub fn applied_to(self, mut authority: Authority) -> Authority {
        let details = &mut authority.details;
        details.disabled |= self.disabled;
        details.pace = self.pace.unwrap_or(details.pace);
        if let Some(limits) = self.rate_limits {
            details.rate_limits = limits;
        }
        authority
    }
}

/// An authority as it holds here, and what is to be known of that for a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityEntry {
    /// As it holds here.
    pub authority: Authority,
    /// Grows with every change; 0 of one that came with the program and was never changed.
    pub revision: i64,
    /// The entry that came with the program, and what is set of it here. `None` for one's own.
    pub built_in: Option<BuiltIn>,
}

/// An entry that came with the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltIn {
    /// As the program has it.
    pub catalogue: Authority,
    /// What is set here.
    pub settings: AuthoritySettings,
}

impl AuthorityEntry {
    /// One that came with the program.
    pub fn built_in(catalogue: Authority, settings: AuthoritySettings, revision: i64) -> Self {
        let authority = settings.clone().applied_to(catalogue.clone());
        Self { authority, revision, built_in: Some(BuiltIn { catalogue, settings }) }
    }

    /// One's own.
    pub fn own(authority: Authority, revision: i64) -> Self {
        Self { authority, revision, built_in: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rate_limit::{Refill, Scope};

    fn catalogue() -> Authority {
        serde_json::from_value(serde_json::json!({
            "id": "ca", "title": "CA", "directory": "https://ca.example", "profiles": [], "key_types": [],
            "details": { "rate_limits": [{ "scope": "orders", "most": 300, "seconds": 10_800 }] },
        }))
        .unwrap()
    }

    #[test]
    fn what_is_not_set_is_as_the_catalogue_has_it() {
        let nothing = AuthorityEntry::built_in(catalogue(), AuthoritySettings::default(), 0);
        assert_eq!(nothing.authority, catalogue());
        let limit = RateLimit { scope: Scope::Orders, most: 7, seconds: 60, refill: Refill::Bucket };
        let pace = Pace { open_orders: 3, ..Pace::default() };
        let set = AuthoritySettings { disabled: true, pace: Some(pace), rate_limits: Some(vec![limit]) };
        let entry = AuthorityEntry::built_in(catalogue(), set, 1);
        let details = &entry.authority.details;
        assert_eq!((details.disabled, details.pace, &details.rate_limits[..]), (true, pace, &[limit][..]));
        assert_eq!(entry.built_in.unwrap().catalogue, catalogue(), "and the catalogue is not lost");
        let none = AuthoritySettings { rate_limits: Some(Vec::new()), ..AuthoritySettings::default() };
        assert_eq!(none.applied_to(catalogue()).details.rate_limits, [], "none is a choice too");
    }

    #[test]
    fn what_was_stored_is_read_again() {
        let set = AuthoritySettings { pace: Some(Pace::default()), ..AuthoritySettings::default() };
        let text = serde_json::to_string(&set).unwrap();
        assert_eq!(serde_json::from_str::<AuthoritySettings>(&text).unwrap(), set);
        assert_eq!(serde_json::from_str::<AuthoritySettings>("{}").unwrap(), AuthoritySettings::default());
    }
}
