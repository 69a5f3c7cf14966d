//! Account keys: generated or imported, and what they sign. The private half never leaves but as PKCS#8.

use crate::base64url;
use crate::challenge::check_token;
use crate::error::Error;
use crate::jwk::Jwk;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use std::fmt;
use zeroize::Zeroizing;

/// The signature algorithm of an account key (RFC 7518 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// ECDSA on P-256; every CA takes it (RFC 8555 §6.2 makes it mandatory).
    Es256,
    /// ECDSA on P-384.
    Es384,
    /// RSA, 2048 bits or more; what older clients' accounts have.
    Rs256,
}

impl KeyAlgorithm {
    /// The name in a JWS header.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Rs256 => "RS256",
        }
    }
}

enum Pair {
    Ecdsa(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

/// A private key that signs requests.
pub struct AccountKey {
    algorithm: KeyAlgorithm,
    pair: Pair,
    jwk: Jwk,
    thumbprint: String,
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccountKey")
            .field("algorithm", &self.algorithm)
            .field("thumbprint", &self.thumbprint)
            .finish_non_exhaustive()
    }
}

impl AccountKey {
    /// Makes a new key; store [`Self::pkcs8_der`] before the first request with it.
    pub fn generate(algorithm: KeyAlgorithm) -> Result<Self, Error> {
        let failed = |_| Error::crypto("generate an account key", "the crypto library failed");
        match algorithm {
            KeyAlgorithm::Es256 | KeyAlgorithm::Es384 => {
                let pair = EcdsaKeyPair::generate(signing(algorithm)).map_err(failed)?;
                Self::from_ecdsa(algorithm, pair)
            }
            KeyAlgorithm::Rs256 => Self::from_rsa(RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?),
        }
    }

    /// Imports an unencrypted PKCS#8 key, or the older forms for one algorithm (SEC 1, PKCS#1) that lego,
    /// acme.sh and openssl write.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        for algorithm in [KeyAlgorithm::Es256, KeyAlgorithm::Es384] {
            if let Ok(pair) = EcdsaKeyPair::from_private_key_der(signing(algorithm), der) {
                return Self::from_ecdsa(algorithm, pair);
            }
        }
        match RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der)) {
            Ok(pair) => Self::from_rsa(pair),
            Err(_) => Err(Error::invalid(
                "import an account key",
                "it is not an unencrypted ECDSA P-256, ECDSA P-384 or RSA (2048 to 8192 bits) private key",
            )),
        }
    }

    /// Imports the first private key of a PEM text.
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        let attempted = "import an account key";
        // The parser's own message may quote the text, which is a private key.
        let blocks = pem::parse_many(text).map_err(|_| Error::invalid(attempted, "it is not PEM"))?;
        let mut found = Err(Error::invalid(attempted, "the PEM text holds no private key"));
        for block in blocks {
            let label = block.tag().to_owned();
            let der = Zeroizing::new(block.into_contents());
            if found.is_ok() {
                continue;
            }
            match label.as_str() {
                "PRIVATE KEY" | "EC PRIVATE KEY" | "RSA PRIVATE KEY" => found = Ok(Self::from_der(&der)?),
                "ENCRYPTED PRIVATE KEY" => {
                    found = Err(Error::invalid(attempted, "the private key is encrypted: decrypt it first"));
                }
                _ => {}
            }
        }
        found
    }

    /// The private key, to be stored encrypted.
    pub fn pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let failed = |_| Error::crypto("export an account key", "the crypto library failed");
        Ok(Zeroizing::new(match &self.pair {
            Pair::Ecdsa(pair) => pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let document: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
                document.as_ref().to_vec()
            }
        }))
    }

    /// The algorithm this key signs with.
    #[must_use]
    pub const fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// The base64url SHA-256 thumbprint of the public key (RFC 7638).
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// What proves control over a challenge's token (RFC 8555 §8.1); refuses tokens that are not base64url,
    /// since they become file names and DNS records.
    pub fn key_authorization(&self, token: &str) -> Result<KeyAuthorization, Error> {
        check_token(token)?;
        Ok(KeyAuthorization(format!("{token}.{}", self.thumbprint)))
    }

    pub(crate) const fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// Signs as JWS wants it: for ECDSA, both numbers in fixed length (RFC 7518 §3.4).
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let failed = |_| Error::crypto("sign a request", "the crypto library failed");
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ecdsa(pair) => Ok(pair.sign(&random, message).map_err(failed)?.as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
        }
    }

    fn from_ecdsa(algorithm: KeyAlgorithm, pair: EcdsaKeyPair) -> Result<Self, Error> {
        let curve = if algorithm == KeyAlgorithm::Es384 { "P-384" } else { "P-256" };
        let jwk = Jwk::from_point(curve, pair.public_key().as_ref())
            .ok_or_else(|| Error::crypto("read an account key", "its public point has an unknown form"))?;
        Ok(Self { algorithm, pair: Pair::Ecdsa(pair), thumbprint: jwk.thumbprint(), jwk })
    }

    fn from_rsa(pair: RsaKeyPair) -> Result<Self, Error> {
        if pair.public_modulus_len() < 256 {
            return Err(Error::invalid(
                "read an account key",
                "an RSA key of less than 2048 bits is too short",
            ));
        }
        let jwk = Jwk::Rsa {
            n: base64url::encode(pair.public_key().modulus().big_endian_without_leading_zero()),
            e: base64url::encode(pair.public_key().exponent().big_endian_without_leading_zero()),
        };
        Ok(Self { algorithm: KeyAlgorithm::Rs256, pair: Pair::Rsa(pair), thumbprint: jwk.thumbprint(), jwk })
    }
}

