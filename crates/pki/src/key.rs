//! Private keys of certificates: made here or read from PEM, kept as PKCS#8, never shown by `Debug`.

mod encrypted;

use crate::{error::PkiError, fingerprint};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING as P256, ECDSA_P384_SHA384_ASN1_SIGNING as P384,
    ECDSA_P521_SHA512_ASN1_SIGNING as P521, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair,
    KeyPair as _, RsaKeyPair,
};
use certwright_core::key::KeyType;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject};
use std::fmt;
use zeroize::Zeroizing;

/// The curves of the key types.
const CURVES: [(&EcdsaSigningAlgorithm, KeyType); 3] =
    [(&P256, KeyType::EcdsaP256), (&P384, KeyType::EcdsaP384), (&P521, KeyType::EcdsaP521)];

/// A private key. Its bytes are wiped when it is dropped.
#[derive(Clone)]
pub struct PrivateKey {
    pkcs8: Zeroizing<Vec<u8>>,
    key_type: KeyType,
    spki_fingerprint: String,
}

impl PrivateKey {
    /// Makes a new key. RSA takes some tenths of a second: call it where blocking is fine.
    pub fn generate(key_type: KeyType) -> Result<Self, PkiError> {
        let failed = |_| PkiError::Cryptography("no key could be generated");
        let ecdsa = |curve| Self::from_ecdsa(&EcdsaKeyPair::generate(curve).map_err(failed)?, key_type);
        let rsa = |size| Self::from_rsa(&RsaKeyPair::generate(size).map_err(failed)?);
        match key_type {
            KeyType::EcdsaP256 => ecdsa(&P256),
            KeyType::EcdsaP384 => ecdsa(&P384),
            KeyType::EcdsaP521 => ecdsa(&P521),
            KeyType::Rsa2048 => rsa(KeySize::Rsa2048),
            KeyType::Rsa3072 => rsa(KeySize::Rsa3072),
            KeyType::Rsa4096 => rsa(KeySize::Rsa4096),
        }
    }

