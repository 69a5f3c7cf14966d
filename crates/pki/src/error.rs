//! Why a key, a request or a certificate could not be made or read; never with secret or hostile text in it.

use certwright_core::identifier::IdentifierError;

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PkiError {
    /// The cryptography library failed, such as for want of random numbers.
    #[error("the cryptography library refused: {0}")]
    Cryptography(&'static str),
    /// No private key was found in the text.
    #[error("no private key was found; expected a PEM block such as -----BEGIN PRIVATE KEY-----")]
    NoPrivateKey,
    /// The private key is protected by a passphrase.
    #[error("the private key is encrypted with a passphrase, and none was given")]
    EncryptedPrivateKey,
    /// The private key is encrypted in a way that is not read here.
    #[error(
        "the private key is encrypted with {0}; write it anew with `openssl pkcs8 -topk8 -v2 aes-256-cbc`"
    )]
    UnknownKeyEncryption(String),
    /// The passphrase does not open the private key.
    #[error("the passphrase does not open the private key, or the key is damaged")]
    WrongPassphrase,
    /// The private key cannot be read.
    #[error("the private key is damaged or of no known form")]
    UnreadablePrivateKey,
    /// The private key is of a type that certificates here do not use.
    #[error(
        "the private key is {0}; supported are ECDSA on P-256, P-384 and P-521, and RSA with 2048, 3072 or 4096 bits"
    )]
    UnsupportedPrivateKey(String),
    /// A request without a name.
    #[error("a certificate request needs at least one name or address")]
    NoIdentifiers,
    /// The common name cannot go into a certificate.
    #[error("the common name has more than 64 characters (RFC 5280, ub-common-name) or is empty")]
    UnusableCommonName,
    /// A name that cannot go into a certificate.
    #[error("{name:?} {why}")]
    UnusableName {
        /// The name.
        name: String,
        /// Why not.
        why: IdentifierError,
    },
    /// A certificate request of a person's that cannot be used.
    #[error("the certificate request cannot be used: {0}")]
    UnusableRequest(String),
    /// A validity that no certificate of that kind may have.
    #[error("the validity cannot be used: {0}")]
    UnusableValidity(&'static str),
    /// An authority's certificate and key that do not belong together, or that are no authority's.
    #[error("the authority cannot sign: {0}")]
    UnusableAuthority(&'static str),
    /// More text than any chain has.
    #[error("the certificates are {found} bytes long; the most accepted is {limit}")]
    TooLong {
        /// Bytes found.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// More certificates than any chain has.
    #[error("there are {found} certificates; the most accepted is {limit}")]
    TooMany {
        /// Certificates found.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// The PEM text cannot be decoded.
    #[error(
        "the PEM text is damaged: a block is cut off, has different BEGIN and END lines, or is no base64"
    )]
    DamagedPem,
    /// A PEM block that is no certificate.
    #[error("PEM block {position} is no certificate; only -----BEGIN CERTIFICATE----- blocks belong here")]
    NotACertificate {
        /// Its place, from one.
        position: usize,
    },
    /// No certificate was found.
    #[error("no certificate was found; expected a PEM block -----BEGIN CERTIFICATE-----")]
    NoCertificate,
    /// A certificate that cannot be read.
    #[error("the certificate cannot be read: {0}")]
    UnreadableCertificate(&'static str),
}