fn signing(algorithm: KeyAlgorithm) -> &'static EcdsaSigningAlgorithm {
    if algorithm == KeyAlgorithm::Es384 {
        &ECDSA_P384_SHA384_FIXED_SIGNING
    } else {
        &ECDSA_P256_SHA256_FIXED_SIGNING
    }
}

/// A token bound to an account key, in the form each challenge type publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAuthorization(String);

impl KeyAuthorization {
    /// The content of the http-01 resource (RFC 8555 §8.3).
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value of the dns-01 TXT record (RFC 8555 §8.4).
    #[must_use]
    pub fn dns_value(&self) -> String {
        base64url::encode(self.digest())
    }

    /// The content of the tls-alpn-01 certificate extension (RFC 8737 §3).
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, self.0.as_bytes()).as_ref());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALGORITHMS: [KeyAlgorithm; 3] = [KeyAlgorithm::Es256, KeyAlgorithm::Es384, KeyAlgorithm::Rs256];

    #[test]
    fn a_key_survives_export_and_import() {
        for algorithm in ALGORITHMS {
            let key = AccountKey::generate(algorithm).unwrap();
            let der = key.pkcs8_der().unwrap();
            let again = AccountKey::from_der(&der).unwrap();
            assert_eq!(again.thumbprint(), key.thumbprint());
            assert_eq!(again.algorithm(), algorithm);
            let text = pem::encode(&pem::Pem::new("PRIVATE KEY", der.to_vec()));
            assert_eq!(AccountKey::from_pem(&text).unwrap().thumbprint(), key.thumbprint());
        }
    }

    #[test]
    fn the_older_forms_are_imported() {
        let key = AccountKey::generate(KeyAlgorithm::Es384).unwrap();
        let Pair::Ecdsa(pair) = &key.pair else { panic!("an ECDSA key") };
        let private = pair.private_key();
        let older: aws_lc_rs::encoding::EcPrivateKeyRfc5915Der<'_> = private.as_der().unwrap();
        let blocks =
            [pem::Pem::new("EC PARAMETERS", vec![6, 0]), pem::Pem::new("EC PRIVATE KEY", older.as_ref())];
        let again = AccountKey::from_pem(&pem::encode_many(&blocks)).unwrap();
        assert_eq!(again.thumbprint(), key.thumbprint());
    }

    #[test]
    fn what_is_no_key_is_refused_in_words() {
        for (text, expected) in [
            ("", "holds no private key"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds no private key"),
            (
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
                "is encrypted",
            ),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "not an unencrypted ECDSA"),
        ] {
            let said = AccountKey::from_pem(text).unwrap_err().to_string();
            assert!(said.contains(expected), "{said}");
        }
    }

    #[test]
    fn the_private_key_is_not_in_debug() {
        let key = AccountKey::generate(KeyAlgorithm::Es256).unwrap();
        let expected = format!("AccountKey {{ algorithm: Es256, thumbprint: {:?}, .. }}", key.thumbprint());
        assert_eq!(format!("{key:?}"), expected);
    }

    #[test]
    fn a_key_authorization_binds_the_token() {
        let key = AccountKey::generate(KeyAlgorithm::Es256).unwrap();
        let authorization = key.key_authorization("tok-en_1").unwrap();
        assert_eq!(authorization.as_str(), format!("tok-en_1.{}", key.thumbprint()));
        assert_eq!(authorization.dns_value().len(), 43);
        assert!(key.key_authorization("../../etc/passwd").is_err());
    }
}
