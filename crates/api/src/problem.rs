//! Problem documents (RFC 9457): every answer that is no success, with a stable type and a remedy.

use crate::failures::Failure;
use crate::preview::Preview;
use crate::sign_in::Role;
use certwright_core::refusal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use utoipa::ToSchema;

/// The media type of a problem document.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// What kind of problem it is. The slug never changes once it was given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The request cannot be read: no JSON, a missing or unknown field, a wrong type.
    Unreadable,
    /// Fields were refused; `refusals` names them all.
    Refused,
    /// There is no such thing.
    NotFound,
    /// There is no such path.
    NoSuchPath,
    /// The path does not know this method.
    WrongMethod,
    /// The request does not say who asks, or with a wrong token.
    Unauthorized,
    /// Whoever asks may not ask from there (another user, a strange host or origin).
    Forbidden,
    /// Name, password or code are wrong.
    SignInRefused,
    /// Name and password are right; the code of the authenticator is missing.
    SecondFactorNeeded,
    /// Too many tries; `retry_after` says how long to wait.
    LockedOut,
    /// The one-time link is used, too old, or none of ours.
    LinkRefused,
    /// There is an administrator already.
    AlreadySetUp,
    /// Whoever asks may not do this; `role` says who may.
    RoleNotEnough,
    /// The thing was changed since it was read; `current` is how it is now.
    Outdated,
    /// A change must say which revision it was made for, by `If-Match`.
    PreconditionRequired,
    /// It collides with something stored.
    Conflict,
    /// Something else needs it.
    InUse,
    /// What was approved is no longer what would be done: `difference` and `preview`.
    PlanChanged,
    /// The certificate is paused.
    Paused,
    /// The authority's rate limits would be exceeded.
    RateLimited,
    /// The `Idempotency-Key` was used for another request.
    IdempotencyMismatch,
    /// The same request, by its `Idempotency-Key`, is being performed right now.
    InProgress,
    /// What was attempted failed; `failure` says how.
    Failed,
    /// The body is too large.
    TooLarge,
    /// It took too long.
    TooSlow,
    /// Too many requests at once.
    Overloaded,
    /// The database cannot be written or read.
    Storage,
    /// A fault of ours.
    Internal,
}

impl ProblemKind {
    /// All of them, for documentation and tests.
    pub const ALL: &'static [Self] = &[
        Self::Unreadable,
        Self::Refused,
        Self::NotFound,
        Self::NoSuchPath,
        Self::WrongMethod,
        Self::Unauthorized,
        Self::Forbidden,
        Self::SignInRefused,
        Self::SecondFactorNeeded,
        Self::LockedOut,
        Self::LinkRefused,
        Self::AlreadySetUp,
        Self::RoleNotEnough,
        Self::Outdated,
        Self::PreconditionRequired,
        Self::Conflict,
        Self::InUse,
        Self::PlanChanged,
        Self::Paused,
        Self::RateLimited,
        Self::IdempotencyMismatch,
        Self::InProgress,
        Self::Failed,
        Self::TooLarge,
        Self::TooSlow,
        Self::Overloaded,
        Self::Storage,
        Self::Internal,
    ];

    /// Slug, status and title.
    fn facts(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::Unreadable => ("unreadable", 400, "The request cannot be read"),
            Self::Refused => ("refused", 422, "Some fields were refused"),
            Self::NotFound => ("not-found", 404, "There is no such thing"),
            Self::NoSuchPath => ("no-such-path", 404, "There is no such path"),
            Self::WrongMethod => ("wrong-method", 405, "The path does not know this method"),
            Self::Unauthorized => ("unauthorized", 401, "The request does not say who asks"),
            Self::Forbidden => ("forbidden", 403, "The request is not permitted"),
            Self::SignInRefused => ("sign-in-refused", 401, "Name, password or code are wrong"),
            Self::SecondFactorNeeded => ("second-factor-needed", 401, "The second factor is missing"),
            Self::LockedOut => ("locked-out", 429, "Too many tries"),
            Self::LinkRefused => ("link-refused", 401, "The one-time link is of no use"),
            Self::AlreadySetUp => ("already-set-up", 409, "There is an administrator already"),
            Self::RoleNotEnough => ("role-not-enough", 403, "The role does not permit it"),
            Self::Outdated => ("outdated", 412, "It was changed meanwhile"),
            Self::PreconditionRequired => ("precondition-required", 428, "The revision is missing"),
            Self::Conflict => ("conflict", 409, "It collides with what is stored"),
            Self::InUse => ("in-use", 409, "It is in use"),
            Self::PlanChanged => ("plan-changed", 409, "The plan has changed since it was shown"),
            Self::Paused => ("paused", 409, "The certificate is paused"),
            Self::RateLimited => ("rate-limited", 409, "A rate limit of the authority is used up"),
            Self::IdempotencyMismatch => {
                ("idempotency-mismatch", 422, "The idempotency key was used for another request")
            }
            Self::InProgress => ("in-progress", 409, "The same request is being performed"),
            Self::Failed => ("failed", 502, "What was attempted failed"),
            Self::TooLarge => ("too-large", 413, "The request is too large"),
            Self::TooSlow => ("too-slow", 504, "It took too long"),
            Self::Overloaded => ("overloaded", 503, "Too many requests at once"),
            Self::Storage => ("storage", 503, "The database cannot be used"),
            Self::Internal => ("internal", 500, "A fault of this program"),
        }
    }

    /// The last part of the type URI.
    pub fn slug(self) -> &'static str {
        self.facts().0
    }

    /// The HTTP status.
    pub fn status(self) -> u16 {
        self.facts().1
    }
}

