//! What can go wrong, sorted by what the caller can do about it.

use crate::problem::Problem;
use crate::problem_kind::ProblemKind;
use crate::retry_after::RetryAfter;
use crate::transport::TransportError;
use std::time::Duration;

/// A failed step. Each variant says what was attempted, so that the text stands alone in a log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The CA refused, and said why (RFC 8555 §6.7): decide by [`Problem::kind`].
    #[error("could not {attempted}: {problem}")]
    Problem {
        /// What was attempted.
        attempted: String,
        /// What the CA said; its status is always set.
        problem: Box<Problem>,
        /// When the CA wants to be asked again.
        retry_after: Option<RetryAfter>,
    },
    /// No answer came: retry later, or look at network, DNS and trusted roots.
    #[error("could not {attempted}: {source}")]
    Transport {
        /// What was attempted.
        attempted: String,
        /// What went wrong.
        source: TransportError,
    },
    /// No answer came in time. The CA may have acted on the request all the same: look before repeating.
    #[error("could not {attempted}: no answer within {} s", .after.as_secs_f32())]
    TimedOut {
        /// What was attempted.
        attempted: String,
        /// How long was waited.
        after: Duration,
    },
    /// The answer's body is larger than the cap.
    #[error("could not {attempted}: the answer ({status}) is larger than the {cap} bytes that are read")]
    TooLarge {
        /// What was attempted.
        attempted: String,
        /// The cap, in bytes.
        cap: usize,
        /// The HTTP status.
        status: u16,
        /// When the CA wants to be asked again.
        retry_after: Option<RetryAfter>,
    },
    /// An answer that is not ACME: an HTML error page, a proxy's words, JSON without what must be there.
    #[error("could not {attempted}: the server answered {status}, {what}: {excerpt}")]
    UnexpectedAnswer {
        /// What was attempted.
        attempted: String,
        /// The HTTP status.
        status: u16,
        /// When the server wants to be asked again.
        retry_after: Option<RetryAfter>,
        /// What is wrong with it.
        what: String,
        /// The beginning of the body, without control characters.
        excerpt: String,
    },
    /// The CA refused one fresh nonce after the other.
    #[error("could not {attempted}: the CA refused {attempts} nonces in a row: {problem}")]
    BadNonce {
        /// What was attempted.
        attempted: String,
        /// How often.
        attempts: u32,
        /// The last refusal.
        problem: Box<Problem>,
        /// When the CA wants to be asked again.
        retry_after: Option<RetryAfter>,
    },
    /// The answer holds what no honest CA sends: a token or URL made to do harm, or too much of something.
    #[error("could not {attempted}: the CA sent {what}")]
    HostileAnswer {
        /// What was attempted.
        attempted: String,
        /// What it sent.
        what: String,
        /// The HTTP status; `None` if the value was not looked at while an answer was being read.
        status: Option<u16>,
        /// When the CA wants to be asked again.
        retry_after: Option<RetryAfter>,
    },
    /// The CA does not offer this at all: its directory has no entry for it.
    #[error("could not {attempted}: the CA's directory has no {missing}")]
    NotOffered {
        /// What was attempted.
        attempted: String,
        /// The directory's missing entry.
        missing: &'static str,
    },
    /// Something that the caller passed in is unusable; asking again will not help.
    #[error("could not {attempted}: {what}")]
    InvalidInput {
        /// What was attempted.
        attempted: String,
        /// What is wrong with it.
        what: String,
    },
    /// The crypto library failed.
    #[error("could not {attempted}: {what}")]
    Crypto {
        /// What was attempted.
        attempted: String,
        /// What failed.
        what: String,
    },
}

impl Error {
    /// When the CA wants to be asked again.
    #[must_use]
    pub const fn retry_after(&self) -> Option<RetryAfter> {
        match self {
            Self::Problem { retry_after, .. }
            | Self::TooLarge { retry_after, .. }
            | Self::UnexpectedAnswer { retry_after, .. }
            | Self::BadNonce { retry_after, .. }
            | Self::HostileAnswer { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What the CA said, if it said it the ACME way.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem { problem, .. } | Self::BadNonce { problem, .. } => Some(problem),
            _ => None,
        }
    }

    /// The kind of the CA's problem; a shortcut for matching.
    #[must_use]
    pub fn kind(&self) -> Option<&ProblemKind> {
        self.problem().map(|problem| &problem.kind)
    }

    /// The HTTP status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Problem { problem, .. } | Self::BadNonce { problem, .. } => problem.status,
            Self::TooLarge { status, .. } | Self::UnexpectedAnswer { status, .. } => Some(*status),
            Self::HostileAnswer { status, .. } => *status,
            _ => None,
        }
    }

    /// Whether the same request may well succeed later, without anybody changing anything.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Transport { .. } | Self::TimedOut { .. } | Self::BadNonce { .. } => true,
            Self::Problem { problem, .. }
                if matches!(problem.kind, ProblemKind::RateLimited | ProblemKind::ServerInternal) =>
            {
                true
            }
            _ => self.status().is_some_and(|status| status == 408 || status == 429 || status >= 500),
        }
    }

    pub(crate) fn invalid(attempted: impl Into<String>, what: impl Into<String>) -> Self {
        Self::InvalidInput { attempted: attempted.into(), what: what.into() }
    }

    pub(crate) fn crypto(attempted: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Crypto { attempted: attempted.into(), what: what.into() }
    }
}
