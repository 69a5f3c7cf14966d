//! Crockford's base 32: digits and capitals without I, L, O and U, forgiving what hands and eyes mix up.

use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Five bits a character, highest first; the bits must come out even.
pub(super) fn encode(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 8 / 5 + 1));
    let (mut pending, mut count) = (0_u16, 0);
    for byte in bytes {
        pending = (pending << 8) | u16::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            text.push(letter((pending >> count).to_be_bytes()[1]));
        }
        pending &= (1 << count) - 1;
    }
    text
}

/// The character of a value; only its lowest five bits count.
pub(super) fn letter(value: u8) -> char {
    char::from(ALPHABET[usize::from(value & 31)])
}

/// The value of a character; small letters are capitals, and I, L and O are the digits they look like.
pub(super) fn value(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        letter => letter,
    };
    let place = ALPHABET.iter().position(|known| char::from(*known) == letter)?;
    u8::try_from(place).ok()
}

/// The bytes of these values; whole bytes only.
pub(super) fn join(values: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(values.len() * 5 / 8));
    let (mut pending, mut count) = (0_u16, 0);
    for value in values {
        pending = (pending << 5) | u16::from(*value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((pending >> count).to_be_bytes()[1]);
            pending &= (1 << count) - 1;
        }
    }
    bytes
}
