//! Failures as the API tells them: what was attempted, what the other side answered, what to do next.

use certwright_core::failure;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the caller can do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailureClass {
    /// Likely to pass: it is tried again by itself.
    Retry,
    /// The other side said when to come back: see `until`.
    WaitUntil,
    /// Will not pass before a person has done something.
    NeedsPerson,
    /// Will not pass at all as it is configured.
    Hopeless,
}

/// What one identifier of several did wrong, by the authority's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IdentifierProblem {
    /// The identifier, as the authority names it.
    pub identifier: String,
    /// The ACME error type without its prefix, such as `connection`.
    pub kind: String,
    /// The authority's words.
    pub detail: String,
}

/// Something went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// A stable short name, such as `challenge-failed`.
    pub kind: String,
    /// What can be done.
    pub class: FailureClass,
    /// When the other side wants to be asked again, with the class `wait-until`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// What was attempted, on what: begins with a verb.
    pub attempted: String,
    /// What the other side answered, in its words.
    pub answer: String,
    /// What to do next; may be empty.
    pub remedy: String,
    /// Identifier by identifier, where the other side said so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<IdentifierProblem>,
    /// A page of the other side about this very failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl From<&failure::Failure> for Failure {
    fn from(failure: &failure::Failure) -> Self {
        let (class, until) = match failure.class {
            failure::FailureClass::Retry => (FailureClass::Retry, None),
            failure::FailureClass::WaitUntil(until) => (FailureClass::WaitUntil, Some(until)),
            failure::FailureClass::NeedsPerson => (FailureClass::NeedsPerson, None),
            failure::FailureClass::Hopeless => (FailureClass::Hopeless, None),
        };
        Self {
            kind: failure.kind.clone(),
            class,
            until,
            attempted: failure.attempted.clone(),
            answer: failure.answer.clone(),
            remedy: failure.remedy.clone(),
            identifiers: failure
                .identifiers
                .iter()
                .map(|problem| IdentifierProblem {
                    identifier: problem.identifier.clone(),
                    kind: problem.kind.clone(),
                    detail: problem.detail.clone(),
                })
                .collect(),
            link: failure.link.clone(),
        }
    }
}
