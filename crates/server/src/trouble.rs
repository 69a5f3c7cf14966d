//! Everything that is no success, as a problem document.

use crate::answers;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use certwright_api::problem::{CONTENT_TYPE, Problem, ProblemKind, Refusal};
use certwright_authority::{AuthorityError, StoreError};
use certwright_core::failure::{Failure, FailureClass};
use certwright_engine::EngineError;
use serde::Serialize;

/// A problem on its way out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trouble(pub(crate) Box<Problem>);

/// What a handler gives.
pub(crate) type Answered<T> = Result<T, Trouble>;

impl Trouble {
    pub(crate) fn new(kind: ProblemKind, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Problem::new(kind, detail, remedy).into()
    }

    /// Nobody in particular asks for what is not for everybody.
    pub(crate) fn unauthorized(words: impl Into<String>) -> Self {
        Self::new(
            ProblemKind::Unauthorized,
            words,
            "sign in, send Authorization: Bearer TOKEN, or use the service's Unix socket",
        )
    }

    /// Something was changed since it was read; `current` is how it is now.
    pub(crate) fn outdated(name: &str, revision: i64, current: &impl Serialize) -> Self {
        let mut problem = Problem::new(
            ProblemKind::Outdated,
            format!("{name} was changed meanwhile; it is at revision {revision}"),
            "look at it as it is now, and make the change again",
        );
        problem.current = serde_json::to_value(current).ok();
        problem.into()
    }

    /// A fault of ours. The words go into the log; nobody outside can do anything with them.
    pub(crate) fn internal(words: &str) -> Self {
        tracing::error!(words, "a request failed by a fault of this program");
        Self::new(
            ProblemKind::Internal,
            "something went wrong inside the service",
            "look into the service's log: journalctl -u certwright",
        )
    }
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

/// How to find the right one of a noun.
fn where_to_look(what: &str) -> &'static str {
    match what {
        "certificate" => "look for it with: certwright cert list",
        "account" => "look for it with: certwright account list",
        "authority" | "certificate authority" => "look for it with: certwright ca list",
        "run" => "look for it with: certwright run list",
        "built-in authority" => "look for it with: certwright authority list",
        "incident" => "look for it with: certwright incident list",
        "backup" => "look for it with: certwright backup list",
        "earlier version" => "look for it with: certwright cert versions NAME",
        "user" => "look for it with: certwright user list",
        "token" => "look for it with: certwright token list",
        "session" => "look for it with: certwright session list",
        "external key" => "look for it with: certwright authority key list AUTHORITY",
        _ => "",
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        let detail = format!("could not {}: {}", failure.attempted, failure.answer);
        let mut problem = Problem::new(ProblemKind::Failed, detail, failure.remedy.clone());
        // 502 says "the other side, perhaps it passes"; what needs a person is no fault of a gateway.
        if matches!(failure.class, FailureClass::NeedsPerson | FailureClass::Hopeless) {
            problem.status = StatusCode::UNPROCESSABLE_ENTITY.as_u16();
        }
        problem.failure = Some(Box::new((&failure).into()));
        problem.into()
    }
}

impl From<EngineError> for Trouble {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Refused(refusals) => {
                Problem::refused(refusals.into_iter().map(Refusal::from).collect()).into()
            }
            EngineError::NotFound { what, id } => {
                Self::new(ProblemKind::NotFound, format!("there is no {what} {id}"), where_to_look(what))
            }
            // The handlers of changes answer this one with the certificate as it is now.
            EngineError::Revision { current } => Self::new(
                ProblemKind::Outdated,
                format!(
                    "{} was changed meanwhile; it is at revision {}",
                    current.settings.name, current.revision
                ),
                "look at it as it is now, and make the change again",
            ),
            EngineError::Conflict { field, words, remedy } => {
                let detail = format!("{field}: {words}");
                let mut problem = Problem::new(ProblemKind::Conflict, detail, remedy.clone());
                let refusal = Refusal { field, reason: words, remedy };
                problem.refusals = vec![refusal];
                problem.into()
            }
            EngineError::Outdated { words } => {
                Self::new(ProblemKind::InUse, words, "read it again, and make the change again")
            }
            EngineError::InUse { words, remedy } => Self::new(ProblemKind::InUse, words, remedy),
            EngineError::Failure(failure) => (*failure).into(),
            EngineError::PlanChanged { difference, preview } => {
                let mut problem = Problem::new(
                    ProblemKind::PlanChanged,
                    "what would be done now is not what was shown",
                    "look at the new preview, and ask for that",
                );
                problem.difference = difference;
                problem.preview = Some(Box::new(answers::preview(&preview)));
                problem.into()
            }
            EngineError::Paused { words } => Self::new(ProblemKind::Paused, words, "resume it first"),
            EngineError::RateLimited { words, remedy } => Self::new(ProblemKind::RateLimited, words, remedy),
            EngineError::Storage { words } => Self::new(
                ProblemKind::Storage,
                words,
                "check free space and permissions of the data directory",
            ),
        }
    }
}

