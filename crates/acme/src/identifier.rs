//! What a certificate is for, as ACME writes it (RFC 8555 §7.1.4, RFC 8738 for addresses).

use crate::text::{clean, has_unsafe};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// Names are at most 253 characters (RFC 1035); other identifier types get some room.
const LENGTH_CAP: usize = 1024;

/// An identifier on the wire.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identifier {
    /// `dns` or `ip`; other types are kept as they are.
    #[serde(rename = "type")]
    pub kind: String,
    /// The name (in A-label form) or the address.
    pub value: String,
}

impl Identifier {
    /// A domain name, with `*.` in front for a wildcard in an order.
    pub fn dns(name: impl Into<String>) -> Self {
        Self { kind: "dns".to_owned(), value: name.into() }
    }

    /// An IPv4 or IPv6 address (RFC 8738 §3).
    #[must_use]
    pub fn ip(address: std::net::IpAddr) -> Self {
        Self { kind: "ip".to_owned(), value: address.to_string() }
    }

    /// Reads one for display, made harmless.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let member = |name| Some(clean(value.get(name)?.as_str()?, LENGTH_CAP));
        Some(Self { kind: member("type")?, value: member("value")? })
    }

    /// Reads one to act on; the error says what is wrong.
    pub(crate) fn read_strictly(value: &Value) -> Result<Self, &'static str> {
        let member = |name| value.get(name).and_then(Value::as_str);
        let (Some(kind), Some(text)) = (member("type"), member("value")) else {
            return Err("an identifier without type or value");
        };
        if [kind, text].iter().any(|part| part.len() > LENGTH_CAP || has_unsafe(part)) {
            return Err("an identifier with control characters or of excessive length");
        }
        Ok(Self { kind: kind.to_owned(), value: text.to_owned() })
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_wire_form_is_type_and_value() {
        assert_eq!(
            serde_json::to_value(Identifier::ip("::1".parse().unwrap())).unwrap(),
            json!({"type": "ip", "value": "::1"})
        );
    }

    #[test]
    fn identifiers_that_are_refused() {
        for value in [
            json!({"type": "dns"}),
            json!({"type": "dns", "value": 7}),
            json!({"type": "dns", "value": "a\nb"}),
            json!({"type": "dns", "value": "a".repeat(2000)}),
            json!("a.example"),
        ] {
            assert!(Identifier::read_strictly(&value).is_err(), "{value}");
        }
    }
}
