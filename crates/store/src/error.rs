//! Errors of the store, typed by what a caller can do about them; each says what was attempted.

use certwright_core::certificate::Certificate;

/// What a function of the store answers.
pub type StoreResult<T> = Result<T, StoreError>;

/// Why the store did not do it. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row.
    #[error("there is no {what} {id}")]
    NotFound {
        /// Which noun.
        what: &'static str,
        /// Its id or name, as asked.
        id: String,
    },
    /// The value collides with what is stored, or does not fit it.
    #[error("{field}: {words}")]
    Conflict {
        /// The field, as the API names it.
        field: &'static str,
        /// What is wrong with it.
        words: String,
    },
    /// The certificate was changed since the caller read it (a lost update was prevented).
    #[error("the certificate {} was changed meanwhile; it is at revision {}", .current.id, .current.revision)]
    Revision {
        /// As it is stored now.
        current: Box<Certificate>,
    },
    /// Another row with a revision was changed since the caller read it.
    #[error("the {what} {id} was changed meanwhile; it is at revision {revision}")]
    Outdated {
        /// Which noun.
        what: &'static str,
        /// Its id.
        id: String,
        /// Its revision now.
        revision: i64,
    },
    /// The writer's fence has moved on: another worker holds this certificate. Stop at once; that one goes on.
    #[error("could not {attempted}: another worker has taken this certificate over")]
    Stale {
        /// What was attempted.
        attempted: &'static str,
    },
    /// Something else needs the row.
    #[error("{words}")]
    InUse {
        /// Who needs it.
        words: String,
    },
    /// Not now: something is going on, or the database is busy.
    #[error("{words}")]
    Busy {
        /// What is going on.
        words: String,
    },
    /// The database was written by a newer program.
    #[error(
        "the database has schema {found}, this program knows schemas up to {known}: \
         start the newer program, or restore the copy that was taken before it migrated"
    )]
    NewerSchema {
        /// The newest migration in the database.
        found: i64,
        /// The newest migration in this program.
        known: i64,
    },
    /// The database cannot be written or read: disk full, read-only, an I/O error, no such folder.
    #[error("could not {attempted}: {answer}")]
    Unwritable {
        /// What was attempted.
        attempted: String,
        /// What the system answered.
        answer: String,
    },
    /// What is stored makes no sense.
    #[error("the database is damaged: {words}")]
    Damaged {
        /// What was found.
        words: String,
    },
    /// Anything else.
    #[error("could not {attempted}: {answer}")]
    Other {
        /// What was attempted.
        attempted: String,
        /// What the database answered.
        answer: String,
    },
}

impl StoreError {
    /// There is no such row.
    pub fn not_found(what: &'static str, id: impl ToString) -> Self {
        Self::NotFound { what, id: id.to_string() }
    }
}