    /// Reads PKCS#8 in DER, unencrypted.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, PkiError> {
        for (curve, key_type) in CURVES {
            if let Ok(pair) = EcdsaKeyPair::from_pkcs8(curve, der) {
                return Self::from_ecdsa(&pair, key_type);
            }
        }
        if let Ok(pair) = RsaKeyPair::from_pkcs8(der) {
            return Self::from_rsa(&pair);
        }
        // Readable but not ours: say what it is, so that nobody looks for damage.
        if Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).is_ok() {
            return Err(PkiError::UnsupportedPrivateKey("Ed25519".to_owned()));
        }
        Err(PkiError::UnreadablePrivateKey)
    }

    /// Reads the first private key of a PEM text, also one that is encrypted with this passphrase (PKCS#8, RFC 5958
    /// §3). Without one, what [`from_pem`](Self::from_pem) reads. PBKDF2 takes up to seconds: call it where blocking
    /// is fine.
    pub fn from_pem_with(text: &str, passphrase: Option<&str>) -> Result<Self, PkiError> {
        match passphrase {
            Some(passphrase) if encrypted::is_pkcs8(text) => {
                Self::from_pkcs8_der(&encrypted::decrypt(text, passphrase)?)
            }
            _ => Self::from_pem(text),
        }
    }

    /// Reads the first private key of a PEM text: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017) or SEC1 (RFC 5915).
    /// Other blocks, such as the `EC PARAMETERS` that OpenSSL writes before a SEC1 key, are passed over.
    pub fn from_pem(text: &str) -> Result<Self, PkiError> {
        // A "Proc-Type: 4,ENCRYPTED" header (RFC 1421) marks the old encrypted forms of OpenSSL.
        if text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || text.contains("4,ENCRYPTED") {
            return Err(PkiError::EncryptedPrivateKey);
        }
        let key = match PrivateKeyDer::from_pem_slice(text.as_bytes()) {
            Ok(key) => Zeroizing::new(key),
            Err(rustls_pki_types::pem::Error::NoItemsFound) => return Err(PkiError::NoPrivateKey),
            Err(_) => return Err(PkiError::UnreadablePrivateKey),
        };
        match &*key {
            PrivateKeyDer::Pkcs8(key) => Self::from_pkcs8_der(key.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der())
                .map_err(|_| PkiError::UnreadablePrivateKey)
                .and_then(|pair| Self::from_rsa(&pair)),
            PrivateKeyDer::Sec1(key) => Self::from_sec1_der(key.secret_sec1_der()),
            _ => Err(PkiError::UnreadablePrivateKey),
        }
    }

    /// The key in PKCS#8 PEM, as servers read it.
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let body = Zeroizing::new(STANDARD.encode(&*self.pkcs8));
        // Reserved at once: a growing string would leave unwiped copies behind.
        let mut text = Zeroizing::new(String::with_capacity(body.len() + body.len() / 64 + 80));
        text.push_str("-----BEGIN PRIVATE KEY-----\n");
        let mut rest = body.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at(rest.len().min(64));
            text.push_str(line);
            text.push('\n');
            rest = after;
        }
        text.push_str("-----END PRIVATE KEY-----\n");
        text
    }

    /// The key in PKCS#8 DER.
    pub fn pkcs8_der(&self) -> &[u8] {
        &self.pkcs8
    }

    /// Its type.
    pub fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// SHA-256 of its public key info (SPKI), lower-case hex: what a certificate for this key has as
    /// `key_fingerprint`.
    pub fn spki_fingerprint(&self) -> String {
        self.spki_fingerprint.clone()
    }

    /// The key in the form that `rcgen` signs with.
    pub(crate) fn signer(&self) -> Result<Zeroizing<rcgen::KeyPair>, PkiError> {
        rcgen::KeyPair::try_from(&PrivatePkcs8KeyDer::from(self.pkcs8_der()))
            .map(Zeroizing::new)
            .map_err(|_| PkiError::Cryptography("the key cannot sign"))
    }

    fn from_sec1_der(der: &[u8]) -> Result<Self, PkiError> {
        for (curve, key_type) in CURVES {
            if let Ok(pair) = EcdsaKeyPair::from_private_key_der(curve, der) {
                return Self::from_ecdsa(&pair, key_type);
            }
        }
        Err(PkiError::UnreadablePrivateKey)
    }

    fn from_ecdsa(pair: &EcdsaKeyPair, key_type: KeyType) -> Result<Self, PkiError> {
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| UNENCODABLE)?;
        Self::new(pkcs8.as_ref(), key_type, pair.public_key())
    }

    fn from_rsa(pair: &RsaKeyPair) -> Result<Self, PkiError> {
        let key_type = match pair.public_modulus_len() * 8 {
            2048 => KeyType::Rsa2048,
            3072 => KeyType::Rsa3072,
            4096 => KeyType::Rsa4096,
            bits => return Err(PkiError::UnsupportedPrivateKey(format!("RSA {bits}"))),
        };
        let pkcs8 = pair.as_der().map_err(|_| UNENCODABLE)?;
        Self::new(pkcs8.as_ref(), key_type, pair.public_key())
    }

    fn new(
        pkcs8: &[u8],
        key_type: KeyType,
        public: &impl AsDer<PublicKeyX509Der<'static>>,
    ) -> Result<Self, PkiError> {
        let spki = public.as_der().map_err(|_| UNENCODABLE)?;
        Ok(Self {
            pkcs8: Zeroizing::new(pkcs8.to_vec()),
            key_type,
            spki_fingerprint: fingerprint::of(spki.as_ref()),
        })
    }
}

const UNENCODABLE: PkiError = PkiError::Cryptography("the key cannot be encoded");

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("key_type", &self.key_type)
            .field("spki_fingerprint", &self.spki_fingerprint)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
