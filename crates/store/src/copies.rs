//! Copies of the whole store, for backups: consistent, checked, and looked at before anything is restored from them.

use crate::StoreResult;
use async_trait::async_trait;
use std::path::Path;

/// Values that are put into a copy, by key: what the copy needs and the store itself does not have.
pub type CopyValues<'a> = &'a [(&'a str, &'a [u8])];

/// What is in a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyFacts {
    /// The newest migration in it.
    pub schema: i64,
    /// How many certificates are in it.
    pub certificates: u64,
    /// The values that were asked for, as far as they are there, in the order asked.
    pub values: Vec<Option<Vec<u8>>>,
}

/// Copies.
#[async_trait]
pub trait Copying: Send + Sync {
    /// Writes a copy of everything to a new file that only its owner may read, as it is at one moment, while the work
    /// goes on. It is durable, and its integrity was checked in full, when the call returns; otherwise there is no file
    /// of this name. What was deleted from the store is not in it.
    async fn copy_to(&self, file: &Path, values: CopyValues<'_>) -> StoreResult<CopyFacts>;
}
