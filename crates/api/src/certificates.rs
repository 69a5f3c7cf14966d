//! Managed certificates as lists and pages show them: what is wanted, and where it stands.

use crate::failures::Failure;
use crate::health::{Health, HealthReason};
use crate::options::{KeySource, ProfileMissing};
use crate::removal_offers::RemovalOffer;
use crate::renewal_policy::RenewalPolicy;
use crate::settings::WindowChoice;
use crate::versions::Version;
use certwright_core::id::{DeploymentId, RunId};
use certwright_core::identifier::Identifier;
use certwright_core::{certificate, challenge, key};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

/// The type of a certificate's own key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeyType {
    /// ECDSA on NIST P-256.
    #[serde(rename = "ecdsa-p256")]
    EcdsaP256,
    /// ECDSA on NIST P-384.
    #[serde(rename = "ecdsa-p384")]
    EcdsaP384,
    /// ECDSA on NIST P-521.
    #[serde(rename = "ecdsa-p521")]
    EcdsaP521,
    /// RSA with 2048 bits.
    #[serde(rename = "rsa-2048")]
    Rsa2048,
    /// RSA with 3072 bits.
    #[serde(rename = "rsa-3072")]
    Rsa3072,
    /// RSA with 4096 bits.
    #[serde(rename = "rsa-4096")]
    Rsa4096,
}

impl KeyType {
    /// The type of this name, if it is one.
    pub fn from_name(name: &str) -> Option<Self> {
        key::KeyType::from_name(name).map(Self::from)
    }

    /// For people.
    pub fn words(self) -> String {
        key::KeyType::from(self).to_string()
    }
}

impl From<key::KeyType> for KeyType {
    fn from(key_type: key::KeyType) -> Self {
        match key_type {
            key::KeyType::EcdsaP256 => Self::EcdsaP256,
            key::KeyType::Rsa2048 => Self::Rsa2048,
            key::KeyType::EcdsaP384 => Self::EcdsaP384,
            key::KeyType::EcdsaP521 => Self::EcdsaP521,
            key::KeyType::Rsa3072 => Self::Rsa3072,
            key::KeyType::Rsa4096 => Self::Rsa4096,
        }
    }
}

impl From<KeyType> for key::KeyType {
    fn from(key_type: KeyType) -> Self {
        match key_type {
            KeyType::EcdsaP256 => Self::EcdsaP256,
            KeyType::Rsa2048 => Self::Rsa2048,
            KeyType::EcdsaP384 => Self::EcdsaP384,
            KeyType::EcdsaP521 => Self::EcdsaP521,
            KeyType::Rsa3072 => Self::Rsa3072,
            KeyType::Rsa4096 => Self::Rsa4096,
        }
    }
}

/// How control over the identifiers is shown.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type")]
pub enum Challenge {
    /// http-01 by whatever answers port 80 already, or by our own listener where the port is free.
    #[default]
    #[serde(rename = "http-01")]
    Http01,
    /// http-01 by files below this folder, which some server shows at the root of the site.
    #[serde(rename = "http-01-webroot")]
    Http01Webroot {
        /// The site's root folder on the machine of the service.
        root: String,
    },
}

impl From<challenge::ChallengeSettings> for Challenge {
    fn from(settings: challenge::ChallengeSettings) -> Self {
        match settings {
            challenge::ChallengeSettings::Http01 => Self::Http01,
            challenge::ChallengeSettings::Http01Webroot { root } => Self::Http01Webroot { root },
        }
    }
}

impl From<Challenge> for challenge::ChallengeSettings {
    fn from(challenge: Challenge) -> Self {
        match challenge {
            Challenge::Http01 => Self::Http01,
            Challenge::Http01Webroot { root } => Self::Http01Webroot { root },
        }
    }
}

