//! Why a request was not answered as it should be.

use crate::problem::{Problem, ProblemKind};

/// What went wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ClientError {
    /// The service answered, and the answer is a problem.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// The service cannot be reached.
    #[error("Could not reach {what}: {words}\n  What to do: {remedy}")]
    Unreachable {
        /// Where it should be.
        what: String,
        /// What came back.
        words: String,
        /// What to do.
        remedy: String,
    },
    /// The service took the request and did not answer in time. What was asked for may have been done.
    #[error("{what} did not answer within {seconds} seconds; what was asked for may have been done")]
    TimedOut {
        /// Who should have answered.
        what: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The answer makes no sense to this program.
    #[error("{what} answered something that this program does not understand: {words}")]
    Unreadable {
        /// Who answered.
        what: String,
        /// What is wrong with it.
        words: String,
    },
}

impl ClientError {
    /// The problem document, where the service gave one.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem(problem) => Some(problem),
            _ => None,
        }
    }

    /// Whether it is a problem of this kind.
    pub fn is(&self, kind: ProblemKind) -> bool {
        self.problem().is_some_and(|problem| problem.is(kind))
    }
}
