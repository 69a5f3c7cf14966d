//! Sealing for the authority: each secret to its own place in the store.

use certwright_pki::seal::{DataKey, Place, SealError};
use zeroize::Zeroizing;

/// Where a secret of an issuer lies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Secret<'a> {
    /// The private key of its root.
    Root(&'a str),
    /// The private key of its intermediate.
    Intermediate(&'a str),
    /// The secret of an external key.
    External(&'a str, &'a str),
}

impl Secret<'_> {
    fn row(&self) -> String {
        match self {
            Self::Root(name) | Self::Intermediate(name) => (*name).to_owned(),
            // A name of an issuer has no slash.
            Self::External(name, id) => format!("{name}/{id}"),
        }
    }

    fn with_place<T>(&self, then: impl FnOnce(&Place<'_>) -> T) -> T {
        let row = self.row();
        let (table, column) = match self {
            Self::Root(_) => ("issuers", "sealed_root_key"),
            Self::Intermediate(_) => ("issuers", "sealed_intermediate_key"),
            Self::External(..) => ("issuer_external_keys", "sealed_key"),
        };
        then(&Place { table, row: &row, column })
    }

    pub(crate) fn seal(&self, key: &DataKey, secret: &[u8]) -> Result<Vec<u8>, SealError> {
        self.with_place(|place| key.seal(place, secret))
    }

    pub(crate) fn open(&self, key: &DataKey, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.with_place(|place| key.open(place, sealed))
    }
}