/// One target where a certificate is to be served, and how far that has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Deployment {
    /// Its id; stays the same over edits.
    pub id: String,
    /// The kind of target, such as `nginx`.
    pub target: String,
    /// The target's form, filled in.
    #[schema(value_type = Object)]
    pub settings: Map<String, Value>,
    /// The version it is asked to serve.
    pub wanted: Option<String>,
    /// The version it serves, as far as we made it so.
    pub deployed: Option<String>,
    /// When a handshake at every binding showed that version.
    pub verified_at: Option<Timestamp>,
    /// Deploy runs that failed in a row.
    pub failures: u32,
    /// The next try, while the wanted version is not deployed.
    pub next_at: Option<Timestamp>,
    /// The last failure, until a success.
    pub last_failure: Option<Failure>,
}

impl Deployment {
    /// From the settings and, where there is one already, the stored state.
    pub fn new(settings: &certificate::DeploymentSettings, state: Option<&certificate::Deployment>) -> Self {
        Self {
            id: settings.id.to_string(),
            target: settings.target.clone(),
            settings: settings.settings.clone(),
            wanted: state.and_then(|state| state.wanted.as_ref().map(ToString::to_string)),
            deployed: state.and_then(|state| state.deployed.as_ref().map(ToString::to_string)),
            verified_at: state.and_then(|state| state.verified_at),
            failures: state.map_or(0, |state| state.failures),
            next_at: state.and_then(|state| state.next_at),
            last_failure: state.and_then(|state| state.last_failure.as_ref().map(Failure::from)),
        }
    }
}

/// A managed certificate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Certificate {
    /// Its id.
    pub id: String,
    /// Grows with every change of what is wanted; the ETag, to be given back by `If-Match`.
    pub revision: i64,
    /// For people; unique, letter case ignored.
    pub name: String,
    /// Free text.
    pub notes: String,
    /// For filtering.
    pub tags: Vec<String>,
    /// A paused certificate is never ordered.
    pub paused: bool,
    /// Names and addresses to appear in it, in ASCII form; the first names the whole.
    pub identifiers: Vec<String>,
    /// The same as people read them.
    pub identifiers_shown: Vec<String>,
    /// Who issues it.
    pub authority: String,
    /// By which account; absent where the authority's only or newest one is taken.
    pub account: Option<String>,
    /// The authority's profile; absent for its default.
    pub profile: Option<String>,
    /// Its key's type; absent where the targets choose.
    pub key_type: Option<KeyType>,
    /// How control over the identifiers is shown.
    pub challenge: Challenge,
    /// When it is renewed; absent where the settings say it.
    pub renewal: Option<RenewalPolicy>,
    /// Which maintenance window it keeps to; `null` is that of its tags, or the default.
    pub window: Option<WindowChoice>,
    /// An issuer that its chain should have; absent where account and authority say.
    pub preferred_chain: Option<String>,
    /// What happens when the authority does not offer the profile.
    pub profile_missing: ProfileMissing,
    /// Where each version's key comes from.
    pub key_source: KeySource,
    /// How long it is to be valid, in seconds; absent where the authority chooses.
    pub lifetime_seconds: Option<u64>,
    /// Whether its authority is a staging environment: nobody trusts what that issues.
    pub staging: bool,
    /// Whether one from a staging environment may take the place of a trusted one on a target.
    pub staging_may_replace: bool,
    /// Where it is served.
    pub deployments: Vec<Deployment>,
    /// How it is, in one word.
    pub health: Health,
    /// Why it is so: a stable word.
    pub health_reason: HealthReason,
    /// The same in words.
    pub health_words: String,
    /// What to do about it, where no failure says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_remedy: Option<String>,
    /// The newest published version.
    pub version: Option<Version>,
    /// Until when that version is valid.
    pub not_after: Option<Timestamp>,
    /// Its oldest run that is active or waiting.
    pub live_run: Option<String>,
    /// When somebody asked for a new version by hand, until a run has answered that.
    pub asked_at: Option<Timestamp>,
    /// The next moment at which something is to be decided.
    pub next_at: Option<Timestamp>,
    /// Why then, in words.
    pub next_why: Option<String>,
    /// Obtain runs that failed in a row.
    pub failures: u32,
    /// Not before this moment again, by back-off or the authority's word.
    pub not_before: Option<Timestamp>,
    /// The last failure, until a success.
    pub last_failure: Option<Failure>,
    /// Names that hold up the others, where there are such, and the edit that would leave them out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removal_offer: Option<RemovalOffer>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When what is wanted was last changed.
    pub updated_at: Timestamp,
}

