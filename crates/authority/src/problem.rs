//! Problem documents: what clients are told when it did not work (RFC 8555 §6.7, RFC 9457).

use certwright_store::StoreError;
use serde_json::{Value, json};

/// The types of RFC 8555 §6.7 that are in use here, of RFC 9773 §7.4 and of the profiles draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    AccountDoesNotExist,
    AlreadyReplaced,
    AlreadyRevoked,
    BadCsr,
    BadNonce,
    BadPublicKey,
    BadRevocationReason,
    BadSignatureAlgorithm,
    Connection,
    Dns,
    ExternalAccountRequired,
    IncorrectResponse,
    InvalidContact,
    InvalidProfile,
    Malformed,
    OrderNotReady,
    RateLimited,
    RejectedIdentifier,
    ServerInternal,
    Unauthorized,
    UnsupportedContact,
    UnsupportedIdentifier,
    UserActionRequired,
}

impl Kind {
    /// Its name after `urn:ietf:params:acme:error:`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AccountDoesNotExist => "accountDoesNotExist",
            Self::AlreadyReplaced => "alreadyReplaced",
            Self::AlreadyRevoked => "alreadyRevoked",
            Self::BadCsr => "badCSR",
            Self::BadNonce => "badNonce",
            Self::BadPublicKey => "badPublicKey",
            Self::BadRevocationReason => "badRevocationReason",
            Self::BadSignatureAlgorithm => "badSignatureAlgorithm",
            Self::Connection => "connection",
            Self::Dns => "dns",
            Self::ExternalAccountRequired => "externalAccountRequired",
            Self::IncorrectResponse => "incorrectResponse",
            Self::InvalidContact => "invalidContact",
            Self::InvalidProfile => "invalidProfile",
            Self::Malformed => "malformed",
            Self::OrderNotReady => "orderNotReady",
            Self::RateLimited => "rateLimited",
            Self::RejectedIdentifier => "rejectedIdentifier",
            Self::ServerInternal => "serverInternal",
            Self::Unauthorized => "unauthorized",
            Self::UnsupportedContact => "unsupportedContact",
            Self::UnsupportedIdentifier => "unsupportedIdentifier",
            Self::UserActionRequired => "userActionRequired",
        }
    }

    fn status(self) -> u16 {
        match self {
            Self::ExternalAccountRequired
            | Self::OrderNotReady
            | Self::Unauthorized
            | Self::UserActionRequired => 403,
            Self::AlreadyReplaced => 409,
            Self::RateLimited => 429,
            Self::ServerInternal => 500,
            _ => 400,
        }
    }

    fn urn(self) -> String {
        format!("urn:ietf:params:acme:error:{}", self.name())
    }
}

/// A problem, with what goes into headers beside the document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) kind: Kind,
    pub(crate) status: u16,
    pub(crate) detail: String,
    /// What is wrong with which identifier, as (identifier, problem).
    subproblems: Vec<(Value, Self)>,
    algorithms: &'static [&'static str],
    pub(crate) retry_after: Option<u64>,
    pub(crate) location: Option<String>,
    pub(crate) allow: Option<&'static str>,
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            status: kind.status(),
            detail: detail.into(),
            subproblems: Vec::new(),
            algorithms: &[],
            retry_after: None,
            location: None,
            allow: None,
        }
    }

    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(Kind::Malformed, detail)
    }

    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(Kind::Unauthorized, detail)
    }

    /// There is nothing at that address, or nothing for this client.
    pub(crate) fn not_found() -> Self {
        Self::malformed("there is nothing at this address").with_status(404)
    }

    /// The algorithm of a signature is none of those (RFC 8555 §6.2).
    pub(crate) fn bad_algorithm(algorithms: &'static [&'static str]) -> Self {
        let detail = format!("the signature algorithm is not accepted; use {}", algorithms.join(", "));
        Self { algorithms, ..Self::new(Kind::BadSignatureAlgorithm, detail) }
    }

    /// Something here went wrong. What it was goes to the log and not to a stranger.
    pub(crate) fn internal(attempted: &str, error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "the built-in authority could not {attempted}");
        Self::new(Kind::ServerInternal, "something went wrong here; try again later")
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn with_retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// One problem of several identifiers (RFC 8555 §6.7.1): that of the only one, or one with a part for each.
    pub(crate) fn of_identifiers(mut all: Vec<(Value, Self)>) -> Self {
        if all.len() == 1
            && let Some((_, only)) = all.pop()
        {
            return only;
        }
        let first = all.first().map(|(_, problem)| problem.kind);
        let kind = first.filter(|kind| all.iter().all(|(_, problem)| problem.kind == *kind));
        let detail = format!("{} identifiers are refused; the subproblems say why", all.len());
        Self { subproblems: all, ..Self::new(kind.unwrap_or(Kind::Malformed), detail) }
    }

    /// The document.
    pub(crate) fn document(&self) -> Value {
        let mut document = json!({"type": self.kind.urn(), "detail": self.detail, "status": self.status});
        if !self.subproblems.is_empty() {
            let parts = self.subproblems.iter().map(|(identifier, problem)| {
                json!({"type": problem.kind.urn(), "detail": problem.detail, "identifier": identifier})
            });
            document["subproblems"] = parts.collect();
        }
        if !self.algorithms.is_empty() {
            document["algorithms"] = json!(self.algorithms);
        }
        document
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy { .. } => {
                Self::internal("store or read something", &error).with_status(503).with_retry_after(5)
            }
            error => Self::internal("store or read something", &error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_refused_identifier_is_the_problem_and_several_are_parts_of_it() {
        let refused = |kind| Problem::new(kind, "no");
        let name = |value: &str| json!({"type": "dns", "value": value});
        let one = Problem::of_identifiers(vec![(name("a"), refused(Kind::RejectedIdentifier))]);
        assert_eq!((one.kind, one.document().get("subproblems")), (Kind::RejectedIdentifier, None));
        let alike =
            [(name("a"), refused(Kind::RejectedIdentifier)), (name("b"), refused(Kind::RejectedIdentifier))];
        let alike = Problem::of_identifiers(alike.to_vec());
        assert_eq!(alike.kind, Kind::RejectedIdentifier);
        assert_eq!(alike.document()["subproblems"][1]["identifier"]["value"], "b");
        let mixed = [
            (name("a"), refused(Kind::RejectedIdentifier)),
            (name("b"), refused(Kind::UnsupportedIdentifier)),
        ];
        assert_eq!(Problem::of_identifiers(mixed.to_vec()).kind, Kind::Malformed);
    }

    #[test]
    fn a_wrong_algorithm_is_answered_with_the_right_ones() {
        let document = Problem::bad_algorithm(&["ES256"]).document();
        assert_eq!(document["type"], "urn:ietf:params:acme:error:badSignatureAlgorithm");
        assert_eq!(document["algorithms"], json!(["ES256"]));
    }
}
