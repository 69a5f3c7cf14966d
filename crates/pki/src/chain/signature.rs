//! Whether one certificate is signed by a key, with the algorithms that TLS clients accept: no SHA-1, no short RSA.

use rustls_pki_types::{AlgorithmIdentifier, SignatureVerificationAlgorithm};
use x509_parser::asn1_rs::{Any, FromDer};
use x509_parser::prelude::X509Certificate;

/// How a signature came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signed {
    /// By this key.
    Yes,
    /// Not by this key.
    No,
    /// With an algorithm that clients do not accept, or that does not fit the key.
    UnknownAlgorithm,
}

/// Whether the certificate is signed by the key of this public key info (DER).
pub(super) fn signed_by(certificate: &X509Certificate<'_>, issuer_key: &[u8]) -> Signed {
    // RFC 5280 §4.1.1.2: both must be the same, or what is signed is not what is claimed.
    if certificate.signature_algorithm != certificate.tbs_certificate.signature {
        return Signed::No;
    }
    let Some(signature_algorithm) = element(certificate.as_raw(), 1) else {
        return Signed::UnknownAlgorithm;
    };
    verify(
        issuer_key,
        signature_algorithm,
        certificate.tbs_certificate.as_ref(),
        &certificate.signature_value.data,
    )
}

/// Whether the message is signed by the key of this public key info (DER). The algorithm is the content of its
/// `AlgorithmIdentifier`.
pub(crate) fn verify(
    public_key_info: &[u8],
    signature_algorithm: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Signed {
    let Some(key_algorithm) = element(public_key_info, 0) else {
        return Signed::UnknownAlgorithm;
    };
    let Some(key) = element(public_key_info, 1).and_then(|bits| match bits {
        // A bit string's first byte counts unused bits; keys are whole bytes.
        [0, key @ ..] => Some(key),
        _ => None,
    }) else {
        return Signed::UnknownAlgorithm;
    };
    let fitting = |algorithm: &&&dyn SignatureVerificationAlgorithm| {
        same(algorithm.signature_alg_id(), signature_algorithm)
            && same(algorithm.public_key_alg_id(), key_algorithm)
    };
    let mut candidates = webpki::ALL_VERIFICATION_ALGS.iter().filter(fitting).peekable();
    if candidates.peek().is_none() {
        return Signed::UnknownAlgorithm;
    }
    if candidates.any(|algorithm| algorithm.verify_signature(key, message, signature).is_ok()) {
        Signed::Yes
    } else {
        Signed::No
    }
}

fn same(known: AlgorithmIdentifier, found: &[u8]) -> bool {
    known.as_ref() == found
}

/// The content of the element at this place of a DER sequence.
pub(crate) fn element(sequence: &[u8], place: usize) -> Option<&[u8]> {
    let (_, outer) = Any::from_der(sequence).ok()?;
    let mut rest = outer.data;
    for _ in 0..place {
        rest = Any::from_der(rest).ok()?.0;
    }
    Some(Any::from_der(rest).ok()?.1.data)
}
