//! Configuration bytes as text and back: what is no UTF-8 (old comments) is read as Latin-1, byte by byte, so
//! that every other byte survives an edit.

/// The bytes as text.
pub(super) fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// Text made from a decoded one, in the way `original` was read.
pub(super) fn encode(text: &str, original: &[u8]) -> Vec<u8> {
    if std::str::from_utf8(original).is_ok() {
        return text.as_bytes().to_vec();
    }
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match u8::try_from(u32::from(character)) {
            Ok(byte) => bytes.push(byte),
            Err(_) => bytes.extend(character.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back() {
        for bytes in ["# für\n".as_bytes(), b"# f\xfcr\n", b""] {
            assert_eq!(encode(&decode(bytes), bytes), bytes);
        }
    }
}
