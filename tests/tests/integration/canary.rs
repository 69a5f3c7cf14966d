//! Canaries: secrets, each in every writing in which it could leak, and the search for them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::collections::HashMap;

/// Fewer characters than this may be there by chance.
const FEWEST: usize = 12;

/// What is searched for.
#[derive(Default)]
pub(crate) struct Canaries {
    needles: Vec<Needle>,
    /// Needles by their first two bytes.
    by_start: HashMap<[u8; 2], Vec<usize>>,
    secrets: usize,
    searched: usize,
}

struct Needle {
    what: String,
    bytes: Vec<u8>,
}

impl Canaries {
    /// Adds a secret in all its writings.
    pub(crate) fn add(&mut self, what: &str, secret: &[u8]) {
        self.secrets += 1;
        for (writing, bytes) in writings(secret) {
            assert!(bytes.len() >= FEWEST, "{what} is too short to be searched for as {writing}");
            let index = self.needles.len();
            self.by_start.entry([bytes[0], bytes[1]]).or_default().push(index);
            self.needles.push(Needle { what: format!("{what}, {writing}"), bytes });
        }
    }

    /// What is found in this, as it is and without white space and line ends (as in PEM, also inside of JSON).
    pub(crate) fn find(&mut self, haystack: &[u8]) -> Vec<String> {
        self.searched += haystack.len();
        let mut found = self.find_plain(haystack);
        found.extend(self.find_plain(&unbroken(haystack)));
        found.sort();
        found.dedup();
        found
    }

    fn find_plain(&self, haystack: &[u8]) -> Vec<String> {
        let mut starts = vec![false; 1 << 16];
        for [first, second] in self.by_start.keys() {
            starts[usize::from(*first) << 8 | usize::from(*second)] = true;
        }
        let mut found = Vec::new();
        for at in 1..haystack.len() {
            let start = [haystack[at - 1], haystack[at]];
            if starts[usize::from(start[0]) << 8 | usize::from(start[1])] {
                let here = self.by_start[&start].iter().map(|&index| &self.needles[index]);
                let here = here.filter(|needle| haystack[at - 1..].starts_with(&needle.bytes));
                found.extend(here.map(|needle| needle.what.clone()));
            }
        }
        found
    }

    /// What was done, in words.
    pub(crate) fn report(&self) -> String {
        let Self { secrets, searched, .. } = self;
        format!("{} writings of {secrets} secrets were searched for in {searched} bytes", self.needles.len())
    }
}

/// Every writing of some bytes.
fn writings(secret: &[u8]) -> Vec<(String, Vec<u8>)> {
    let hexadecimal = hex::encode(secret);
    let numbers: Vec<_> = secret.iter().map(ToString::to_string).collect();
    let mut all = vec![
        ("as it is".to_owned(), secret.to_vec()),
        ("in hex".to_owned(), hexadecimal.clone().into_bytes()),
        ("in upper-case hex".to_owned(), hexadecimal.to_uppercase().into_bytes()),
        // As `{:?}` writes slices and `Bytes`.
        ("as numbers".to_owned(), numbers.join(",").into_bytes()),
        ("as numbers with spaces".to_owned(), numbers.join(", ").into_bytes()),
        ("escaped".to_owned(), secret.escape_ascii().to_string().into_bytes()),
    ];
    // Inside of something longer, base64 of the same bytes looks different at each of three alignments; the
    // characters that its neighbours have a share in are left away, and so is padding.
    for shift in 0..3_usize {
        let shifted: Vec<u8> = vec![0; shift].into_iter().chain(secret.iter().copied()).collect();
        let (first, last) = ((shift * 8).div_ceil(6), shifted.len() * 8 / 6);
        for (name, engine) in [("base64", &STANDARD_NO_PAD), ("base64url", &URL_SAFE_NO_PAD)] {
            let text = engine.encode(&shifted);
            all.push((format!("in {name} at alignment {shift}"), text.as_bytes()[first..last].to_vec()));
        }
    }
    all.sort_by(|one, other| one.1.cmp(&other.1));
    all.dedup_by(|one, other| one.1 == other.1);
    all
}

/// Without white space, and without `\n` and `\r` as JSON and `{:?}` write them.
fn unbroken(text: &[u8]) -> Vec<u8> {
    let mut all = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b'\\' && matches!(bytes.peek(), Some(b'n' | b'r')) {
            bytes.next();
        } else if !byte.is_ascii_whitespace() {
            all.push(byte);
        }
    }
    all
}

#[test]
fn a_planted_canary_is_found_in_every_writing() {
    let secret: Vec<u8> = (0..32_u8).map(|index| index.wrapping_mul(73) ^ 0xa5).collect();
    let mut canaries = Canaries::default();
    canaries.add("secret", &secret);
    for (writing, bytes) in writings(&secret) {
        let planted = [b"left ", &bytes[..], b" right"].concat();
        let found = canaries.find(&planted);
        assert!(found.iter().any(|what| what.ends_with(&writing)), "{writing} was not found: {found:?}");
        let mut other = planted;
        let middle = other.len() / 2;
        other[middle] = if other[middle] == b'7' { b'8' } else { b'7' };
        assert!(!canaries.find(&other).iter().any(|what| what.ends_with(&writing)), "{writing}");
    }
    // Whatever stands before and after, with padding and without, in lines as in PEM, and those inside of JSON.
    for before in 0..7 {
        for after in 0..4 {
            let whole = [&[0xff; 9][..before], &secret, &[0x55; 9][..after]].concat();
            let padded = base64::engine::general_purpose::STANDARD.encode(&whole);
            let lines: Vec<_> =
                padded.as_bytes().chunks(20).map(|line| str::from_utf8(line).unwrap()).collect();
            let pem = lines.join("\n");
            let json = serde_json::to_string(&pem).unwrap();
            for text in [padded.clone(), URL_SAFE_NO_PAD.encode(&whole), pem, lines.join("\r\n"), json] {
                assert!(!canaries.find(text.as_bytes()).is_empty(), "not found in {text}");
            }
        }
    }
    assert!(canaries.find(&secret[1..]).is_empty());
    assert!(!canaries.find(format!("{secret:?}").as_bytes()).is_empty());
    assert!(canaries.find(b"nothing of the kind").is_empty());
}
