//! Payloads of requests, as clients send them. Members that nobody knows are passed over (RFC 8555 §7.1 says so of
//! objects, and clients of tomorrow will send more).

use crate::base64url;
use crate::problem::{Kind, Problem};
use certwright_core::identifier::Identifier;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use std::net::IpAddr;

/// newAccount (RFC 8555 §7.3).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewAccount {
    pub(crate) contact: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) terms_of_service_agreed: bool,
    #[serde(default)]
    pub(crate) only_return_existing: bool,
    pub(crate) external_account_binding: Option<Value>,
}

/// A change of an account (RFC 8555 §7.3.2, §7.3.6) or an authorization (§7.5.2).
#[derive(Debug, Deserialize)]
pub(crate) struct Change {
    pub(crate) contact: Option<Vec<String>>,
    pub(crate) status: Option<String>,
}

/// The inner payload of a key change (RFC 8555 §7.3.5).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyChange {
    pub(crate) account: String,
    pub(crate) old_key: Value,
}

/// newOrder (RFC 8555 §7.4, RFC 9773 §5, profiles draft).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewOrder {
    pub(crate) identifiers: Vec<WireIdentifier>,
    pub(crate) not_before: Option<IgnoredAny>,
    pub(crate) not_after: Option<IgnoredAny>,
    pub(crate) replaces: Option<String>,
    pub(crate) profile: Option<String>,
}

/// An identifier on the wire.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct WireIdentifier {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) value: String,
}

/// finalize (RFC 8555 §7.4).
#[derive(Debug, Deserialize)]
pub(crate) struct Finalize {
    csr: String,
}

/// revokeCert (RFC 8555 §7.6).
#[derive(Debug, Deserialize)]
pub(crate) struct Revoke {
    certificate: String,
    pub(crate) reason: Option<u64>,
}

/// Reads a payload, which must be a JSON object.
pub(crate) fn read<T: DeserializeOwned>(payload: &[u8]) -> Result<T, Problem> {
    // Through a value: `from_slice` would read an array as the members of a structure, one after the other.
    match serde_json::from_slice(payload) {
        Ok(value @ Value::Object(_)) => T::deserialize(value).map_err(|error| {
            Problem::malformed(format!("the payload is not as expected: {}", shown(&error)))
        }),
        _ => Err(Problem::malformed("the payload is no JSON object")),
    }
}

/// What `serde` complains of names members and types; values that it quotes are cut short.
fn shown(error: &serde_json::Error) -> String {
    error.to_string().chars().filter(|letter| !letter.is_control()).take(120).collect()
}

impl Finalize {
    /// The request, in DER.
    pub(crate) fn request(&self) -> Result<Vec<u8>, Problem> {
        base64url::decode(&self.csr)
            .ok_or_else(|| Problem::new(Kind::BadCsr, "the CSR is not base64url without padding"))
    }
}

impl Revoke {
    /// The certificate, in DER.
    pub(crate) fn certificate(&self) -> Result<Vec<u8>, Problem> {
        base64url::decode(&self.certificate)
            .ok_or_else(|| Problem::malformed("the certificate is not base64url without padding"))
    }
}

impl WireIdentifier {
    /// As it came, cut short.
    pub(crate) fn shown(&self) -> Value {
        let cut = |text: &str| text.chars().take(255).collect::<String>();
        json!({"type": cut(&self.kind), "value": cut(&self.value)})
    }

    /// Reads it, strictly: names in A-labels (RFC 8555 §7.1.4), addresses in their one spelling (RFC 8738 §3).
    pub(crate) fn identifier(&self) -> Result<Identifier, Problem> {
        match self.kind.as_str() {
            "dns" => match Identifier::parse(&self.value) {
                Ok(Identifier::Ip(_)) => {
                    Err(Problem::malformed("an address is ordered as an identifier of type ip (RFC 8738)"))
                }
                Ok(read) if read.ascii().eq_ignore_ascii_case(&self.value) => Ok(read),
                Ok(read) => Err(Problem::malformed(format!("the name must be written {}", read.ascii()))),
                Err(error) => Err(Problem::malformed(format!("the name {error}"))),
            },
            "ip" => match self.value.parse::<IpAddr>() {
                Ok(address) if address.to_string() == self.value && address.to_canonical() == address => {
                    Ok(Identifier::Ip(address))
                }
                Ok(address) => Err(Problem::malformed(format!(
                    "the address must be written {} (RFC 5952)",
                    address.to_canonical()
                ))),
                Err(_) => Err(Problem::malformed("the value is no IP address")),
            },
            _ => Err(Problem::new(
                Kind::UnsupportedIdentifier,
                "only dns and ip identifiers are certified here",
            )),
        }
    }
}

/// Contact addresses, checked (RFC 8555 §7.3): mail alone, one address each, no headers.
pub(crate) fn contacts(contacts: Vec<String>, most: usize) -> Result<Vec<String>, Problem> {
    if contacts.len() > most {
        let detail = format!("an account has at most {most} contacts");
        return Err(Problem::new(Kind::InvalidContact, detail));
    }
    for contact in &contacts {
        check_contact(contact)?;
    }
    Ok(contacts)
}

