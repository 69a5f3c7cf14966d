//! From an answer that is not what was hoped for to the error that says so.

use crate::error::Error;
use crate::problem::Problem;
use crate::problem_kind::ProblemKind;
use crate::retry_after::RetryAfter;
use crate::text::{EXCERPT_CAP, excerpt};
use crate::transport::Answer;

pub(crate) const fn is_success(answer: &Answer) -> bool {
    answer.status >= 200 && answer.status < 300
}

/// The error for an answer that is not a success.
pub(crate) fn failure(attempted: &str, answer: &Answer) -> Error {
    match Problem::read_body(answer.status, &answer.body) {
        Some(problem) => Error::Problem {
            attempted: attempted.to_owned(),
            problem: Box::new(problem),
            retry_after: RetryAfter::of(&answer.headers),
        },
        None => unexpected(attempted, answer, "without an ACME problem document"),
    }
}

/// The error for an answer that is not what ACME prescribes.
pub(crate) fn unexpected(attempted: &str, answer: &Answer, what: impl Into<String>) -> Error {
    Error::UnexpectedAnswer {
        attempted: attempted.to_owned(),
        status: answer.status,
        retry_after: RetryAfter::of(&answer.headers),
        what: what.into(),
        excerpt: excerpt(&answer.body, EXCERPT_CAP),
    }
}

/// The error for an answer that no honest CA gives.
pub(crate) fn hostile(attempted: &str, answer: &Answer, what: impl Into<String>) -> Error {
    Error::HostileAnswer {
        attempted: attempted.to_owned(),
        what: what.into(),
        status: Some(answer.status),
        retry_after: RetryAfter::of(&answer.headers),
    }
}

/// Whether an error is the refusal of a nonce.
pub(crate) fn is_bad_nonce(error: &Error) -> bool {
    matches!(error, Error::Problem { problem, .. } if problem.kind == ProblemKind::BadNonce)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::reply;

    #[test]
    fn an_error_page_keeps_status_and_retry_after() {
        let answer = reply(502, &[("retry-after", "30")], "<html>\r\n<h1>Bad Gateway</h1>").unwrap();
        let error = failure("fetch", &answer);
        assert_eq!((error.status(), error.retry_after()), (Some(502), Some(RetryAfter::Seconds(30))));
        assert_eq!(
            error.to_string(),
            "could not fetch: the server answered 502, without an ACME problem document: <html> <h1>Bad Gateway</h1>"
        );
        assert!(error.is_passing());
    }

    #[test]
    fn which_refusals_pass() {
        for (status, kind, passing) in [
            (429, "rateLimited", true),
            (403, "rateLimited", true),
            (500, "serverInternal", true),
            (503, "malformed", true),
            (409, "alreadyReplaced", false),
            (403, "unauthorized", false),
        ] {
            let body = format!(r#"{{"type": "urn:ietf:params:acme:error:{kind}"}}"#);
            assert_eq!(failure("x", &reply(status, &[], &body).unwrap()).is_passing(), passing, "{kind}");
        }
    }
}
