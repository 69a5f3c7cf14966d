//! Secrets at rest: a data key seals values to their place in the database, a recovery key wraps the data key.

mod base32;
mod data_key;
mod envelope;
mod recovery;

pub use data_key::{DataKey, Place};
pub use recovery::RecoveryKey;

/// Bytes that nobody can guess, for secrets that are shown to people and programs.
///
/// # Errors
/// When the system has no chance to give.
pub fn random<const N: usize>() -> Result<zeroize::Zeroizing<[u8; N]>, SealError> {
    let mut bytes = zeroize::Zeroizing::new([0; N]);
    aws_lc_rs::rand::fill(&mut *bytes).map_err(|_| SealError::Cryptography)?;
    Ok(bytes)
}

/// Why something could not be sealed, opened or read. Never holds a key or a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Sealed with another key.
    #[error("is sealed with the key {found}, but the key here is {expected}")]
    WrongKey {
        /// Id of the key at hand.
        expected: String,
        /// Id of the key it was sealed with.
        found: String,
    },
    /// Cut off, altered, or moved here from another place.
    #[error("is damaged, or belongs to another place")]
    Damaged,
    /// Written by a newer program.
    #[error("is sealed in version {0}, which this program does not know")]
    UnknownVersion(u8),
    /// A data key of another length.
    #[error("a data key has {expected} bytes, not {found}")]
    WrongLength {
        /// As it should be.
        expected: usize,
        /// As it is.
        found: usize,
    },
    /// A recovery key with too few or too many characters.
    #[error("a recovery key has {expected} letters and digits, not {found}")]
    RecoveryKeyLength {
        /// As it should be.
        expected: usize,
        /// As it is.
        found: usize,
    },
    /// A character that no recovery key has.
    #[error("character {0} of the recovery key is none that a recovery key has")]
    RecoveryKeyCharacter(usize),
    /// The checksum is wrong.
    #[error("the recovery key has a typing error somewhere: its last characters do not fit the others")]
    RecoveryKeyTypo,
    /// The cryptography library failed, such as for want of random numbers.
    #[error("the cryptography library failed")]
    Cryptography,
}
