//! Text that came from outside, made safe to log and to show on a terminal.

use std::borrow::Cow;

/// How much of an error body is worth showing.
pub(crate) const EXCERPT_CAP: usize = 300;

/// How much of a CA's own words is kept.
pub(crate) const DETAIL_CAP: usize = 4096;

/// Replaces control characters and bidirectional overrides, so that a hostile CA can neither drive a
/// terminal nor forge log lines, and cuts at `cap` bytes.
pub(crate) fn clean(text: &str, cap: usize) -> String {
    let mut cleaned = String::with_capacity(text.len().min(cap));
    for character in text.chars() {
        let shown = if is_unsafe(character) { ' ' } else { character };
        if shown == ' ' && cleaned.ends_with(' ') {
            continue;
        }
        if cleaned.len() + shown.len_utf8() > cap {
            cleaned.push('…');
            break;
        }
        cleaned.push(shown);
    }
    cleaned.trim().to_owned()
}

/// The beginning of a body of unknown kind.
pub(crate) fn excerpt(body: &[u8], cap: usize) -> String {
    // Four bytes per character at most: no need to look at a whole megabyte to show a few words.
    let head = body.get(..cap.saturating_mul(4)).unwrap_or(body);
    let text: Cow<'_, str> = String::from_utf8_lossy(head);
    clean(&text, cap)
}

/// Whether a text holds anything that [`clean`] would replace.
pub(crate) fn has_unsafe(text: &str) -> bool {
    text.chars().any(is_unsafe)
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_replaced_and_length_is_capped() {
        for (given, cap, expected) in [
            ("plain", 100, "plain"),
            ("two\r\n\r\nlines", 100, "two lines"),
            ("\u{1b}[31mred\u{1b}[0m", 100, "[31mred [0m"),
            ("safe\u{202e}evil", 100, "safe evil"),
            ("abcdef", 3, "abc…"),
            ("éé", 3, "é…"),
        ] {
            assert_eq!(clean(given, cap), expected, "{given:?}");
        }
    }

    #[test]
    fn an_excerpt_survives_bytes_that_are_not_text() {
        assert_eq!(excerpt(&[0xff, 0x00, b'a'], 10), "\u{fffd} a");
        assert_eq!(excerpt(&[b'x'; 100_000], 4), "xxxx…");
    }
}
