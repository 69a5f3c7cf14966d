//! Managed certificates: what the user wants, and where the certificate stands.

use crate::challenge::ChallengeSettings;
use crate::failure::Failure;
use crate::id::{AccountId, AuthorityId, CertificateId, DeploymentId, VersionId};
use crate::identifier::Identifier;
use crate::key::KeyType;
use crate::maintenance::WindowChoice;
use crate::options::CertificateOptions;
use crate::renewal_policy::RenewalPolicy;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What the user wants. All of it can be changed; every change is audited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateSettings {
    /// For people; unique, so that the command line can name it.
    pub name: String,
    /// Free text.
    #[serde(default)]
    pub notes: String,
    /// For filtering, sorted, without repeats.
    #[serde(default)]
    pub tags: Vec<String>,
    /// A paused certificate is never ordered, by nobody.
    #[serde(default)]
    pub paused: bool,
    /// Names and addresses to appear in it, in the user's order; the first is the name of the whole.
    pub identifiers: Vec<Identifier>,
    /// Who issues it.
    pub authority: AuthorityId,
    /// By which account; `None` takes the authority's only or newest one.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// The authority's profile (draft-ietf-acme-profiles); `None` takes the authority's default.
    #[serde(default)]
    pub profile: Option<String>,
    /// Its key's type; `None` lets the targets choose.
    #[serde(default)]
    pub key_type: Option<KeyType>,
    /// How control over the identifiers is shown.
    #[serde(default)]
    pub challenge: ChallengeSettings,
    /// When it is renewed; `None` is as the defaults say.
    #[serde(default)]
    pub renewal: Option<RenewalPolicy>,
    /// Which maintenance window it keeps to; `None` is that of its tags, or the default.
    #[serde(default)]
    pub window: Option<WindowChoice>,
    /// What is seldom chosen: chain, key, lifetime, what becomes of a missing profile.
    #[serde(default)]
    pub options: CertificateOptions,
    /// Where it is served.
    #[serde(default)]
    pub deployments: Vec<DeploymentSettings>,
}

/// One target where the certificate is to be served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentSettings {
    /// Stable over edits, so that its state survives them.
    pub id: DeploymentId,
    /// The target provider's name, such as `nginx`.
    pub target: String,
    /// The provider's form, filled in.
    #[serde(default)]
    pub settings: serde_json::Map<String, serde_json::Value>,
}

/// A managed certificate as the store gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Its id.
    pub id: CertificateId,
    /// What the user wants.
    pub settings: CertificateSettings,
    /// Grows with every change of the settings; the API's ETag.
    pub revision: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its settings were last changed.
    pub updated_at: Timestamp,
    /// When what is ordered (authority, profile, key, lifetime; not the identifiers) was last changed, if ever.
    #[serde(default)]
    pub order_changed_at: Option<Timestamp>,
    /// How much later than its usual first moment it is requested, so that many at once are no herd; drawn once.
    #[serde(default)]
    pub spread: SignedDuration,
    /// Where it stands.
    pub standing: Standing,
}

/// Where a managed certificate stands between runs. Changed by the engine alone.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// The newest published version.
    pub current: Option<VersionId>,
    /// When somebody asked for a new version by hand, until a run has answered that.
    pub asked_at: Option<Timestamp>,
    /// The next moment at which something is to be decided, stored and indexed; `None` when nothing ever will.
    pub next_at: Option<Timestamp>,
    /// Why then, in words.
    pub next_why: Option<String>,
    /// Obtain runs that failed in a row; 0 after a success or an edit of identifiers, authority or key.
    pub failures: u32,
    /// Not before this moment again, by back-off or the authority's word.
    pub not_before: Option<Timestamp>,
    /// The last failure, until a success.
    pub last_failure: Option<Failure>,
}

/// How far one deployment has come: *obtained* and *deployed* have separate states and retries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// Its id, as in the settings.
    pub id: DeploymentId,
    /// The managed certificate.
    pub certificate: CertificateId,
    /// The target provider's name.
    pub target: String,
    /// The version it is asked to serve.
    pub wanted: Option<VersionId>,
    /// The version it serves, as far as we made it so.
    pub deployed: Option<VersionId>,
    /// When a handshake at every binding showed that version.
    pub verified_at: Option<Timestamp>,
    /// Deploy runs that failed in a row.
    pub failures: u32,
    /// The next try, while `wanted` is not deployed.
    pub next_at: Option<Timestamp>,
    /// The last failure, until a success.
    pub last_failure: Option<Failure>,
    /// The fingerprint of the plan a person approved for the next deploy run; `None` is the standing permission.
    pub approved: Option<String>,
    /// Whether a person asked for the next deploy run: it waits for no maintenance window.
    #[serde(default)]
    pub by_hand: bool,
}
