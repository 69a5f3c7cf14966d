//! Names in a certificate: as identifiers where they can be, and as text that is safe to show.

use crate::error::PkiError;
use certwright_core::identifier::Identifier;
use std::net::IpAddr;
use x509_parser::prelude::{GeneralName, X509Certificate, X509Name};

/// Longer names are cut when shown: nobody reads further, and a hostile one may fill a screen.
const LONGEST_SHOWN: usize = 200;

/// The subject alternative names: identifiers sorted and each once, and whatever is none as text.
pub(super) fn alternative_names(
    certificate: &X509Certificate<'_>,
) -> Result<(Vec<Identifier>, Vec<String>), PkiError> {
    let found = certificate.subject_alternative_name().map_err(|_| {
        PkiError::UnreadableCertificate("its subject alternative names are damaged or there twice")
    })?;
    let (mut identifiers, mut odd) = (Vec::new(), Vec::new());
    for name in found.iter().flat_map(|extension| &extension.value.general_names) {
        match identifier(name) {
            Some(identifier) => identifiers.push(identifier),
            None => odd.push(printable(&match name {
                GeneralName::DNSName(text) => (*text).to_owned(),
                other => other.to_string(),
            })),
        }
    }
    identifiers.sort();
    identifiers.dedup();
    Ok((identifiers, odd))
}

/// Only what stands there counts: `Identifier::parse` forgives what people type (a trailing dot, Unicode, an
/// address as text), and clients compare with none of that forgiveness (RFC 9525 §6.3).
pub(crate) fn identifier(name: &GeneralName<'_>) -> Option<Identifier> {
    match name {
        GeneralName::DNSName(text) => Identifier::parse(text)
            .ok()
            .filter(|found| found.name().is_some() && found.ascii().eq_ignore_ascii_case(text)),
        GeneralName::IPAddress(bytes) => {
            let address = <[u8; 4]>::try_from(*bytes)
                .map(IpAddr::from)
                .or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from));
            address.ok().map(Identifier::Ip)
        }
        _ => None,
    }
}

pub(super) fn common_name(certificate: &X509Certificate<'_>) -> Option<String> {
    certificate
        .subject()
        .iter_common_name()
        .next()
        .and_then(|attribute| attribute.as_str().ok())
        .map(printable)
}

/// A distinguished name for people; "(no name)" where it is empty, as subjects of recent leaves are.
pub(crate) fn person_readable(name: &X509Name<'_>) -> String {
    let text = printable(&name.to_string());
    if text.is_empty() { "(no name)".to_owned() } else { text }
}

/// Text from a certificate that may go to a terminal, a page or a log: no control characters, no characters
/// that turn the reading direction (CVE-2021-42574), not endless.
pub(crate) fn printable(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(LONGEST_SHOWN)
        .map(|letter| match letter {
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                '\u{fffd}'
            }
            letter if letter.is_control() => '\u{fffd}',
            letter => letter,
        })
        .collect();
    if text.chars().nth(LONGEST_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
