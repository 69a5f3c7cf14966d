//! Requests that people give: what is read, what is told, what is refused.

use super::*;
use crate::key::PrivateKey;
use crate::request::certificate_request;
use crate::testing::identifiers;
use certwright_core::key::KeyType;
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, DnType};

fn pem_of(der: &[u8]) -> String {
    pem::encode(&pem::Pem::new("CERTIFICATE REQUEST", der))
}

#[test]
fn names_key_and_bytes_are_those_of_the_request() {
    for key_type in [KeyType::EcdsaP256, KeyType::EcdsaP384, KeyType::EcdsaP521, KeyType::Rsa2048] {
        let key = PrivateKey::generate(key_type).unwrap();
        let names = identifiers(&["b.example.com", "*.example.com", "192.0.2.7"]);
        let der = certificate_request(&key, &names, Some("b.example.com")).unwrap();
        let read = read_custom_request(&pem_of(&der)).unwrap();
        assert_eq!((read.identifiers.as_slice(), read.key_type), (names.as_slice(), key_type));
        assert_eq!(read.fingerprint, key.spki_fingerprint());
        assert_eq!(custom_request_der(&read).unwrap(), der);
        assert_eq!(request_key_fingerprint(&der).unwrap(), read.fingerprint);
        assert!(!read.has_key && read.notes.is_empty(), "{read:?}");
    }
}

#[test]
fn what_it_asks_for_beyond_names_is_told() {
    let key = PrivateKey::generate(KeyType::EcdsaP256).unwrap();
    let mut parameters = CertificateParams::new(vec!["a.example.com".to_owned()]).unwrap();
    parameters.distinguished_name = DistinguishedName::new();
    parameters.distinguished_name.push(DnType::OrganizationName, "Example");
    // RFC 7633: a sequence of the number 5, status_request.
    parameters.custom_extensions = vec![
        CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 24], vec![0x30, 3, 2, 1, 5]),
        CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]),
    ];
    let request = parameters.serialize_request(&*key.signer().unwrap()).unwrap();
    let notes = read_custom_request(&pem_of(request.der())).unwrap().notes.join("\n");
    for part in ["must-staple", "1.2.3.4", "organisation"] {
        assert!(notes.contains(part), "{notes}");
    }
}

#[test]
fn what_cannot_be_ordered_is_refused_with_the_reason() {
    let key = PrivateKey::generate(KeyType::EcdsaP256).unwrap();
    let der = certificate_request(&key, &identifiers(&["a.example.com"]), None).unwrap();
    let mut forged = der.clone();
    // The last bytes are the signature's.
    *forged.last_mut().unwrap() ^= 1;
    let nameless =
        CertificateParams::new(vec![]).unwrap().serialize_request(&*key.signer().unwrap()).unwrap();
    let mut foreign = CertificateParams::new(vec!["a.example.com".to_owned()]).unwrap();
    foreign.distinguished_name = DistinguishedName::new();
    foreign.distinguished_name.push(DnType::CommonName, "other.example.com");
    let foreign = foreign.serialize_request(&*key.signer().unwrap()).unwrap();
    for (text, expected) in [
        (pem_of(&forged), "not signed by the key"),
        (pem_of(nameless.der()), "no subject alternative names"),
        (pem_of(foreign.der()), "other.example.com"),
        (pem_of(&der).repeat(2), "one block"),
        (pem_of(b"nonsense"), "no PKCS#10"),
        (key.to_pkcs8_pem().to_string(), "-----BEGIN CERTIFICATE REQUEST-----"),
        ("x".repeat(LONGEST + 1), "32 KiB"),
    ] {
        let said = read_custom_request(&text).unwrap_err().to_string();
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains("PRIVATE"), "{said}");
    }
}
