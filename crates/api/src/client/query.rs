//! Paths and queries, percent-encoded (RFC 3986).

use serde::Serialize;
use serde_json::Value;
use std::fmt::Write as _;

/// A segment of a path or a value of a query: everything but unreserved characters is encoded.
pub(super) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// The query of a struct of plain fields, with its question mark; empty when nothing is given.
pub(super) fn query(fields: &impl Serialize) -> String {
    let Ok(Value::Object(fields)) = serde_json::to_value(fields) else {
        return String::new();
    };
    let mut out = String::new();
    for (name, value) in &fields {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        out.push(if out.is_empty() { '?' } else { '&' });
        let _ = write!(out, "{}={}", encode(name), encode(&text));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificates::{CertificateQuery, CertificateSort};
    use crate::health::Health;

    #[test]
    fn a_query_has_what_was_given_and_nothing_else() {
        assert_eq!(query(&CertificateQuery::default()), "");
        let given = CertificateQuery {
            search: Some("a b&c=ü".to_owned()),
            health: Some(Health::WaitingForPerson),
            sort: Some(CertificateSort::NotAfter),
            limit: Some(5),
            ..CertificateQuery::default()
        };
        let text = query(&given);
        for part in ["search=a%20b%26c%3D%C3%BC", "health=waiting-for-person", "sort=not_after", "limit=5"] {
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(text.matches('&').count(), 3);
    }

    #[test]
    fn a_name_is_one_segment_whatever_is_in_it() {
        assert_eq!(encode("../shop/*?x#y"), "..%2Fshop%2F%2A%3Fx%23y");
    }
}
