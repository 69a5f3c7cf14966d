//! Keys of certificate authorities: ECDSA P-384, kept as PKCS#8, never shown by `Debug`.

use crate::error::PkiError;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustls_pki_types::PrivatePkcs8KeyDer;
use std::fmt;
use zeroize::Zeroizing;

const UNENCODABLE: PkiError = PkiError::Cryptography("the authority's key cannot be encoded");

/// The private key of a certificate authority. Its bytes are wiped when it is dropped.
#[derive(Clone)]
pub struct AuthorityKey {
    pkcs8: Zeroizing<Vec<u8>>,
    public_key_info: Vec<u8>,
}

impl AuthorityKey {
    /// Makes a new key.
    pub fn generate() -> Result<Self, PkiError> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_ASN1_SIGNING)
            .map_err(|_| PkiError::Cryptography("no key could be generated"))?;
        Self::from_pair(&pair)
    }

    /// Reads PKCS#8 in DER, as [`Self::pkcs8_der`] gave it.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, PkiError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_ASN1_SIGNING, der)
            .map_err(|_| PkiError::UnreadablePrivateKey)?;
        Self::from_pair(&pair)
    }

    /// The key in PKCS#8 DER, to be stored sealed.
    pub fn pkcs8_der(&self) -> &[u8] {
        &self.pkcs8
    }

    /// Its public key info (SPKI) in DER.
    pub(super) fn public_key_info(&self) -> &[u8] {
        &self.public_key_info
    }

    /// The key in the form that `rcgen` signs with: with SHA-384, which goes with the curve.
    pub(super) fn signer(&self) -> Result<Signer, PkiError> {
        rcgen::KeyPair::try_from(&PrivatePkcs8KeyDer::from(self.pkcs8_der()))
            .map(|pair| Signer(Zeroizing::new(pair)))
            .map_err(|_| PkiError::Cryptography("the authority's key cannot sign"))
    }

    fn from_pair(pair: &EcdsaKeyPair) -> Result<Self, PkiError> {
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| UNENCODABLE)?;
        let public_key_info = pair.public_key().as_der().map_err(|_| UNENCODABLE)?;
        Ok(Self {
            pkcs8: Zeroizing::new(pkcs8.as_ref().to_vec()),
            public_key_info: public_key_info.as_ref().to_vec(),
        })
    }
}

impl fmt::Debug for AuthorityKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AuthorityKey(ECDSA P-384)")
    }
}

/// A key that signs for `rcgen`, wiped when dropped: an authority in use holds one for as long as it is open.
pub(super) struct Signer(Zeroizing<rcgen::KeyPair>);

impl rcgen::PublicKeyData for Signer {
    fn der_bytes(&self) -> &[u8] {
        self.0.der_bytes()
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        self.0.algorithm()
    }
}

impl rcgen::SigningKey for Signer {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.0.sign(message)
    }
}
