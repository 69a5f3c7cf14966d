//! The sealed form: version, key id, nonce, then AES-256-GCM-SIV (RFC 8452) ciphertext with its tag.

use super::SealError;
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const ID_LEN: usize = 4;
const TAG_LEN: usize = 16;
const HEADER_LEN: usize = 1 + ID_LEN;
/// Length of the key of the cipher.
pub(super) const KEY_LEN: usize = 32;

/// A key with the id that what it seals carries.
pub(super) struct Envelope<'k> {
    /// The key.
    pub(super) key: &'k [u8; KEY_LEN],
    /// Names the key without telling anything of it.
    pub(super) id: [u8; ID_LEN],
}

impl<'k> Envelope<'k> {
    /// The id is a keyed hash under its own label: it tells nothing of the key, nor of another use of it.
    pub(super) fn new(key: &'k [u8; KEY_LEN], label: &str) -> Self {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), label.as_bytes());
        let mut id = [0; ID_LEN];
        id.copy_from_slice(&tag.as_ref()[..ID_LEN]);
        Self { key, id }
    }

    /// Seals the plaintext so that it opens only with the same context.
    pub(super) fn seal(&self, context: &[&str], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        // Reserved at once: a growing vector would leave copies of the plaintext behind.
        let mut body = Zeroizing::new(Vec::with_capacity(plaintext.len() + TAG_LEN));
        body.extend_from_slice(plaintext);
        let header = self.header();
        let nonce = self
            .cipher()?
            .seal_in_place_append_tag(Aad::from(bound(&header, context)), &mut *body)
            .map_err(|_| SealError::Cryptography)?;
        Ok([&header[..], nonce.as_ref(), body.as_slice()].concat())
    }

    /// Opens what was sealed with this key and the same context.
    pub(super) fn open(&self, context: &[&str], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (&version, _) = sealed.split_first().ok_or(SealError::Damaged)?;
        if version != VERSION {
            return Err(SealError::UnknownVersion(version));
        }
        let (header, rest) = sealed.split_at_checked(HEADER_LEN).ok_or(SealError::Damaged)?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN).ok_or(SealError::Damaged)?;
        if header[1..] != self.id {
            let (expected, found) = (hex::encode(self.id), hex::encode(&header[1..]));
            return Err(SealError::WrongKey { expected, found });
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Damaged)?;
        let mut body = Zeroizing::new(body.to_vec());
        let length = self
            .cipher()?
            .open_in_place(nonce, Aad::from(bound(header, context)), &mut body)
            .map_err(|_| SealError::Damaged)?
            .len();
        body.truncate(length);
        Ok(body)
    }

    fn header(&self) -> [u8; HEADER_LEN] {
        let mut header = [VERSION; HEADER_LEN];
        header[1..].copy_from_slice(&self.id);
        header
    }

    fn cipher(&self) -> Result<RandomizedNonceKey, SealError> {
        RandomizedNonceKey::new(&AES_256_GCM_SIV, self.key).map_err(|_| SealError::Cryptography)
    }
}

/// Header and context as associated data; each part with its length, so that no two contexts read the same.
fn bound(header: &[u8], context: &[&str]) -> Vec<u8> {
    let mut data = header.to_vec();
    for part in context {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part.as_bytes());
    }
    data
}
