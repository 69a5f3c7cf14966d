//! Certificates of servers, as the authority signs them.

use super::moments::set_validity;
use super::{CheckedRequest, PublicKey, Serial, SigningAuthority};
use crate::error::PkiError;
use crate::request::{LONGEST_COMMON_NAME, alternative_name};
use certwright_core::{SignedDuration, Timestamp};
use rcgen::{
    CertificateParams, CrlDistributionPoint, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyUsagePurpose, SubjectPublicKeyInfo,
};

/// A minute: enough to watch renewals, and longer than any clock of one machine drifts.
pub const SHORTEST_LEAF: SignedDuration = SignedDuration::from_secs(60);

/// 398 days: browsers refuse longer ones (CA/Browser Forum Baseline Requirements §6.3.2, until March 2026).
pub const LONGEST_LEAF: SignedDuration = SignedDuration::from_hours(24 * 398);

/// What goes into a leaf beside what its request says.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a> {
    /// Its serial number, never used before.
    pub serial: Serial,
    /// When it begins.
    pub not_before: Timestamp,
    /// When it ends: [`SHORTEST_LEAF`] to [`LONGEST_LEAF`] later, and not after the authority's own end.
    pub not_after: Timestamp,
    /// Where the revocation list is that would name it.
    pub revocation_list: &'a str,
}

impl SigningAuthority {
    /// Signs a certificate (DER) for a request: its names, its key, for TLS servers, and nothing else it asks for.
    ///
    /// The same arguments give a certificate of the same content. Whoever stores them first can repeat a signature
    /// whose outcome was lost without having issued two different certificates.
    pub fn sign_leaf(&self, request: &CheckedRequest, leaf: &Leaf<'_>) -> Result<Vec<u8>, PkiError> {
        let lifetime = leaf.not_before.duration_until(leaf.not_after);
        if lifetime < SHORTEST_LEAF || lifetime > LONGEST_LEAF {
            return Err(PkiError::UnusableValidity("it is shorter than a minute or longer than 398 days"));
        }
        if leaf.not_after > self.not_after || leaf.not_before < self.not_before {
            return Err(PkiError::UnusableValidity("it is not within that of the authority"));
        }
        let key = SubjectPublicKeyInfo::from_der(request.public_key_info())
            .map_err(|_| PkiError::Cryptography("the request's key cannot be put into a certificate"))?;
        let certificate = parameters(request, leaf)?
            .signed_by(&key, &self.issuer)
            .map_err(|_| PkiError::Cryptography("the certificate cannot be signed"))?;
        Ok(certificate.der().to_vec())
    }
}

fn parameters(request: &CheckedRequest, leaf: &Leaf<'_>) -> Result<CertificateParams, PkiError> {
    let mut parameters = CertificateParams::default();
    // An empty subject makes `rcgen` mark the alternative names as critical (RFC 5280 §4.2.1.6).
    parameters.distinguished_name = DistinguishedName::new();
    if let Some(name) =
        request.common_name.as_ref().filter(|name| name.chars().count() <= LONGEST_COMMON_NAME)
    {
        parameters.distinguished_name.push(DnType::CommonName, name);
    }
    parameters.subject_alt_names =
        request.identifiers.iter().map(alternative_name).collect::<Result<_, _>>()?;
    parameters.serial_number = Some(leaf.serial.number());
    parameters.is_ca = IsCa::ExplicitNoCa;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    if matches!(request.key, PublicKey::Rsa { .. }) {
        // For the key exchange that TLS 1.2 still has with RSA keys.
        parameters.key_usages.push(KeyUsagePurpose::KeyEncipherment);
    }
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.use_authority_key_identifier_extension = true;
    parameters.crl_distribution_points =
        vec![CrlDistributionPoint { uris: vec![leaf.revocation_list.to_owned()] }];
    set_validity(&mut parameters, leaf.not_before, leaf.not_after)?;
    Ok(parameters)
}
