//! From the database's errors to ours: what was attempted, and what the caller can do about it.

use crate::{StoreError, StoreResult};

/// Says what was attempted when it fails.
pub(super) trait Attempt<T> {
    /// `attempted` begins with a verb: `save the run`.
    fn attempt(self, attempted: &'static str) -> StoreResult<T>;
}

impl<T> Attempt<T> for Result<T, sqlx::Error> {
    fn attempt(self, attempted: &'static str) -> StoreResult<T> {
        self.map_err(|error| store_error(attempted, &error))
    }
}

/// The error that a caller can act upon.
pub(super) fn store_error(attempted: &'static str, error: &sqlx::Error) -> StoreError {
    let answer = error.to_string();
    match error {
        sqlx::Error::Database(inner) => {
            // The low byte is the primary result code, https://www.sqlite.org/rescode.html
            let code: i32 = inner.code().and_then(|code| code.parse().ok()).unwrap_or(1);
            by_result_code(code & 0xff, attempted, inner.message().to_owned())
        }
        sqlx::Error::PoolTimedOut => {
            StoreError::Busy { words: format!("could not {attempted}: the database was busy for too long") }
        }
        sqlx::Error::Io(_) => unwritable(attempted, answer),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_) => {
            StoreError::Damaged { words: format!("could not {attempted}: {answer}") }
        }
        _ => other(attempted, answer),
    }
}

fn by_result_code(code: i32, attempted: &'static str, answer: String) -> StoreError {
    match code {
        // SQLITE_BUSY, SQLITE_LOCKED
        5 | 6 => StoreError::Busy {
            words: format!("could not {attempted}: the database is locked by another program"),
        },
        // SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN
        8 | 10 | 13 | 14 => unwritable(attempted, answer),
        // SQLITE_CORRUPT, SQLITE_NOTADB
        11 | 26 => StoreError::Damaged { words: format!("could not {attempted}: {answer}") },
        // SQLITE_CONSTRAINT: what people can cause is checked before; what is left is a fault of the caller.
        19 => StoreError::Conflict { field: "id", words: format!("could not {attempted}: {answer}") },
        _ => other(attempted, answer),
    }
}

fn unwritable(attempted: &str, answer: String) -> StoreError {
    StoreError::Unwritable { attempted: attempted.to_owned(), answer }
}

pub(super) fn other(attempted: &str, answer: impl ToString) -> StoreError {
    StoreError::Other { attempted: attempted.to_owned(), answer: answer.to_string() }
}