/// One complaint about one field. All complaints about a request are given together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refusal {
    /// The field, such as `identifiers[2]`.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
    /// What to type or do instead.
    pub remedy: String,
}

impl From<refusal::Refusal> for Refusal {
    fn from(refusal: refusal::Refusal) -> Self {
        Self { field: refusal.field, reason: refusal.reason, remedy: refusal.remedy }
    }
}

/// A problem document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A stable URI reference, `/problems/<slug>`: the one thing for a script to look at.
    #[serde(rename = "type")]
    pub kind: String,
    /// The type in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// The path that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// What to do; empty when nothing can be said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remedy: String,
    /// Field by field, where fields were refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<Refusal>,
    /// The failure, where something that was attempted failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Box<Failure>>,
    /// The thing as it is now, where it was changed meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub current: Option<Value>,
    /// What is no longer as it was shown, line by line, where a plan has changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub difference: Vec<String>,
    /// The preview as it is now, where a plan has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<Box<Preview>>,
    /// After how many seconds to try again, where one has to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// Which role permits it, where the role was not enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(kind: ProblemKind, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        let (slug, status, title) = kind.facts();
        Self {
            kind: format!("/problems/{slug}"),
            title: title.to_owned(),
            status,
            detail: detail.into(),
            instance: None,
            remedy: remedy.into(),
            refusals: Vec::new(),
            failure: None,
            current: None,
            difference: Vec::new(),
            preview: None,
            retry_after: None,
            role: None,
        }
    }

    /// Some fields were refused.
    pub fn refused(refusals: Vec<Refusal>) -> Self {
        let detail = match refusals.as_slice() {
            [only] => format!("{} {}", only.field, only.reason),
            several => format!("{} fields were refused", several.len()),
        };
        let remedy = match refusals.as_slice() {
            [only] => only.remedy.clone(),
            _ => "correct the fields named in refusals".to_owned(),
        };
        Self { refusals, ..Self::new(ProblemKind::Refused, detail, remedy) }
    }

    /// The last part of the type, to compare with [`ProblemKind::slug`].
    pub fn slug(&self) -> &str {
        self.kind.rsplit('/').next().unwrap_or_default()
    }

    /// Whether it is of this kind.
    pub fn is(&self, kind: ProblemKind) -> bool {
        self.slug() == kind.slug()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.title, self.detail)?;
        for refusal in &self.refusals {
            write!(f, "\n  {}: {}. {}", refusal.field, refusal.reason, refusal.remedy)?;
        }
        for line in &self.difference {
            write!(f, "\n  {line}")?;
        }
        // A lone refusal has said its remedy already.
        if !self.remedy.is_empty() && self.refusals.is_empty() {
            write!(f, "\n  What to do: {}", self.remedy)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_unique_and_a_document_names_its_own() {
        let mut slugs: Vec<_> = ProblemKind::ALL.iter().map(|kind| kind.slug()).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), ProblemKind::ALL.len());
        for kind in ProblemKind::ALL {
            let problem = Problem::new(*kind, "x", "");
            assert!(problem.is(*kind));
            assert_eq!(problem.status, kind.status());
        }
    }

    #[test]
    fn a_document_has_only_the_members_that_say_something() {
        let problem = Problem::new(ProblemKind::NotFound, "there is no certificate x", "");
        assert_eq!(
            serde_json::to_value(&problem).unwrap(),
            serde_json::json!({
                "type": "/problems/not-found",
                "title": "There is no such thing",
                "status": 404,
                "detail": "there is no certificate x",
            })
        );
    }

    #[test]
    fn every_refusal_is_said_with_its_remedy() {
        let refusal = |field: &str| Refusal {
            field: field.to_owned(),
            reason: "is empty".to_owned(),
            remedy: "fill it in".to_owned(),
        };
        assert_eq!(
            Problem::refused(vec![refusal("name"), refusal("identifiers")]).to_string(),
            "Some fields were refused: 2 fields were refused\n  name: is empty. fill it in\n  identifiers: is empty. fill it in"
        );
    }
}
