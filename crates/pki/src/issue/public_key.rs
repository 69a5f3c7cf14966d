//! Public keys that certificates may be for: what they are, in the numbers that a JWK has too.

use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION,
};
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo};
use x509_parser::public_key::PublicKey as Parsed;

/// A public key, its numbers big-endian: coordinates at full width (RFC 7518 §6.2.1.2), the others without
/// leading zeros (§6.3.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PublicKey {
    /// ECDSA on P-256.
    P256 {
        /// The point's x coordinate.
        x: [u8; 32],
        /// The point's y coordinate.
        y: [u8; 32],
    },
    /// ECDSA on P-384.
    P384 {
        /// The point's x coordinate.
        x: [u8; 48],
        /// The point's y coordinate.
        y: [u8; 48],
    },
    /// RSA.
    Rsa {
        /// The modulus.
        modulus: Vec<u8>,
        /// The public exponent.
        exponent: Vec<u8>,
    },
}

impl PublicKey {
    /// Reads a public key info (SPKI, DER); `None` for any other kind of key, and for what cannot be read.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        match SubjectPublicKeyInfo::from_der(der) {
            Ok(([], info)) => Self::from_info(&info),
            _ => None,
        }
    }

    /// Reads the key of a certificate (DER).
    pub fn of_certificate(der: &[u8]) -> Option<Self> {
        crate::certificate::read(der).ok().and_then(|certificate| Self::from_info(certificate.public_key()))
    }

    pub(super) fn from_info(info: &SubjectPublicKeyInfo<'_>) -> Option<Self> {
        let algorithm = &info.algorithm.algorithm;
        if *algorithm == OID_PKCS1_RSAENCRYPTION {
            let Ok(Parsed::RSA(key)) = info.parsed() else { return None };
            return Some(Self::Rsa { modulus: trimmed(key.modulus), exponent: trimmed(key.exponent) });
        }
        if *algorithm != OID_KEY_TYPE_EC_PUBLIC_KEY {
            return None;
        }
        let curve = info.algorithm.parameters.as_ref()?.as_oid().ok()?;
        // 4 means uncompressed, the only form of points in certificates (RFC 5480 §2.2 allows no need for others).
        let [4, point @ ..] = info.subject_public_key.data.as_ref() else { return None };
        let (x, y) = point.split_at_checked(point.len() / 2)?;
        if curve == OID_EC_P256 {
            Some(Self::P256 { x: x.try_into().ok()?, y: y.try_into().ok()? })
        } else if curve == OID_NIST_EC_P384 {
            Some(Self::P384 { x: x.try_into().ok()?, y: y.try_into().ok()? })
        } else {
            None
        }
    }

    /// Why no certificate may be for it, if so: what is too weak, or so large that checking it costs too much.
    pub(super) fn weakness(&self) -> Option<String> {
        let Self::Rsa { modulus, exponent } = self else { return None };
        let bits = modulus.len() * 8 - modulus.first().map_or(0, |first| first.leading_zeros() as usize);
        if !(2048..=8192).contains(&bits) {
            return Some(format!("its RSA key has {bits} bits; it must have 2048 to 8192"));
        }
        // CA/Browser Forum Baseline Requirements §6.1.6: odd, and from 2^16+1. Four bytes hold all that is in use.
        let odd = exponent.last().is_some_and(|last| last & 1 == 1);
        let in_range =
            exponent.len() == 4 || exponent.as_slice() >= [1, 0, 1].as_slice() && exponent.len() == 3;
        if !odd || !in_range {
            return Some("its RSA exponent is even, below 65537 or beyond 32 bits".to_owned());
        }
        None
    }
}

fn trimmed(number: &[u8]) -> Vec<u8> {
    number.iter().copied().skip_while(|byte| *byte == 0).collect()
}
