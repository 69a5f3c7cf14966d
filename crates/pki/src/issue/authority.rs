//! The certificates of an authority: a root that signs one intermediate, and the intermediate that signs the rest.

use super::authority_key::{AuthorityKey, Signer};
use super::moments::set_validity;
use super::{NameConstraints, Serial};
use crate::certificate::{is_authority, moment, read};
use crate::error::PkiError;
use certwright_core::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyIdMethod,
    KeyUsagePurpose,
};
use rustls_pki_types::CertificateDer;
use std::fmt;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::X509Certificate;

/// Ten years: people install a root by hand, and do not want to again soon.
pub const ROOT_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 3652);

/// Five years. Renewing an intermediate needs nobody: it comes with every chain.
pub const INTERMEDIATE_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 1826);

/// What an authority is called, and what it may vouch for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// The common name, at most 64 characters.
    pub common_name: String,
    /// The organisation, where there is one to be named.
    pub organisation: Option<String>,
    /// What certificates below it may name.
    pub constraints: NameConstraints,
}

/// A root certificate (DER), signed by its own key, from `now` for [`ROOT_LIFETIME`].
pub fn root(
    key: &AuthorityKey,
    naming: &Naming,
    serial: Serial,
    now: Timestamp,
) -> Result<Vec<u8>, PkiError> {
    let mut parameters = parameters(naming, serial, BasicConstraints::Unconstrained)?;
    set_validity(&mut parameters, now, now + ROOT_LIFETIME)?;
    let certificate = parameters
        .self_signed(&key.signer()?)
        .map_err(|_| PkiError::Cryptography("the root cannot be signed"))?;
    Ok(certificate.der().to_vec())
}

/// An intermediate certificate (DER) for this key, valid from one moment to another or as long as the root has left.
/// It signs leaves and no further authorities.
pub fn intermediate(
    key: &AuthorityKey,
    naming: &Naming,
    serial: Serial,
    (from, until): (Timestamp, Timestamp),
    root: &SigningAuthority,
) -> Result<Vec<u8>, PkiError> {
    let mut parameters = parameters(naming, serial, BasicConstraints::Constrained(0))?;
    parameters.use_authority_key_identifier_extension = true;
    set_validity(&mut parameters, from, root.not_after.min(until))?;
    let certificate = parameters
        .signed_by(&key.signer()?, &root.issuer)
        .map_err(|_| PkiError::Cryptography("the intermediate cannot be signed"))?;
    Ok(certificate.der().to_vec())
}

fn parameters(
    naming: &Naming,
    serial: Serial,
    below: BasicConstraints,
) -> Result<CertificateParams, PkiError> {
    let mut subject = DistinguishedName::new();
    for (kind, text) in [
        (DnType::OrganizationName, naming.organisation.as_ref()),
        (DnType::CommonName, Some(&naming.common_name)),
    ] {
        let Some(text) = text else { continue };
        // RFC 5280, appendix A.1: `ub-common-name` and `ub-organization-name` are both 64.
        if text.is_empty() || text.chars().count() > 64 {
            return Err(PkiError::UnusableCommonName);
        }
        subject.push(kind, text);
    }
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = subject;
    parameters.serial_number = Some(serial.number());
    // `rcgen` marks both as critical, as RFC 5280 §4.2.1.3 and §4.2.1.9 want it, and the name constraints too.
    parameters.is_ca = IsCa::Ca(below);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters.name_constraints = naming.constraints.extension()?;
    Ok(parameters)
}

/// An authority's certificate with its key, ready to sign.
pub struct SigningAuthority {
    pub(super) issuer: Issuer<'static, Signer>,
    pub(super) key_identifier: Vec<u8>,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
}

impl SigningAuthority {
    /// Takes a certificate that was made here, with its key. `UnusableAuthority` when they do not belong together.
    pub fn new(certificate: &[u8], key: &AuthorityKey) -> Result<Self, PkiError> {
        let parsed = read(certificate)?;
        if parsed.public_key().raw != key.public_key_info() {
            return Err(PkiError::UnusableAuthority("its key belongs to another certificate"));
        }
        if !is_authority(&parsed)? {
            return Err(PkiError::UnusableAuthority("its certificate is not that of an authority"));
        }
        let key_identifier = key_identifier(&parsed)
            .ok_or(PkiError::UnusableAuthority("its certificate has no subject key identifier"))?;
        let (not_before, not_after) =
            (moment(parsed.validity().not_before), moment(parsed.validity().not_after));
        let issuer = Issuer::from_ca_cert_der(&CertificateDer::from(certificate), key.signer()?)
            .map_err(|_| PkiError::UnusableAuthority("its certificate cannot be read"))?;
        Ok(Self { issuer, key_identifier, not_before, not_after })
    }

    /// Its subject key identifier: what leaves name it by, and the first half of their ARI ids (RFC 9773 §4.1).
    pub fn key_identifier(&self) -> &[u8] {
        &self.key_identifier
    }

    /// When its certificate begins; nothing it signs begins before.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// When its certificate ends; nothing it signs lasts longer.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    pub(super) fn key_identifier_method(&self) -> KeyIdMethod {
        KeyIdMethod::PreSpecified(self.key_identifier.clone())
    }
}

impl fmt::Debug for SigningAuthority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SigningAuthority")
            .field("key_identifier", &hex::encode(&self.key_identifier))
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

fn key_identifier(certificate: &X509Certificate<'_>) -> Option<Vec<u8>> {
    certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(identifier) => Some(identifier.0.to_vec()),
        _ => None,
    })
}
