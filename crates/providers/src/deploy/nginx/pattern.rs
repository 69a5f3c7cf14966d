//! Whether the regular expression of a location matches http-01 paths, for the few shapes that can be decided
//! without PCRE: a literal, or a list of endings such as `\.(jpg|css)$`.

use certwright_core::challenge::HTTP_01_PATH;

/// The verdict over every path `/.well-known/acme-challenge/TOKEN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Never,
    Always,
    Unknown,
}

/// Judges one expression.
pub(super) fn judge(pattern: &str, ignores_case: bool) -> Verdict {
    let (pattern, from_start) = strip(pattern.strip_prefix('^'), pattern);
    let (pattern, to_end) = match pattern.strip_suffix('$') {
        Some(rest) if !rest.ends_with('\\') => (rest, true),
        _ => (pattern, false),
    };
    let Some(literals) = literals(pattern) else {
        return Verdict::Unknown;
    };
    let mut verdict = Verdict::Never;
    for mut literal in literals {
        // An empty literal matches everything, and an end is too rare to tell.
        if literal.is_empty() {
            return Verdict::Unknown;
        }
        if ignores_case {
            literal.make_ascii_lowercase();
        }
        let starts = if from_start { 0 } else { HTTP_01_PATH.len() };
        for start in 0..=starts {
            match fits(literal.as_bytes(), start, to_end) {
                Verdict::Always => return Verdict::Always,
                Verdict::Unknown => verdict = Verdict::Unknown,
                Verdict::Never => {}
            }
        }
    }
    verdict
}

fn strip<'a>(stripped: Option<&'a str>, whole: &'a str) -> (&'a str, bool) {
    stripped.map_or((whole, false), |rest| (rest, true))
}

/// Whether the literal stands at this place of the path. The token's characters may be any of base64url.
fn fits(literal: &[u8], start: usize, to_end: bool) -> Verdict {
    let path = HTTP_01_PATH.as_bytes();
    let mut in_token = to_end;
    for (offset, &byte) in literal.iter().enumerate() {
        match path.get(start + offset) {
            Some(&expected) if expected == byte => {}
            Some(_) => return Verdict::Never,
            None if byte.is_ascii_alphanumeric() || b"-_".contains(&byte) => in_token = true,
            None => return Verdict::Never,
        }
    }
    if to_end && start + literal.len() <= path.len() {
        // The end of the path is never before the token.
        return Verdict::Never;
    }
    if in_token { Verdict::Unknown } else { Verdict::Always }
}

/// The literals that the pattern stands for; `None` for anything cleverer.
fn literals(pattern: &str) -> Option<Vec<String>> {
    let Some((before, rest)) = split_group(pattern) else {
        return literal(pattern).map(|one| vec![one]);
    };
    let (inside, after) = rest.split_once(')')?;
    let inside = inside.strip_prefix("?:").unwrap_or(inside);
    inside
        .split('|')
        .map(|choice| Some(format!("{}{}{}", literal(before)?, literal(choice)?, literal(after)?)))
        .collect()
}

fn split_group(pattern: &str) -> Option<(&str, &str)> {
    let at = pattern.find('(')?;
    (!pattern[..at].ends_with('\\')).then(|| (&pattern[..at], &pattern[at + 1..]))
}

fn literal(pattern: &str) -> Option<String> {
    let mut out = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next()? {
                escaped if escaped.is_ascii_punctuation() => out.push(escaped),
                _ => return None,
            },
            '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' => return None,
            plain => out.push(plain),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decides_the_common_shapes_and_no_others() {
        for (pattern, verdict) in [
            (r"\.php$", Verdict::Never),
            (r"/\.ht", Verdict::Never),
            (r"/\.", Verdict::Always),
            (r"^/\.well-known/", Verdict::Always),
            (r"\.(jpg|jpeg|css)$", Verdict::Never),
            (r"\.(?:js|map)$", Verdict::Never),
            (r"^/api/", Verdict::Never),
            (r"/$", Verdict::Never),
            ("challenge/abc", Verdict::Unknown),
            ("well", Verdict::Always),
            ("admin", Verdict::Unknown),
            (r"/\.(?!well-known)", Verdict::Unknown),
            (r"[^/]\.php(/|$)", Verdict::Unknown),
            (r"^/(.*)$", Verdict::Unknown),
            ("", Verdict::Unknown),
            ("(", Verdict::Unknown),
        ] {
            assert_eq!(judge(pattern, false), verdict, "{pattern}");
        }
        assert_eq!(judge(r"^/\.WELL-KNOWN/", true), Verdict::Always);
        assert_eq!(judge(r"^/\.WELL-KNOWN/", false), Verdict::Never);
    }
}
