//! The settings of an authority, as they are stored with it.

use crate::error::AuthorityError;
use crate::policy::NamePolicy;
use certwright_core::SignedDuration;
use certwright_pki::issue::{LONGEST_LEAF, NameConstraints, SHORTEST_LEAF};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Profiles are listed in the directory; nobody reads more.
const MOST_PROFILES: usize = 20;

/// From where an authority is reached, and where it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// From this machine only. It looks at this machine only, at a port of its choice.
    Loopback {
        /// Where http-01 challenges are answered; 80 anywhere else (RFC 8555 §8.3).
        challenge_port: u16,
    },
    /// From the network. External account binding is required, and http-01 is looked at on port 80.
    Network,
}

/// A kind of certificate that clients can ask for by name (draft-ietf-acme-profiles).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// What it is, for people.
    pub description: String,
    /// How long its certificates last.
    pub lifetime_seconds: i64,
}

/// The settings of an authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// From where it is reached.
    pub reach: Reach,
    /// What it certifies.
    pub policy: NamePolicy,
    /// What its own certificates allow it to certify: fixed when it is made, whatever the policy becomes later.
    pub constraints: NameConstraints,
    /// How long certificates last that name no profile.
    pub lifetime_seconds: i64,
    /// Other kinds of certificates, by name.
    #[serde(default)]
    pub profiles: BTreeMap<String, Profile>,
    /// Whether new accounts must be bound to an external key; always, beyond loopback.
    #[serde(default)]
    pub external_account_required: bool,
    /// The address of terms that clients must agree to.
    #[serde(default)]
    pub terms_of_service: Option<String>,
}

impl Settings {
    /// Settings for a policy: certificates of 90 days, no profiles, no terms.
    pub fn new(reach: Reach, policy: NamePolicy) -> Self {
        Self {
            reach,
            constraints: policy.constraints(),
            policy,
            lifetime_seconds: 90 * 24 * 3600,
            profiles: BTreeMap::new(),
            external_account_required: false,
            terms_of_service: None,
        }
    }

    /// Refuses what cannot be used, all complaints together.
    ///
    /// # Errors
    /// `Settings`, with field and reason.
    pub fn check(&self) -> Result<(), AuthorityError> {
        let mut complaints = Vec::new();
        if let Some(fault) = self.policy.fault() {
            complaints.push(("policy", fault));
        }
        if matches!(self.reach, Reach::Loopback { challenge_port: 0 }) {
            complaints.push(("reach", "port 0 is no port".to_owned()));
        }
        let lifetimes = [("lifetime_seconds", self.lifetime_seconds)]
            .into_iter()
            .chain(self.profiles.values().map(|profile| ("profiles", profile.lifetime_seconds)));
        for (field, seconds) in lifetimes {
            let lifetime = SignedDuration::from_secs(seconds);
            if lifetime < SHORTEST_LEAF || lifetime > LONGEST_LEAF {
                complaints.push((field, format!("{seconds} s is not from 60 s to 398 days")));
            }
        }
        if self.profiles.len() > MOST_PROFILES || self.profiles.keys().any(|name| !is_word(name)) {
            let words = "at most 20 profiles, their names of a-z, 0-9 and hyphens, at most 64 characters";
            complaints.push(("profiles", words.to_owned()));
        }
        if complaints.is_empty() { Ok(()) } else { Err(AuthorityError::Settings(complaints)) }
    }

    /// Whether a new account must be bound.
    pub fn requires_external_account(&self) -> bool {
        self.external_account_required || self.reach == Reach::Network
    }

    /// How long certificates of the profile last; `None` for an unknown one.
    pub(crate) fn lifetime(&self, profile: Option<&str>) -> Option<SignedDuration> {
        let seconds = match profile {
            None => self.lifetime_seconds,
            Some(name) => self.profiles.get(name)?.lifetime_seconds,
        };
        Some(SignedDuration::from_secs(seconds))
    }

    /// The port that http-01 challenges are looked at on.
    pub(crate) fn challenge_port(&self) -> u16 {
        match self.reach {
            Reach::Loopback { challenge_port } => challenge_port,
            Reach::Network => 80,
        }
    }
}

/// Whether the text can stand in an address and a list: a name of an authority or a profile.
pub(crate) fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_complaints_come_together() {
        let policy = NamePolicy { names: vec!["*.x".to_owned()], ..NamePolicy::default() };
        let mut settings = Settings::new(Reach::Loopback { challenge_port: 0 }, policy);
        settings.lifetime_seconds = 59;
        let profile = Profile { description: String::new(), lifetime_seconds: 399 * 24 * 3600 };
        settings.profiles.insert("Long One".to_owned(), profile);
        let AuthorityError::Settings(complaints) = settings.check().unwrap_err() else { panic!() };
        let fields: Vec<_> = complaints.iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, ["policy", "reach", "lifetime_seconds", "profiles", "profiles"]);
    }

    #[test]
    fn beyond_loopback_accounts_are_bound_and_challenges_are_on_port_80() {
        let network = Settings::new(Reach::Network, NamePolicy::default());
        assert!(network.check().is_ok() && network.requires_external_account());
        assert_eq!(network.challenge_port(), 80);
        let loopback = Settings::new(Reach::Loopback { challenge_port: 5002 }, NamePolicy::default());
        assert!(!loopback.requires_external_account());
        assert_eq!(loopback.challenge_port(), 5002);
    }

    #[test]
    fn settings_come_back_from_json_as_they_were() {
        let policy = NamePolicy {
            names: vec!["localhost".to_owned()],
            networks: vec!["127.0.0.0/8".parse().unwrap()],
            wildcards: true,
            anything: false,
        };
        let settings = Settings::new(Reach::Loopback { challenge_port: 5002 }, policy);
        let json = serde_json::to_value(&settings).unwrap();
        assert_eq!(serde_json::from_value::<Settings>(json).unwrap(), settings);
    }
}