fn check_contact(contact: &str) -> Result<(), Problem> {
    let invalid = |detail: &str| Err(Problem::new(Kind::InvalidContact, detail));
    let Some((scheme, address)) = contact.split_once(':') else {
        return invalid("a contact must be a URL such as mailto:admin@example.org");
    };
    if !scheme.eq_ignore_ascii_case("mailto") {
        return Err(Problem::new(Kind::UnsupportedContact, "only mailto: contacts are kept here"));
    }
    let clean = address.len() <= 254 && address.bytes().all(|byte| byte.is_ascii_graphic());
    // A comma begins another address and a question mark headers: RFC 8555 §7.3 allows neither.
    if !clean || address.contains([',', '?', '<', '>', '%']) {
        return invalid("a contact must be one plain mail address");
    }
    match address.rsplit_once('@') {
        Some((local, domain))
            if !local.is_empty() && matches!(Identifier::parse(domain), Ok(Identifier::Dns(_))) =>
        {
            Ok(())
        }
        _ => invalid("a contact must be one mail address such as mailto:admin@example.org"),
    }
}

/// Reads the bytes as every kind of payload; whether any was read.
pub(crate) fn read_as_each(bytes: &[u8]) -> bool {
    let account = read::<NewAccount>(bytes)
        .is_ok_and(|account| contacts(account.contact.unwrap_or_default(), 10).is_ok());
    let order = read::<NewOrder>(bytes)
        .is_ok_and(|order| order.identifiers.iter().all(|identifier| identifier.identifier().is_ok()));
    let change = read::<Change>(bytes).is_ok();
    let key_change =
        read::<KeyChange>(bytes).is_ok_and(|change| crate::jwk::Jwk::read(&change.old_key).is_ok());
    let finalize = read::<Finalize>(bytes).is_ok_and(|finalize| finalize.request().is_ok());
    let revoke = read::<Revoke>(bytes).is_ok_and(|revoke| revoke.certificate().is_ok());
    account || order || change || key_change || finalize || revoke
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_one_spelling() {
        for (kind, value, read) in [
            ("dns", "a.example", Ok("a.example")),
            ("dns", "A.Example", Ok("a.example")),
            ("dns", "*.a.example", Ok("*.a.example")),
            ("dns", "xn--bcher-kva.example", Ok("xn--bcher-kva.example")),
            ("ip", "192.0.2.7", Ok("192.0.2.7")),
            ("ip", "2001:db8::1", Ok("2001:db8::1")),
            ("dns", "bücher.example", Err(Kind::Malformed)),
            ("dns", "a.example.", Err(Kind::Malformed)),
            ("dns", " a.example", Err(Kind::Malformed)),
            ("dns", "192.0.2.7", Err(Kind::Malformed)),
            ("dns", "[2001:db8::1]", Err(Kind::Malformed)),
            ("dns", "a.example:80", Err(Kind::Malformed)),
            ("dns", "*", Err(Kind::Malformed)),
            ("dns", "*.*.example", Err(Kind::Malformed)),
            ("dns", "", Err(Kind::Malformed)),
            ("dns", "a_b.example", Err(Kind::Malformed)),
            ("ip", "192.0.2.07", Err(Kind::Malformed)),
            ("ip", "2001:DB8::1", Err(Kind::Malformed)),
            ("ip", "::ffff:192.0.2.7", Err(Kind::Malformed)),
            ("ip", "[::1]", Err(Kind::Malformed)),
            ("ip", "192.0.2.0/24", Err(Kind::Malformed)),
            ("DNS", "a.example", Err(Kind::UnsupportedIdentifier)),
            ("email", "a@b.example", Err(Kind::UnsupportedIdentifier)),
        ] {
            let wire = WireIdentifier { kind: kind.to_owned(), value: value.to_owned() };
            let found =
                wire.identifier().map(|identifier| identifier.ascii()).map_err(|problem| problem.kind);
            assert_eq!(found, read.map(str::to_owned), "{kind} {value}");
        }
    }

    #[test]
    fn contacts_are_plain_mail_addresses() {
        for (contact, refused) in [
            ("mailto:admin@example.org", None),
            ("MAILTO:admin+acme@example.org", None),
            ("mailto:admin@localhost", None),
            ("tel:+1201555", Some(Kind::UnsupportedContact)),
            ("https://example.org", Some(Kind::UnsupportedContact)),
            ("admin@example.org", Some(Kind::InvalidContact)),
            ("mailto:", Some(Kind::InvalidContact)),
            ("mailto:a", Some(Kind::InvalidContact)),
            ("mailto:@b.example", Some(Kind::InvalidContact)),
            ("mailto:a@b.example,c@d.example", Some(Kind::InvalidContact)),
            ("mailto:a@b.example?subject=x", Some(Kind::InvalidContact)),
            ("mailto:a@b.example\r\nBcc: c@d.example", Some(Kind::InvalidContact)),
            ("mailto:ä@b.example", Some(Kind::InvalidContact)),
        ] {
            let found = contacts(vec![contact.to_owned()], 10).err().map(|problem| problem.kind);
            assert_eq!(found, refused, "{contact}");
        }
        assert!(contacts(vec!["mailto:a@b.example".to_owned(); 11], 10).is_err());
        assert!(contacts(vec![format!("mailto:{}@b.example", "a".repeat(300))], 10).is_err());
    }

    #[test]
    fn only_objects_are_payloads() {
        assert!(read::<Change>(b"{}").is_ok());
        assert!(read::<Change>(br#"{"status": "x", "unknown": [1]}"#).is_ok());
        for bytes in [&b""[..], b"null", b"[]", b"[[], \"x\"]", b"{", b"{} {}", b"\xff", b"{\"status\": 7}"] {
            assert!(read::<Change>(bytes).is_err(), "{bytes:?}");
        }
    }
}
