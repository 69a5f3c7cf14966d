//! Secrets that are shown once and known again by their digest: sessions, tokens, codes of links.

use crate::trouble::{Answered, Trouble};
use certwright_pki::seal::random;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// 256 bits of chance in hex.
pub(super) fn secret() -> Answered<Zeroizing<String>> {
    let bytes = bytes::<32>()?;
    Ok(Zeroizing::new(hex::encode(*bytes)))
}

/// Bytes of chance.
pub(super) fn bytes<const N: usize>() -> Answered<Zeroizing<[u8; N]>> {
    random().map_err(|error| Trouble::internal(&format!("there is no chance to be had: {error}")))
}

/// What is stored of a secret. With 256 bits of chance in it, a plain digest cannot be guessed at.
pub(super) fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
