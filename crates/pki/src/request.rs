//! Certificate requests (PKCS#10, RFC 2986) as ACME's finalize wants them.

use crate::{error::PkiError, key::PrivateKey};
use certwright_core::identifier::Identifier;
use rcgen::{CertificateParams, DistinguishedName, DnType, SanType};

/// RFC 5280, appendix A.1: `ub-common-name`.
pub(crate) const LONGEST_COMMON_NAME: usize = 64;

/// A request in DER, signed by the key: all identifiers as subject alternative names in the order given, the
/// common name only if there is one, and nothing else; authorities ignore or refuse the rest (RFC 8555 §7.4).
pub fn certificate_request(
    key: &PrivateKey,
    identifiers: &[Identifier],
    common_name: Option<&str>,
) -> Result<Vec<u8>, PkiError> {
    if identifiers.is_empty() {
        return Err(PkiError::NoIdentifiers);
    }
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    if let Some(name) = common_name {
        if name.is_empty() || name.chars().count() > LONGEST_COMMON_NAME {
            return Err(PkiError::UnusableCommonName);
        }
        parameters.distinguished_name.push(DnType::CommonName, name);
    }
    parameters.subject_alt_names = identifiers.iter().map(alternative_name).collect::<Result<_, _>>()?;
    let request = parameters
        .serialize_request(&*key.signer()?)
        .map_err(|_| PkiError::Cryptography("the request cannot be signed"))?;
    Ok(request.der().to_vec())
}

pub(crate) fn alternative_name(identifier: &Identifier) -> Result<SanType, PkiError> {
    Ok(match identifier {
        Identifier::Dns(_) | Identifier::Wildcard(_) => {
            let name = identifier.ascii();
            let text = name.as_str().try_into().map_err(|_| PkiError::UnusableName {
                name: name.clone(),
                why: certwright_core::identifier::IdentifierError::NotAName,
            })?;
            SanType::DnsName(text)
        }
        Identifier::Ip(address) => SanType::IpAddress(*address),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::identifiers;
    use certwright_core::key::KeyType;
    use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509CertificationRequest as Parsed};

    #[test]
    fn asks_for_all_names_in_order_and_for_nothing_else() {
        let names =
            ["b.example.com", "*.example.com", "a.example.com", "bücher.example", "192.0.2.7", "2001:db8::7"];
        for (key_type, common_name) in [(KeyType::EcdsaP256, None), (KeyType::Rsa2048, Some("b.example.com"))]
        {
            let key = PrivateKey::generate(key_type).unwrap();
            let der = certificate_request(&key, &identifiers(&names), common_name).unwrap();
            let (rest, request) = Parsed::from_der(&der).unwrap();
            assert!(rest.is_empty());
            request.verify_signature().unwrap();
            let info = &request.certification_request_info;
            assert_eq!(crate::fingerprint::of(info.subject_pki.raw), key.spki_fingerprint());
            let subject = common_name.map_or(String::new(), |name| format!("CN={name}"));
            assert_eq!(info.subject.to_string(), subject);
            let extensions: Vec<_> = request.requested_extensions().unwrap().collect();
            let [ParsedExtension::SubjectAlternativeName(san)] = extensions[..] else {
                panic!("{extensions:?}");
            };
            assert_eq!(
                san.general_names,
                [
                    GeneralName::DNSName("b.example.com"),
                    GeneralName::DNSName("*.example.com"),
                    GeneralName::DNSName("a.example.com"),
                    GeneralName::DNSName("xn--bcher-kva.example"),
                    GeneralName::IPAddress(&[192, 0, 2, 7]),
                    GeneralName::IPAddress(&[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]),
                ]
            );
        }
    }

    #[test]
    fn refuses_what_no_certificate_can_hold() {
        let key = PrivateKey::generate(KeyType::EcdsaP256).unwrap();
        assert_eq!(certificate_request(&key, &[], None), Err(PkiError::NoIdentifiers));
        let names = identifiers(&["a.example.com"]);
        for common_name in ["", &"a".repeat(65)] {
            assert_eq!(
                certificate_request(&key, &names, Some(common_name)),
                Err(PkiError::UnusableCommonName)
            );
        }
    }
}
