//! The settings of an authority, as they are stored with it.

use crate::error::AuthorityError;
use crate::policy::NamePolicy;
use certwright_core::SignedDuration;
use certwright_core::refusal::Refusal;
use certwright_pki::issue::{LONGEST_LEAF, NameConstraints, SHORTEST_LEAF};
use certwright_store::issuer::Issuer;
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

    /// The settings that are stored with an authority.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn read(issuer: &Issuer) -> Result<Self, AuthorityError> {
        serde_json::from_value(issuer.settings.clone()).map_err(|error| AuthorityError::DamagedSettings {
            name: issuer.name.clone(),
            reason: error.to_string(),
        })
    }

    /// Refuses what cannot be used, all complaints together.
    ///
    /// # Errors
    /// `Refused`, with field, reason and remedy.
    pub fn check(&self) -> Result<(), AuthorityError> {
        let complaints = self.complaints();
        if complaints.is_empty() { Ok(()) } else { Err(AuthorityError::Refused(complaints)) }
    }

    pub(crate) fn complaints(&self) -> Vec<Refusal> {
        let mut complaints = self.policy.complaints();
        if matches!(self.reach, Reach::Loopback { challenge_port: 0 }) {
            let remedy = "give the port on which clients answer http-01, such as 80";
            complaints.push(Refusal::new("reach.challenge_port", "0 is no port", remedy));
        }
        complaints.extend(lifetime_complaint("lifetime_seconds", self.lifetime_seconds));
        if self.profiles.len() > MOST_PROFILES {
            let reason = format!("has {} profiles", self.profiles.len());
            complaints.push(Refusal::new("profiles", reason, format!("give at most {MOST_PROFILES}")));
        }
        for (name, profile) in &self.profiles {
            let field = format!("profiles.{name}");
            if !is_word(name) {
                complaints.push(Refusal::new(field.clone(), "is no name of a profile", WORD));
            }
            complaints
                .extend(lifetime_complaint(&format!("{field}.lifetime_seconds"), profile.lifetime_seconds));
            if !is_line(&profile.description, 200) {
                let remedy = "give one line of at most 200 characters";
                complaints.push(Refusal::new(format!("{field}.description"), "is no line of text", remedy));
            }
        }
        if let Some(terms) = &self.terms_of_service
            && !is_address(terms)
        {
            let remedy = "give an address such as https://ca.home.arpa/terms";
            complaints.push(Refusal::new("terms_of_service", format!("{terms:?} is no address"), remedy));
        }
        complaints
    }

    /// What the policy permits and the root's constraints do not, in words: it is not certified, and clients would not
    /// take it.
    pub fn beyond_constraints(&self) -> Vec<String> {
        self.policy.beyond(&self.constraints)
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

/// What [`is_word`] wants, for people.
pub(crate) const WORD: &str = "use from 1 to 64 letters a-z, digits and hyphens, no hyphen first";

fn lifetime_complaint(field: &str, seconds: i64) -> Option<Refusal> {
    let lifetime = SignedDuration::from_secs(seconds);
    let remedy = "give from 60 seconds to 398 days, which is the longest that clients take";
    (lifetime < SHORTEST_LEAF || lifetime > LONGEST_LEAF)
        .then(|| Refusal::new(field, format!("{seconds} s is too short or too long"), remedy))
}

/// Whether the text is one line of so many characters at most.
pub(crate) fn is_line(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.chars().any(char::is_control)
}

fn is_address(text: &str) -> bool {
    let is_web = ["https://", "http://"].iter().any(|scheme| {
        text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
    });
    is_web && text.len() <= 2000 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether the text can stand in an address and a list: a name of an authority or a profile.
pub(crate) fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && !text.starts_with('-')
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
        let profile = Profile { description: "two\nlines".to_owned(), lifetime_seconds: 399 * 24 * 3600 };
        settings.profiles.insert("Long One".to_owned(), profile);
        settings.terms_of_service = Some("terms.html".to_owned());
        let AuthorityError::Refused(complaints) = settings.check().unwrap_err() else { panic!() };
        let fields: Vec<_> = complaints.iter().map(|complaint| complaint.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "policy.names[0]",
                "reach.challenge_port",
                "lifetime_seconds",
                "profiles.Long One",
                "profiles.Long One.lifetime_seconds",
                "profiles.Long One.description",
                "terms_of_service",
            ]
        );
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
