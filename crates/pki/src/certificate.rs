//! What a certificate says, and chains as PEM text.

mod names;
mod text;

use crate::{error::PkiError, fingerprint};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use certwright_core::{Timestamp, facts::CertificateFacts, key::KeyType};
use x509_parser::extensions::ParsedExtension;
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_PKCS1_RSAENCRYPTION,
    OID_SIG_ED25519, OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER,
};
use x509_parser::prelude::{ASN1Time, FromDer, SubjectPublicKeyInfo, X509Certificate};
use x509_parser::public_key::PublicKey;

pub(crate) use names::{identifier, person_readable, printable};
pub(crate) use text::parse_roots;
pub use text::{chain_pem, parse_chain};

/// Reads what a certificate (DER) says of itself. Nothing is verified here; see [`crate::chain`].
pub fn facts(der: &[u8]) -> Result<CertificateFacts, PkiError> {
    facts_of(&read(der)?)
}

pub(crate) fn facts_of(certificate: &X509Certificate<'_>) -> Result<CertificateFacts, PkiError> {
    let (identifiers, odd_names) = names::alternative_names(certificate)?;
    Ok(CertificateFacts {
        serial: hex::encode(certificate.raw_serial()),
        fingerprint: fingerprint::of(certificate.as_raw()),
        key_fingerprint: fingerprint::of(certificate.public_key().raw),
        common_name: names::common_name(certificate),
        subject: person_readable(certificate.subject()),
        issuer: person_readable(certificate.issuer()),
        identifiers,
        odd_names,
        not_before: moment(certificate.validity().not_before),
        not_after: moment(certificate.validity().not_after),
        key_algorithm: key_algorithm(certificate.public_key()),
        is_authority: is_authority(certificate)?,
        renewal_info_id: renewal_info_id(certificate)?,
    })
}

/// Parses DER that must be one certificate and nothing else.
pub(crate) fn read(der: &[u8]) -> Result<X509Certificate<'_>, PkiError> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        Ok(_) => Err(PkiError::UnreadableCertificate("there are bytes after its end")),
        Err(_) => Err(PkiError::UnreadableCertificate("it is no X.509 certificate in DER")),
    }
}

pub(crate) fn is_authority(certificate: &X509Certificate<'_>) -> Result<bool, PkiError> {
    let constraints = certificate
        .basic_constraints()
        .map_err(|_| PkiError::UnreadableCertificate("its basic constraints are damaged or there twice"))?;
    Ok(constraints.is_some_and(|constraints| constraints.value.ca))
}

/// RFC 5280 §4.1.2.5 writes "no well-defined end" as 9999-12-31, which is past the last moment `Timestamp` has.
pub(crate) fn moment(time: ASN1Time) -> Timestamp {
    let seconds = time.timestamp();
    Timestamp::from_second(seconds).unwrap_or(if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// RFC 9773 §4.1: the key identifier of the AKI and the content bytes of the serial number, which keep the
/// leading zero byte that DER puts before a set highest bit.
fn renewal_info_id(certificate: &X509Certificate<'_>) -> Result<Option<String>, PkiError> {
    let extension = certificate
        .get_extension_unique(&OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER)
        .map_err(|_| PkiError::UnreadableCertificate("its authority key identifier is there twice"))?;
    let Some(ParsedExtension::AuthorityKeyIdentifier(authority)) =
        extension.map(|found| found.parsed_extension())
    else {
        return Ok(None);
    };
    Ok(authority.key_identifier.as_ref().map(|key| {
        format!("{}.{}", URL_SAFE_NO_PAD.encode(key.0), URL_SAFE_NO_PAD.encode(certificate.raw_serial()))
    }))
}

fn key_algorithm(key: &SubjectPublicKeyInfo<'_>) -> String {
    let algorithm = &key.algorithm.algorithm;
    if *algorithm == OID_PKCS1_RSAENCRYPTION {
        return match key.parsed() {
            Ok(PublicKey::RSA(rsa)) => format!("RSA {}", rsa.key_size()),
            _ => "RSA".to_owned(),
        };
    }
    if *algorithm == OID_SIG_ED25519 {
        return "Ed25519".to_owned();
    }
    if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
        let curve = key.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok());
        for (known, name) in
            [(OID_EC_P256, "P-256"), (OID_NIST_EC_P384, "P-384"), (OID_NIST_EC_P521, "P-521")]
        {
            if curve.as_ref() == Some(&known) {
                return format!("ECDSA {name}");
            }
        }
        return "ECDSA".to_owned();
    }
    printable(&algorithm.to_id_string())
}

/// The type of a public key.
///
/// # Errors
/// It is none that certificates here have.
pub(crate) fn key_type(key: &SubjectPublicKeyInfo<'_>) -> Result<KeyType, PkiError> {
    let words = key_algorithm(key);
    let known = KeyType::ALL.iter().copied().find(|known| known.to_string() == words);
    known.ok_or(PkiError::UnsupportedPrivateKey(words))
}

#[cfg(test)]
mod tests;
