//! Why an authority could not be made, opened or changed, for whoever runs it.

use certwright_core::refusal::Refusal;
use certwright_pki::PkiError;
use certwright_pki::seal::SealError;
use certwright_store::StoreError;

/// What went wrong. Clients see problem documents instead, which say less.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Keys and certificates.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// A sealed value.
    #[error("a secret of the authority {0}; check that data.key is the one this database was made with")]
    Seal(#[from] SealError),
    /// What was typed cannot be used: every complaint.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Refusal>),
    /// What is stored as settings cannot be read.
    #[error("the settings of the authority {name} cannot be read: {reason}")]
    DamagedSettings {
        /// Which authority.
        name: String,
        /// What the reader said.
        reason: String,
    },
}
