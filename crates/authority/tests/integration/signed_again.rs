//! A certificate request with another key and a good signature, so that what is behind the signature's check is reached
//! whatever was mutated: strangers sign what they like.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use std::sync::LazyLock;

static KEY: LazyLock<(EcdsaKeyPair, Vec<u8>)> = LazyLock::new(|| {
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
    let public: PublicKeyX509Der<'_> = key.public_key().as_der().expect("its public half");
    let public = public.as_ref().to_vec();
    (key, public)
});

/// `SEQUENCE { ecdsa-with-SHA256 }` (RFC 5758 §3.2).
const ALGORITHM: [u8; 12] = [0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];

/// Takes over version, subject and attributes byte for byte; `None` where there are not so many elements.
pub(crate) fn signed_again(request: &[u8]) -> Option<Vec<u8>> {
    let (_, content, _) = element(request)?;
    let (_, information, _) = element(content)?;
    let (version, _, rest) = element(information)?;
    let (subject, _, rest) = element(rest)?;
    let (_, _, attributes) = element(rest)?;
    let (key, public) = &*KEY;
    let information = wrapped(0x30, &[version, subject, public, attributes].concat());
    let signature = key.sign(&SystemRandom::new(), &information).ok()?;
    let bits = wrapped(0x03, &[&[0], signature.as_ref()].concat());
    Some(wrapped(0x30, &[&information[..], &ALGORITHM, &bits].concat()))
}

/// The first element of this DER as a whole, its content, and what follows it.
fn element(der: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (start, length): (usize, usize) = match *der.get(1)? {
        short @ ..=0x7f => (2, usize::from(short)),
        0x81 => (3, usize::from(*der.get(2)?)),
        0x82 => (4, usize::from(u16::from_be_bytes([*der.get(2)?, *der.get(3)?]))),
        _ => return None,
    };
    let end = start.checked_add(length).filter(|end| *end <= der.len())?;
    Some((&der[..end], &der[start..end], &der[end..]))
}

/// An element with a length as short as DER wants it.
fn wrapped(tag: u8, content: &[u8]) -> Vec<u8> {
    let bytes = content.len().to_be_bytes();
    let leading = bytes.iter().take_while(|byte| **byte == 0).count();
    let length = &bytes[leading..];
    let mut der = vec![tag];
    if content.len() > 0x7f {
        der.push(0x80 | length.len() as u8);
    }
    der.extend_from_slice(if content.is_empty() { &[0] } else { length });
    der.extend_from_slice(content);
    der
}
