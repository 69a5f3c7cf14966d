//! Figures and selections over many certificates, for lists, chips, charts and bulk changes.

use crate::failures::Failure;
use crate::health::Health;
use crate::service::HealthCount;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which certificates are counted or selected; everything given must hold.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GatheringQuery {
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
    /// Is of this health now. A summary counts every health whatever is given here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub health: Option<Health>,
    /// Go on after this id, for a selection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Something to choose certificates by, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CountedChoice {
    /// The tag, the authority's id, or the target's name.
    pub word: String,
    /// How many certificates.
    pub number: u64,
}

/// How many certificates there are of what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Summary {
    /// By health, the gravest first, of those that were asked for; every health is there.
    pub healths: Vec<HealthCount>,
    /// All tags (at most 200).
    pub tags: Vec<CountedChoice>,
    /// All authorities that are in use (at most 200).
    pub authorities: Vec<CountedChoice>,
    /// All kinds of targets that are in use.
    pub targets: Vec<CountedChoice>,
}

/// Ids of certificates, in the order of ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SelectedIds {
    /// At most 200.
    pub items: Vec<String>,
    /// Whether there may be more after the last one.
    pub more: bool,
}

/// How far to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TimeLineQuery {
    /// How many days from now on; 90 when left out, at most 400.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 400)]
    pub days: Option<u32>,
}

/// What happens in a part of the time line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimeLineBucket {
    /// Its index, from 0. What should have happened before now is in the first.
    pub index: u64,
    /// Certificates about which something is to be decided in it: mostly renewals.
    pub due: u64,
    /// Certificates whose newest version ends in it, unless it is renewed before.
    pub ending: u64,
}

/// What happens when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimeLine {
    /// Where it begins: now.
    pub from: Timestamp,
    /// How long each part is, in seconds.
    pub bucket_seconds: u32,
    /// How many parts there are.
    pub buckets: u32,
    /// Parts in which something happens, in order.
    pub items: Vec<TimeLineBucket>,
}

/// What is done to several certificates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum BulkAction {
    /// Pause them: none is ordered any more.
    Pause,
    /// Resume them.
    Resume,
    /// Change their tags.
    Tag {
        /// Tags to be there.
        #[serde(default)]
        add: Vec<String>,
        /// Tags not to be there.
        #[serde(default)]
        remove: Vec<String>,
    },
    /// Delete them. Served files stay as they are.
    Delete,
}

/// One change of several certificates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkRequest {
    /// Ids; at most 200.
    pub certificates: Vec<String>,
    /// What is done to each.
    pub action: BulkAction,
}

/// A certificate that was not changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkRefusal {
    /// Its id.
    pub certificate: String,
    /// Its name, where there is such a certificate.
    pub name: String,
    /// Why not.
    pub reason: String,
}

/// What became of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkAnswer {
    /// How many were changed, or were so already.
    pub done: u32,
    /// Those that were not.
    pub refused: Vec<BulkRefusal>,
}

/// A site that a web server on the service's machine serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Site {
    /// Names it answers for that a certificate can hold.
    pub names: Vec<String>,
    /// Where it listens, such as `0.0.0.0:443`.
    pub addresses: Vec<String>,
    /// Whether it speaks TLS somewhere.
    pub tls: bool,
    /// Where it is configured: file and line.
    pub place: String,
    /// Ids of managed certificates that hold its first name.
    pub certificates: Vec<String>,
}

/// The sites of one kind of target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TargetSites {
    /// The kind of target, such as `nginx`.
    pub target: String,
    /// Its sites; at most 1,000.
    pub sites: Vec<Site>,
    /// Why they cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}
