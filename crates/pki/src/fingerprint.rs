//! Fingerprints: SHA-256 in lower-case hex, the one form in which keys and certificates are compared and shown.

use aws_lc_rs::digest::{SHA256, digest};

/// The fingerprint of the bytes.
pub(crate) fn of(bytes: &[u8]) -> String {
    hex::encode(digest(&SHA256, bytes))
}
