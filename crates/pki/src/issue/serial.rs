//! Serial numbers: 128 random bits, always written in the same 17 bytes.

use std::fmt;

/// RFC 5280 §4.1.2.2 allows 20 bytes. One byte that is neither zero nor has its highest bit set stands before the
/// random ones, so that DER neither adds a zero nor drops one, and a number has one spelling everywhere.
const FIRST: u8 = 0x01;

/// The serial number of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial([u8; 17]);

impl Serial {
    /// A number from 128 random bits.
    pub fn from_random(random: [u8; 16]) -> Self {
        let mut bytes = [FIRST; 17];
        bytes[1..].copy_from_slice(&random);
        Self(bytes)
    }

    /// Reads a number's bytes, as in a certificate; `None` for one that is not made here.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        <[u8; 17]>::try_from(bytes).ok().filter(|bytes| bytes[0] == FIRST).map(Self)
    }

    /// Reads lower-case hex; `None` for what is not made here.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.bytes().any(|letter| letter.is_ascii_uppercase()) {
            return None;
        }
        hex::decode(text).ok().and_then(|bytes| Self::from_bytes(&bytes))
    }

    /// Its bytes, as in a certificate.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn number(&self) -> rcgen::SerialNumber {
        rcgen::SerialNumber::from_slice(&self.0)
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        for random in [[0; 16], [0xff; 16]] {
            let serial = Serial::from_random(random);
            assert_eq!(Serial::from_hex(&serial.to_string()), Some(serial));
            assert_eq!(Serial::from_bytes(serial.as_bytes()), Some(serial));
        }
        for other in ["", "01", "0100", &"ff".repeat(17), &"01".repeat(18), &"0A".repeat(17), "zz"] {
            assert_eq!(Serial::from_hex(other), None, "{other}");
        }
    }
}
