//! The data key, which seals every secret value of the database to its place.

use super::{
    SealError,
    envelope::{Envelope, KEY_LEN},
};
use std::fmt;
use zeroize::Zeroizing;

const LABEL: &str = "certwright data key id v1";
const CHECK_PLACE: Place<'static> = Place { table: "certwright", row: "check-value", column: "v1" };
const CHECK_TEXT: &[u8] = b"this database belongs to this data key";

/// Where a sealed value lies. It opens nowhere else, so that rows cannot be swapped behind our back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The row's primary key.
    pub row: &'a str,
    /// The column.
    pub column: &'a str,
}

impl<'a> Place<'a> {
    fn context(self) -> [&'a str; 4] {
        ["value", self.table, self.row, self.column]
    }
}

/// A key of 256 bits, wiped when dropped.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; KEY_LEN]>);

impl DataKey {
    /// Makes a new key.
    pub fn generate() -> Result<Self, SealError> {
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        aws_lc_rs::rand::fill(&mut *bytes).map_err(|_| SealError::Cryptography)?;
        Ok(Self(bytes))
    }

    /// Takes the bytes of a key that was made earlier.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        if bytes.len() != KEY_LEN {
            return Err(SealError::WrongLength { expected: KEY_LEN, found: bytes.len() });
        }
        key.copy_from_slice(bytes);
        Ok(Self(key))
    }

    /// The bytes, for whoever keeps the key.
    pub fn expose(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    /// Eight hex characters that name the key and tell nothing of it.
    pub fn key_id(&self) -> String {
        hex::encode(self.envelope().id)
    }

    /// Seals a value to its place.
    pub fn seal(&self, place: &Place<'_>, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        self.envelope().seal(&place.context(), plaintext)
    }

    /// Opens a value that was sealed to this place.
    pub fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.envelope().open(&place.context(), sealed)
    }

    /// A value to store with the database, by which it is known later whether the key is the right one.
    pub fn check_value(&self) -> Result<Vec<u8>, SealError> {
        self.seal(&CHECK_PLACE, CHECK_TEXT)
    }

    /// Whether the check value was made with this key.
    pub fn verify_check_value(&self, stored: &[u8]) -> Result<(), SealError> {
        let text = self.open(&CHECK_PLACE, stored)?;
        if text.as_slice() == CHECK_TEXT { Ok(()) } else { Err(SealError::Damaged) }
    }

    fn envelope(&self) -> Envelope<'_> {
        Envelope::new(&self.0, LABEL)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({})", self.key_id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place<'static> = Place { table: "versions", row: "v1", column: "key" };

    #[test]
    fn opens_what_it_sealed_and_never_seals_the_same_twice() {
        let key = DataKey::generate().unwrap();
        for plaintext in [&b""[..], b"secret", &[7; 5000]] {
            let sealed = key.seal(&HERE, plaintext).unwrap();
            assert_eq!(key.open(&HERE, &sealed).unwrap().as_slice(), plaintext);
            assert_ne!(key.seal(&HERE, plaintext).unwrap(), sealed);
        }
        let again = DataKey::from_bytes(key.expose()).unwrap();
        assert_eq!(again.key_id(), key.key_id());
        assert_eq!(key.key_id().len(), 8);
        assert_eq!(
            DataKey::from_bytes(&[0; 31]).unwrap_err(),
            SealError::WrongLength { expected: 32, found: 31 }
        );
    }

    #[test]
    fn a_value_opens_in_its_own_place_only() {
        let key = DataKey::generate().unwrap();
        let sealed = key.seal(&HERE, b"secret").unwrap();
        for elsewhere in [
            Place { row: "v2", ..HERE },
            Place { table: "accounts", ..HERE },
            Place { column: "chain", ..HERE },
            // The same letters cut elsewhere.
            Place { table: "version", row: "sv1", column: "key" },
        ] {
            assert_eq!(key.open(&elsewhere, &sealed), Err(SealError::Damaged), "{elsewhere:?}");
        }
    }

    #[test]
    fn the_wrong_key_is_named_with_the_right_one() {
        let (key, other) = (DataKey::generate().unwrap(), DataKey::generate().unwrap());
        let sealed = key.seal(&HERE, b"secret").unwrap();
        let wrong = SealError::WrongKey { expected: other.key_id(), found: key.key_id() };
        assert_eq!(other.open(&HERE, &sealed), Err(wrong.clone()));
        assert!(wrong.to_string().contains(&key.key_id()) && wrong.to_string().contains(&other.key_id()));
        assert_eq!(other.verify_check_value(&key.check_value().unwrap()), Err(wrong));
        assert_eq!(key.verify_check_value(&key.check_value().unwrap()), Ok(()));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let key = DataKey::generate().unwrap();
        let sealed = key.seal(&HERE, b"secret").unwrap();
        for byte in 0..sealed.len() {
            for bit in 0..8 {
                let mut damaged = sealed.clone();
                damaged[byte] ^= 1 << bit;
                let error = key.open(&HERE, &damaged).unwrap_err();
                match byte {
                    0 => assert_eq!(error, SealError::UnknownVersion(damaged[0])),
                    1..5 => assert!(matches!(error, SealError::WrongKey { .. }), "{error}"),
                    _ => assert_eq!(error, SealError::Damaged, "byte {byte}"),
                }
            }
        }
        for length in 0..sealed.len() {
            assert_eq!(key.open(&HERE, &sealed[..length]), Err(SealError::Damaged), "cut to {length}");
        }
    }

    #[test]
    fn shows_no_key() {
        let key = DataKey::from_bytes(&[0xab; 32]).unwrap();
        assert_eq!(format!("{key:?}"), format!("DataKey({})", key.key_id()));
    }
}
