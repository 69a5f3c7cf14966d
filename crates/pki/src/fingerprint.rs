//! Fingerprints: SHA-256 in lower-case hex, the one form in which keys and certificates are compared and shown.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

/// The fingerprint of the bytes.
pub(crate) fn of(bytes: &[u8]) -> String {
    hex::encode(digest(&SHA256, bytes))
}

/// The SHA-1 fingerprint of a certificate (DER), in the same form. For people alone: some stores of trusted roots list
/// theirs by nothing else. Nothing is compared by it here.
pub fn sha1_for_people(der: &[u8]) -> String {
    hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, der))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_those_of_the_standard() {
        // FIPS 180-2, appendices A.1 and B.1.
        assert_eq!(sha1_for_people(b"abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(of(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