impl From<AuthorityError> for Trouble {
    fn from(error: AuthorityError) -> Self {
        match error {
            AuthorityError::Refused(refusals) => {
                Problem::refused(refusals.into_iter().map(Refusal::from).collect()).into()
            }
            AuthorityError::Store(error) => of_issuer(error).into(),
            AuthorityError::Pki(error) => Self::internal(&error.to_string()),
            damaged @ (AuthorityError::Seal(_) | AuthorityError::DamagedSettings { .. }) => Self::new(
                ProblemKind::Storage,
                damaged.to_string(),
                "put the right data.key back, or restore a backup",
            ),
        }
    }
}

/// The store's word for a built-in authority is not the one that people know.
fn of_issuer(error: StoreError) -> EngineError {
    match error {
        StoreError::NotFound { what: "issuer", id } => {
            EngineError::NotFound { what: "built-in authority", id }
        }
        StoreError::InUse { words } => EngineError::InUse {
            words: words.replace("the issuer", "the authority"),
            remedy: "disable it: certwright authority disable NAME".to_owned(),
        },
        StoreError::Conflict { field, words } => EngineError::Conflict {
            field: field.to_owned(),
            words: words.replace("an issuer", "an authority"),
            remedy: "choose another name".to_owned(),
        },
        other => other.into(),
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.0.retry_after;
        let mut response = (status, Json(self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use certwright_core::refusal;

    #[test]
    fn engine_errors_become_documents_with_the_right_status() {
        let refusal = refusal::Refusal::new("name", "is empty", "give it a name");
        let person = Failure::person("no-account", "find an account", "there is none", "create one");
        let passing = Failure::retry("unreachable", "ask the CA", "no route", "wait");
        for (error, slug, status) in [
            (EngineError::Refused(vec![refusal]), "refused", 422),
            (EngineError::NotFound { what: "certificate", id: "x".into() }, "not-found", 404),
            (
                EngineError::Conflict {
                    field: "name".into(),
                    words: "is taken".into(),
                    remedy: "another".into(),
                },
                "conflict",
                409,
            ),
            (EngineError::InUse { words: "run".into(), remedy: "wait".into() }, "in-use", 409),
            (EngineError::Failure(Box::new(person)), "failed", 422),
            (EngineError::Failure(Box::new(passing)), "failed", 502),
            (EngineError::Paused { words: "x is paused".into() }, "paused", 409),
            (EngineError::Storage { words: "disk full".into() }, "storage", 503),
        ] {
            let trouble = Trouble::from(error);
            assert_eq!((trouble.0.slug(), trouble.0.status), (slug, status));
            let response = trouble.into_response();
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(response.headers()[header::CONTENT_TYPE], CONTENT_TYPE);
        }
    }

    #[test]
    fn so_do_those_of_the_built_in_authorities() {
        let outdated = StoreError::Outdated { what: "issuer", id: "home".into(), revision: 3 };
        let damaged = AuthorityError::DamagedSettings { name: "home".into(), reason: "x".into() };
        for (error, slug, words) in [
            (
                AuthorityError::Refused(vec![refusal::Refusal::new("name", "is empty", "give it one")]),
                "refused",
                "name",
            ),
            (StoreError::not_found("issuer", "home").into(), "not-found", "built-in authority home"),
            (StoreError::not_found("external key", "k").into(), "not-found", "external key k"),
            (
                StoreError::Conflict { field: "name", words: "is taken".into() }.into(),
                "conflict",
                "name: is taken",
            ),
            (
                StoreError::InUse { words: "the issuer home is enabled".into() }.into(),
                "in-use",
                "the authority home",
            ),
            (outdated.into(), "in-use", "revision 3"),
            (damaged, "storage", "home"),
        ] {
            let trouble = Trouble::from(error);
            assert_eq!(trouble.0.slug(), slug);
            assert!(trouble.0.detail.contains(words), "{:?}", trouble.0);
            assert!(!trouble.0.remedy.is_empty(), "{:?}", trouble.0);
        }
    }
}
