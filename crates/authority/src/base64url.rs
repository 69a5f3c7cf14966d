//! Base64url without padding (RFC 7515 §2), strictly: one spelling for every value.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Encodes without padding.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes; `None` for padding, other alphabets, line ends, and stray bits at the end.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_one_spelling() {
        assert_eq!(decode("-_8").as_deref(), Some(&[0xfb, 0xff][..]));
        for text in ["-_8=", "+/8", "-_9", "-_8\n", " -_8", "-", "ä"] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }
}