/// What a [`Certificate`] is put together from.
#[derive(Clone, Copy, Debug)]
pub struct CertificateParts<'a> {
    /// The certificate.
    pub certificate: &'a certificate::Certificate,
    /// Its newest published version.
    pub version: Option<&'a certwright_core::version::Version>,
    /// The stored state of its deployments.
    pub deployments: &'a [certificate::Deployment],
    /// Its oldest live run.
    pub live_run: Option<&'a RunId>,
    /// How it is.
    pub graded: &'a certwright_core::health::Graded,
    /// The moment, for its health.
    pub now: Timestamp,
}

impl From<CertificateParts<'_>> for Certificate {
    fn from(parts: CertificateParts<'_>) -> Self {
        let (settings, standing) = (&parts.certificate.settings, &parts.certificate.standing);
        let not_after = parts.version.and_then(|version| version.facts.as_ref()).map(|facts| facts.not_after);
        let (health, reason) = parts.graded.at(parts.now);
        let state = |id: &DeploymentId| parts.deployments.iter().find(|state| state.id == *id);
        Self {
            id: parts.certificate.id.to_string(),
            revision: parts.certificate.revision,
            name: settings.name.clone(),
            notes: settings.notes.clone(),
            tags: settings.tags.clone(),
            paused: settings.paused,
            identifiers: settings.identifiers.iter().map(Identifier::ascii).collect(),
            identifiers_shown: settings.identifiers.iter().map(Identifier::unicode).collect(),
            authority: settings.authority.to_string(),
            account: settings.account.as_ref().map(ToString::to_string),
            profile: settings.profile.clone(),
            key_type: settings.key_type.map(KeyType::from),
            challenge: settings.challenge.clone().into(),
            renewal: settings.renewal.map(RenewalPolicy::from),
            window: settings.window.clone().map(WindowChoice::from),
            preferred_chain: settings.options.preferred_chain.clone(),
            profile_missing: settings.options.profile_missing.into(),
            key_source: (&settings.options.key_source).into(),
            lifetime_seconds: settings.options.lifetime_seconds,
            staging: settings.options.staging,
            staging_may_replace: settings.options.staging_may_replace,
            deployments: settings
                .deployments
                .iter()
                .map(|deployment| Deployment::new(deployment, state(&deployment.id)))
                .collect(),
            health: health.into(),
            health_reason: reason.into(),
            health_words: reason.words().to_owned(),
            health_remedy: reason.remedy(&settings.authority),
            version: parts.version.map(Version::from),
            not_after,
            live_run: parts.live_run.map(ToString::to_string),
            asked_at: standing.asked_at,
            next_at: standing.next_at,
            next_why: standing.next_why.clone(),
            failures: standing.failures,
            not_before: standing.not_before,
            last_failure: standing.last_failure.as_ref().map(Failure::from),
            removal_offer: RemovalOffer::after(settings, standing.last_failure.as_ref()),
            created_at: parts.certificate.created_at,
            updated_at: parts.certificate.updated_at,
        }
    }
}

/// The order of a list of certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CertificateSort {
    /// By name, letter case ignored.
    #[default]
    Name,
    /// By the end of the newest version.
    NotAfter,
    /// By the next moment at which something is to be decided.
    NextAt,
    /// By age.
    CreatedAt,
}

/// Which certificates are wanted, in which order, which page. Everything given must hold.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CertificateQuery {
    /// A part of the name, an identifier or a tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// Has exactly this tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Is ordered at this authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// Is deployed to a target of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Is of this health now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub health: Option<Health>,
    /// Somebody asked for a new version and has had no answer yet (or, with `false`, nobody did).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<bool>,
    /// The order; by name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub sort: Option<CertificateSort>,
    /// The other way round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub descending: Option<bool>,
    /// How many rows to pass over; 0 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// How many rows to give; 50 when left out, at most 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}
