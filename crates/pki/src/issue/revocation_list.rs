//! Certificate revocation lists (RFC 5280 §5).

use super::moments::since_epoch;
use super::{Serial, SigningAuthority};
use crate::error::PkiError;
use certwright_core::Timestamp;
use rcgen::{CertificateRevocationListParams, RevocationReason as Code, RevokedCertParams, SerialNumber};

/// Why a certificate is revoked (RFC 5280 §5.3.1), as far as whoever holds it may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RevocationReason {
    /// Nothing said.
    Unspecified,
    /// Its key is known to others.
    KeyCompromise,
    /// Its holder is called otherwise now.
    AffiliationChanged,
    /// Another certificate takes its place.
    Superseded,
    /// It is not needed any more.
    CessationOfOperation,
    /// Its holder may not have it any more.
    PrivilegeWithdrawn,
}

impl RevocationReason {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Unspecified,
        Self::KeyCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// Its number.
    pub fn code(self) -> u8 {
        self.entry() as u8
    }

    /// The reason with this number, if it is one that may be given.
    pub fn from_code(code: u64) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| u64::from(reason.code()) == code)
    }

    fn entry(self) -> Code {
        match self {
            Self::Unspecified => Code::Unspecified,
            Self::KeyCompromise => Code::KeyCompromise,
            Self::AffiliationChanged => Code::AffiliationChanged,
            Self::Superseded => Code::Superseded,
            Self::CessationOfOperation => Code::CessationOfOperation,
            Self::PrivilegeWithdrawn => Code::PrivilegeWithdrawn,
        }
    }
}

/// One line of a revocation list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// The certificate.
    pub serial: Serial,
    /// When it was revoked.
    pub at: Timestamp,
    /// Why.
    pub reason: RevocationReason,
}

impl SigningAuthority {
    /// Signs a revocation list (DER). Each has a larger number than the one before it (§5.2.3) and says when the
    /// next one will be there at the latest.
    pub fn sign_revocation_list(
        &self,
        number: u64,
        this_update: Timestamp,
        next_update: Timestamp,
        revoked: &[Revoked],
    ) -> Result<Vec<u8>, PkiError> {
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        let mut lines = Vec::with_capacity(revoked.len());
        for line in revoked {
            lines.push(RevokedCertParams {
                serial_number: line.serial.number(),
                revocation_time: epoch + since_epoch(line.at)?,
                // "Unspecified" is said by saying nothing (§5.3.1); `rcgen` sees to that.
                reason_code: Some(line.reason.entry()),
                invalidity_date: None,
            });
        }
        let parameters = CertificateRevocationListParams {
            this_update: epoch + since_epoch(this_update)?,
            next_update: epoch + since_epoch(next_update)?,
            crl_number: SerialNumber::from_slice(&number.to_be_bytes()),
            issuing_distribution_point: None,
            revoked_certs: lines,
            key_identifier_method: self.key_identifier_method(),
        };
        let list = parameters
            .signed_by(&self.issuer)
            .map_err(|_| PkiError::Cryptography("the revocation list cannot be signed"))?;
        Ok(list.der().to_vec())
    }
}
