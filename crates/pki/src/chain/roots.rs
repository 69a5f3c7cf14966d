//! The roots that an authority's chains must end in.

use crate::certificate::parse_roots;
use crate::error::PkiError;
use certwright_core::authority::IssuingRoots;

/// Where a chain must end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roots {
    /// Nobody told us.
    Unknown,
    /// A root of Mozilla's list, as compiled in.
    Public,
    /// One of these certificates (DER).
    Pem(Vec<Vec<u8>>),
}

impl Roots {
    /// The roots of an authority entry; an error where its PEM text holds anything but certificates.
    pub fn from_core(roots: &IssuingRoots) -> Result<Self, PkiError> {
        Ok(match roots {
            IssuingRoots::Unknown => Self::Unknown,
            IssuingRoots::Public => Self::Public,
            IssuingRoots::Pem(text) => Self::Pem(parse_roots(text)?),
        })
    }
}
