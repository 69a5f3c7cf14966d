//! The recovery key: shown once, written down by a person, wraps the data key in every backup.

use super::envelope::{Envelope, KEY_LEN};
use super::{DataKey, SealError, base32};
use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use std::fmt;
use zeroize::Zeroizing;

/// 160 bits: 32 characters, beyond guessing.
const SECRET_LEN: usize = 20;
const SECRET_CHARACTERS: usize = 32;
/// 20 bits: one typing error in a million goes unnoticed here, and is then noticed by the wrapping.
const CHECK_CHARACTERS: usize = 4;
const GROUP: usize = 6;
const LABEL: &str = "certwright recovery key id v1";
const CONTEXT: &[&str] = &["wrapped data key"];

/// A key for people, wiped when dropped.
#[derive(Clone)]
pub struct RecoveryKey(Zeroizing<[u8; SECRET_LEN]>);

impl RecoveryKey {
    /// Makes a new key.
    pub fn generate() -> Result<Self, SealError> {
        let mut secret = Zeroizing::new([0; SECRET_LEN]);
        aws_lc_rs::rand::fill(&mut *secret).map_err(|_| SealError::Cryptography)?;
        Ok(Self(secret))
    }

    /// The key to write down: six groups of six characters, the last four of which are the checksum.
    pub fn to_text(&self) -> Zeroizing<String> {
        let (secret, check) = (base32::encode(&*self.0), self.checksum());
        let characters = secret.chars().chain(check.iter().map(|value| base32::letter(*value)));
        let mut text = Zeroizing::new(String::with_capacity(64));
        for (index, letter) in characters.enumerate() {
            if index > 0 && index % GROUP == 0 {
                text.push('-');
            }
            text.push(letter);
        }
        text
    }

    /// Reads the key as somebody types it: any case, with or without hyphens and spaces.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let expected = SECRET_CHARACTERS + CHECK_CHARACTERS;
        let mut values = Zeroizing::new(Vec::with_capacity(expected));
        let typed = || text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
        let found = typed().count();
        if found != expected {
            return Err(SealError::RecoveryKeyLength { expected, found });
        }
        for (index, letter) in typed().enumerate() {
            values.push(base32::value(letter).ok_or(SealError::RecoveryKeyCharacter(index + 1))?);
        }
        let (secret, check) = values.split_at(SECRET_CHARACTERS);
        let mut key = Self(Zeroizing::new([0; SECRET_LEN]));
        key.0.copy_from_slice(&base32::join(secret));
        if key.checksum() == check { Ok(key) } else { Err(SealError::RecoveryKeyTypo) }
    }

    /// The data key in a form that only this recovery key opens.
    pub fn wrap(&self, data_key: &DataKey) -> Result<Vec<u8>, SealError> {
        let key = self.wrapping_key()?;
        Envelope::new(&key, LABEL).seal(CONTEXT, data_key.expose())
    }

    /// The data key out of its wrapped form.
    pub fn unwrap(&self, wrapped: &[u8]) -> Result<DataKey, SealError> {
        let key = self.wrapping_key()?;
        DataKey::from_bytes(&Envelope::new(&key, LABEL).open(CONTEXT, wrapped)?)
    }

    /// HKDF (RFC 5869) rather than a slow password hash: the secret is random and long, there is nothing to slow down.
    fn wrapping_key(&self) -> Result<Zeroizing<[u8; KEY_LEN]>, SealError> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        Salt::new(HKDF_SHA256, b"certwright recovery key v1")
            .extract(&*self.0)
            .expand(&[b"wrapping key"], HKDF_SHA256)
            .and_then(|material| material.fill(&mut *key))
            .map_err(|_| SealError::Cryptography)?;
        Ok(key)
    }

    fn checksum(&self) -> [u8; CHECK_CHARACTERS] {
        let mut hash = Context::new(&SHA256);
        hash.update(b"certwright recovery key checksum v1");
        hash.update(&*self.0);
        let mut check = [0; CHECK_CHARACTERS];
        for (value, byte) in check.iter_mut().zip(hash.finish().as_ref()) {
            *value = byte & 31;
        }
        check
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_people_type_it() {
        let key = RecoveryKey(Zeroizing::new([0x5a; SECRET_LEN]));
        let text = key.to_text();
        assert_eq!(text.len(), 36 + 5);
        assert!(text.split('-').all(|group| group.len() == 6), "{}", *text);
        let random = RecoveryKey::generate().unwrap();
        for key in [key, random] {
            let text = key.to_text();
            for typed in [
                text.to_string(),
                text.to_lowercase(),
                text.replace('-', ""),
                format!("  {} \n", text.replace('-', " ")),
                text.replace('0', "o").replace('1', "l"),
            ] {
                assert_eq!(RecoveryKey::parse(&typed).unwrap().0, key.0, "{typed}");
            }
        }
    }

    #[test]
    fn typing_errors_are_noticed() {
        let text = RecoveryKey(Zeroizing::new(*b"twenty bytes exactly")).to_text();
        for (index, right) in text.char_indices().filter(|(_, letter)| *letter != '-') {
            for wrong in ["0", "7", "A", "Z"].into_iter().filter(|wrong| !wrong.starts_with(right)) {
                let mut typed = text.to_string();
                typed.replace_range(index..=index, wrong);
                assert_eq!(RecoveryKey::parse(&typed).unwrap_err(), SealError::RecoveryKeyTypo, "{typed}");
            }
        }
        let mut swapped: Vec<char> = text.chars().collect();
        swapped.swap(0, 1);
        let swapped: String = swapped.into_iter().collect();
        assert!(swapped == *text || RecoveryKey::parse(&swapped).is_err());
        assert_eq!(
            RecoveryKey::parse(&text[1..]).unwrap_err(),
            SealError::RecoveryKeyLength { expected: 36, found: 35 }
        );
        let strange = format!("U{}", &text[1..]);
        assert_eq!(RecoveryKey::parse(&strange).unwrap_err(), SealError::RecoveryKeyCharacter(1));
    }

    #[test]
    fn wraps_a_data_key_for_itself_alone() {
        let (key, other) = (RecoveryKey::generate().unwrap(), RecoveryKey::generate().unwrap());
        let data_key = DataKey::generate().unwrap();
        let wrapped = key.wrap(&data_key).unwrap();
        assert_eq!(key.unwrap(&wrapped).unwrap().expose(), data_key.expose());
        assert!(matches!(other.unwrap(&wrapped), Err(SealError::WrongKey { .. })));
        let mut damaged = wrapped;
        damaged[20] ^= 1;
        assert_eq!(key.unwrap(&damaged).unwrap_err(), SealError::Damaged);
        assert_eq!(format!("{key:?}"), "RecoveryKey(…)");
    }
}
