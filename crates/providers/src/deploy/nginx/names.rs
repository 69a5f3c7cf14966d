//! What `server_name` says, and which names a certificate covers.

use certwright_core::identifier::Identifier;
use std::fmt;

/// One name of a server block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// A whole name.
    Exact(String),
    /// `*.x` holds `x`: every name below it, however deep.
    Leading(String),
    /// `x.*` holds `x`.
    Trailing(String),
    /// `~…`: only PCRE knows.
    Regex(String),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(name) => f.write_str(name),
            Self::Leading(rest) => write!(f, "*.{rest}"),
            Self::Trailing(rest) => write!(f, "{rest}.*"),
            Self::Regex(pattern) => write!(f, "~{pattern}"),
        }
    }
}

/// Reads one argument of `server_name`; `.x` is two names, and names that no request can have are none.
pub(super) fn read(text: &str) -> Vec<Name> {
    let lower = text.to_ascii_lowercase();
    if let Some(pattern) = text.strip_prefix('~') {
        return vec![Name::Regex(pattern.to_owned())];
    }
    if let Some(rest) = lower.strip_prefix("*.") {
        return vec![Name::Leading(rest.to_owned())];
    }
    if let Some(rest) = lower.strip_prefix('.') {
        return vec![Name::Exact(rest.to_owned()), Name::Leading(rest.to_owned())];
    }
    if let Some(rest) = lower.strip_suffix(".*") {
        return vec![Name::Trailing(rest.to_owned())];
    }
    let name = lower.strip_suffix('.').unwrap_or(&lower);
    let possible = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte))
        && name.bytes().any(|byte| byte.is_ascii_alphanumeric());
    if possible { vec![Name::Exact(name.to_owned())] } else { Vec::new() }
}

impl Name {
    /// How well it matches a host: longer texts of one kind are better; `None` is not at all.
    /// A regular expression never matches here.
    pub(super) fn matches(&self, host: &str) -> Option<(u8, usize)> {
        match self {
            Self::Exact(name) => (name == host).then_some((2, 0)),
            Self::Leading(rest) => host
                .strip_suffix(rest.as_str())
                .is_some_and(|first| first.len() > 1 && first.ends_with('.'))
                .then_some((1, rest.len())),
            Self::Trailing(rest) => host
                .strip_prefix(rest.as_str())
                .is_some_and(|last| last.len() > 1 && last.starts_with('.'))
                .then_some((0, rest.len())),
            Self::Regex(_) => None,
        }
    }

    /// Whether a certificate with these identifiers is good for every request by this name. nginx answers for
    /// names of any depth by `*.x`, a certificate for one label: what people mean is the same star.
    pub(super) fn covered_by(&self, identifiers: &[Identifier]) -> bool {
        identifiers.iter().any(|identifier| match self {
            Self::Exact(name) => identifier.covers(name),
            Self::Leading(rest) => match identifier {
                Identifier::Wildcard(name) => name.ascii() == rest,
                _ => false,
            },
            Self::Trailing(_) | Self::Regex(_) => false,
        })
    }

    /// A host that this name answers for, to ask a server about.
    pub(super) fn example(&self) -> Option<String> {
        match self {
            Self::Exact(name) => Some(name.clone()),
            Self::Leading(rest) => Some(format!("{PROBE}.{rest}")),
            Self::Trailing(_) | Self::Regex(_) => None,
        }
    }
}

/// The label that stands for a wildcard's star in a handshake.
pub(super) use certwright_core::identifier::UNUSED_LABEL as PROBE;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_and_ranks_matches() {
        assert_eq!(read("Shop.Example.com"), [Name::Exact("shop.example.com".into())]);
        assert_eq!(read(".a.b"), [Name::Exact("a.b".into()), Name::Leading("a.b".into())]);
        assert!(read("_").is_empty() && read("").is_empty() && read("$hostname").is_empty());
        let rank = |text: &str, host: &str| read(text).iter().filter_map(|name| name.matches(host)).max();
        assert!(rank("x.a.com", "x.a.com") > rank("*.a.com", "x.a.com"));
        assert!(rank("*.b.a.com", "x.b.a.com") > rank("*.a.com", "x.b.a.com"));
        assert!(rank("*.com", "x.com") > rank("x.*", "x.com"));
        assert_eq!(rank("*.a.com", "a.com"), None);
        assert_eq!(rank("x.*", "xy.com"), None);
    }

    #[test]
    fn a_star_is_covered_by_a_star_alone() {
        let identifiers = ["*.a.com", "b.com"].map(|text| Identifier::parse(text).unwrap());
        for (text, covered) in [
            ("x.a.com", true),
            ("*.a.com", true),
            ("y.x.a.com", false),
            ("a.com", false),
            ("b.com", true),
            ("*.b.com", false),
            ("b.*", false),
        ] {
            assert_eq!(read(text)[0].covered_by(&identifiers), covered, "{text}");
        }
    }
}
