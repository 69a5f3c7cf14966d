//! Private keys encrypted with a passphrase: PKCS#8 (RFC 5958 §3) by PBES2 (RFC 8018 §6.2), as OpenSSL writes them.
//!
//! PBKDF2 with HMAC-SHA-1 or SHA-2, and AES-CBC. The older schemes (PBES1, DES, RC2, and the encryption of PEM itself)
//! are named and refused: whoever has such a key can write it anew.

use crate::error::PkiError;
use aws_lc_rs::cipher::UnboundCipherKey;
use aws_lc_rs::cipher::{AES_128, AES_192, AES_256, Algorithm, DecryptionContext, PaddedBlockDecryptingKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::pbkdf2::{self, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA384, PBKDF2_HMAC_SHA512};
use std::num::NonZeroU32;
use x509_parser::asn1_rs::{Any, FromDer, Integer, Oid};
use zeroize::Zeroizing;

const LABEL: &str = "ENCRYPTED PRIVATE KEY";
/// OpenSSL takes 2048, careful people some hundred thousand. Ten million are seconds; more would be an attack.
const MOST_ITERATIONS: u32 = 10_000_000;

const PBES2: &str = "1.2.840.113549.1.5.13";
const PBKDF2: &str = "1.2.840.113549.1.5.12";
const SCRYPT: &str = "1.3.6.1.4.1.11591.4.11";

/// Whether the text holds such a key.
pub(super) fn is_pkcs8(text: &str) -> bool {
    text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
}

/// The unencrypted PKCS#8 of the first such key.
pub(super) fn decrypt(text: &str, passphrase: &str) -> Result<Zeroizing<Vec<u8>>, PkiError> {
    let blocks = pem::parse_many(text).map_err(|_| PkiError::DamagedPem)?;
    let block = blocks.iter().find(|block| block.tag() == LABEL).ok_or(PkiError::DamagedPem)?;
    let parts = Parts::read(block.contents()).ok_or(PkiError::UnreadablePrivateKey)??;
    let mut key = Zeroizing::new(vec![0; parts.key_length]);
    pbkdf2::derive(parts.hash, parts.iterations, parts.salt, passphrase.as_bytes(), &mut key);
    let cipher = UnboundCipherKey::new(parts.cipher, &key).map_err(|_| UNUSABLE)?;
    let opening = PaddedBlockDecryptingKey::cbc_pkcs7(cipher).map_err(|_| UNUSABLE)?;
    let mut text = Zeroizing::new(parts.encrypted.to_vec());
    let opened = opening
        .decrypt(&mut text, DecryptionContext::Iv128(FixedLength::from(parts.iv)))
        .map_err(|_| PkiError::WrongPassphrase)?;
    // One wrong passphrase in 256 leaves a padding that looks right; what is below it is no key then.
    Any::from_der(opened).map_err(|_| PkiError::WrongPassphrase)?;
    Ok(Zeroizing::new(opened.to_vec()))
}

const UNUSABLE: PkiError = PkiError::Cryptography("the cipher of the encrypted key cannot be used");

struct Parts<'a> {
    hash: pbkdf2::Algorithm,
    iterations: NonZeroU32,
    salt: &'a [u8],
    cipher: &'static Algorithm,
    key_length: usize,
    iv: [u8; 16],
    encrypted: &'a [u8],
}

impl<'a> Parts<'a> {
    /// `None` for what is damaged, an error for what is not read here.
    fn read(der: &'a [u8]) -> Option<Result<Self, PkiError>> {
        let [algorithm, encrypted] = elements(der)?[..] else { return None };
        let [scheme, parameters] = elements(algorithm)?[..] else { return None };
        let scheme = oid(scheme)?;
        if scheme != PBES2 {
            return Some(Err(unknown(&scheme)));
        }
        let [derivation, encryption] = elements(parameters)?[..] else { return None };
        let [function, parameters] = elements(derivation)?[..] else { return None };
        let function = oid(function)?;
        if function != PBKDF2 {
            return Some(Err(unknown(&function)));
        }
        let parameters = elements(parameters)?;
        let (salt, rest) = parameters.split_first()?;
        let (iterations, rest) = rest.split_first()?;
        let iterations = Integer::from_der(iterations).ok()?.1.as_u32().ok()?;
        if iterations > MOST_ITERATIONS {
            return Some(Err(PkiError::UnknownKeyEncryption(format!("{iterations} rounds of PBKDF2"))));
        }
        // A key length may stand between; HMAC-SHA-1 is what is meant where no function is named (RFC 8018 §A.2).
        let named = rest.iter().find_map(|part| elements(part));
        let hash = match named {
            None => PBKDF2_HMAC_SHA1,
            Some(named) => match oid(named.first()?)?.as_str() {
                "1.2.840.113549.2.7" => PBKDF2_HMAC_SHA1,
                "1.2.840.113549.2.9" => PBKDF2_HMAC_SHA256,
                "1.2.840.113549.2.10" => PBKDF2_HMAC_SHA384,
                "1.2.840.113549.2.11" => PBKDF2_HMAC_SHA512,
                other => return Some(Err(unknown(other))),
            },
        };
        let [cipher, iv] = elements(encryption)?[..] else { return None };
        let (cipher, key_length) = match oid(cipher)?.as_str() {
            "2.16.840.1.101.3.4.1.2" => (&AES_128, 16),
            "2.16.840.1.101.3.4.1.22" => (&AES_192, 24),
            "2.16.840.1.101.3.4.1.42" => (&AES_256, 32),
            other => return Some(Err(unknown(other))),
        };
        Some(Ok(Self {
            hash,
            iterations: NonZeroU32::new(iterations)?,
            salt: Any::from_der(salt).ok()?.1.data,
            cipher,
            key_length,
            iv: Any::from_der(iv).ok()?.1.data.try_into().ok()?,
            encrypted: Any::from_der(encrypted).ok()?.1.data,
        }))
    }
}

/// The whole elements of a sequence; `None` where it is none.
fn elements(sequence: &[u8]) -> Option<Vec<&[u8]>> {
    use x509_parser::asn1_rs::Tag;
    let (_, outer) = Any::from_der(sequence).ok()?;
    if outer.tag() != Tag::Sequence {
        return None;
    }
    let mut parts = Vec::new();
    let mut rest = outer.data;
    while !rest.is_empty() {
        let (after, _) = Any::from_der(rest).ok()?;
        parts.push(&rest[..rest.len() - after.len()]);
        rest = after;
    }
    Some(parts)
}

fn oid(element: &[u8]) -> Option<String> {
    Some(Oid::from_der(element).ok()?.1.to_id_string())
}

fn unknown(oid: &str) -> PkiError {
    let name = match oid {
        SCRYPT => "scrypt",
        "1.2.840.113549.3.7" => "triple DES",
        "1.2.840.113549.1.5.3" | "1.2.840.113549.1.5.10" => "single DES",
        "1.2.840.113549.1.12.1.3" => "triple DES by PKCS#12",
        other => return PkiError::UnknownKeyEncryption(format!("an unknown algorithm ({other})")),
    };
    PkiError::UnknownKeyEncryption(name.to_owned())
}
