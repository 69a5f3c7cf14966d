//! Incidents: what happens to many for the same cause, gathered into one.

use certwright_core::incident;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What kind of cause it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CauseKind {
    /// An authority is out of order or out of reach. Orders there are held while one at a time tries it.
    AuthorityOutage,
    /// An authority wants many certificates renewed at once, as before a mass revocation.
    MassRenewal,
    /// An authority has revoked several certificates, as its lists say.
    MassRevocation,
    /// An authority is gone for good.
    AuthorityRetired,
    /// Nothing can be saved.
    Storage,
    /// A target takes nothing.
    TargetBroken,
    /// The clock of this machine, or of an authority, is wrong.
    Clock,
}

impl CauseKind {
    /// The word, as in JSON.
    pub fn word(self) -> &'static str {
        incident::CauseKind::from(self).word()
    }
}

macro_rules! same {
    ($($kind:ident)*) => {
        impl From<incident::CauseKind> for CauseKind {
            fn from(kind: incident::CauseKind) -> Self {
                match kind { $(incident::CauseKind::$kind => Self::$kind,)* }
            }
        }

        impl From<CauseKind> for incident::CauseKind {
            fn from(kind: CauseKind) -> Self {
                match kind { $(CauseKind::$kind => Self::$kind,)* }
            }
        }
    };
}

same!(AuthorityOutage MassRenewal MassRevocation AuthorityRetired Storage TargetBroken Clock);

/// Something that happened by the cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncidentExample {
    /// When.
    pub at: Timestamp,
    /// To which certificate, where it is one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// Its name then, or what else it happened to.
    pub name: String,
    /// What, in words.
    pub words: String,
}

/// An incident: opened once, closed once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Incident {
    /// Its id.
    pub id: String,
    /// What kind of cause it is.
    pub kind: CauseKind,
    /// Whose: an authority's id, a target's name; empty for the service's own.
    pub of: String,
    /// What it is.
    pub words: String,
    /// What to do.
    pub remedy: String,
    /// How often it happened.
    pub count: u64,
    /// Of a mass renewal or revocation: how many have been replaced.
    pub resolved: u64,
    /// When it happened first.
    pub first_at: Timestamp,
    /// When it happened last.
    pub last_at: Timestamp,
    /// At most five, each of another certificate.
    pub examples: Vec<IncidentExample>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was over; absent while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
}

impl From<&incident::Incident> for Incident {
    fn from(incident: &incident::Incident) -> Self {
        let gathered = &incident.gathered;
        Self {
            id: incident.id.to_string(),
            kind: incident.cause.kind.into(),
            of: incident.cause.of.clone(),
            words: incident.words.clone(),
            remedy: incident.remedy.clone(),
            count: gathered.count,
            resolved: incident.resolved,
            first_at: gathered.first_at,
            last_at: gathered.last_at,
            examples: gathered
                .examples
                .iter()
                .map(|example| IncidentExample {
                    at: example.at,
                    certificate: example.certificate.as_ref().map(ToString::to_string),
                    name: example.name.clone(),
                    words: example.words.clone(),
                })
                .collect(),
            opened_at: incident.opened_at,
            closed_at: incident.closed_at,
            end: incident.end.clone(),
        }
    }
}

/// Which incidents to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IncidentQuery {
    /// Only those that are open, or only those that are over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<bool>,
    /// How many rows to pass over; 0 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// How many rows to give; 50 when left out, at most 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}
