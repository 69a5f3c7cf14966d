//! What the engine's front answers when it does not do something.

use crate::preview::Preview;
use certwright_core::certificate::Certificate;
use certwright_core::failure::Failure;
use certwright_core::refusal::Refusal;
use certwright_store::StoreError;

/// Why something asked of the engine was not done.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// What was typed cannot be: every complaint.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Refusal>),
    /// There is no such thing.
    #[error("there is no {what} {id}")]
    NotFound {
        /// Which noun.
        what: &'static str,
        /// As asked.
        id: String,
    },
    /// Somebody else changed it since the caller read it.
    #[error("the certificate was changed meanwhile; it is at revision {}", .current.revision)]
    Revision {
        /// As it is now.
        current: Box<Certificate>,
    },
    /// Somebody else changed something else that has a revision since the caller read it.
    #[error("{words}")]
    Outdated {
        /// What, and at which revision it is.
        words: String,
    },
    /// It collides with what is there.
    #[error("{field}: {words}")]
    Conflict {
        /// The field.
        field: String,
        /// What is wrong.
        words: String,
        /// What to do.
        remedy: String,
    },
    /// Something else needs it, or is going on.
    #[error("{words}")]
    InUse {
        /// What.
        words: String,
        /// What to do.
        remedy: String,
    },
    /// It was attempted and failed.
    #[error("{0}")]
    Failure(Box<Failure>),
    /// The world has changed since the plan was shown.
    #[error("the plan has changed since it was shown:\n{}", .difference.join("\n"))]
    PlanChanged {
        /// Lines that went (`-`) and came (`+`).
        difference: Vec<String>,
        /// The plan as it is now.
        preview: Box<Preview>,
    },
    /// Paused certificates are never ordered.
    #[error("{words}")]
    Paused {
        /// Which, and what to do.
        words: String,
    },
    /// The authority's rate limits would be exceeded.
    #[error("{words}")]
    RateLimited {
        /// Which, for whom, and until when.
        words: String,
        /// What to do.
        remedy: String,
    },
    /// The store or a file could not be read or written.
    #[error("{words}")]
    Storage {
        /// What was attempted and what came of it.
        words: String,
    },
}

impl EngineError {
    /// Something else needs it, or is going on.
    pub(crate) fn in_use(words: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::InUse { words: words.into(), remedy: remedy.into() }
    }
}

/// What to do about a value that collides with what is stored.
fn remedy_of_conflict(field: &str) -> &'static str {
    match field {
        "name" | "id" => "choose another one",
        "account" => "choose one of: certwright account list",
        "deployment" => "request the certificate first: certwright cert request",
        _ => "read it again, and make the change again",
    }
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { what, id } => Self::NotFound { what, id },
            StoreError::Conflict { field, words } => Self::Conflict {
                field: field.to_owned(),
                words,
                remedy: remedy_of_conflict(field).to_owned(),
            },
            StoreError::Revision { current } => Self::Revision { current },
            StoreError::InUse { words } => Self::in_use(words, "change those first, then ask again"),
            StoreError::Busy { words } => Self::in_use(words, "wait until that is over, then ask again"),
            StoreError::Outdated { .. } => Self::Outdated { words: error.to_string() },
            other => Self::Storage { words: other.to_string() },
        }
    }
}

impl From<Failure> for EngineError {
    fn from(failure: Failure) -> Self {
        Self::Failure(Box::new(failure))
    }
}
