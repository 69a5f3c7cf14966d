//! What is read off certificates and chains, and what is refused.

use super::*;
use crate::testing::{Authority, identifiers, key, now, serial, valid};
use certwright_core::SignedDuration;
use rcgen::{DnType, IsCa, SanType};

#[test]
fn reads_what_a_certificate_says() {
    let (authority, key) = (Authority::root("Test Root"), key());
    let der = authority.leaf_with(
        &key,
        &["b.example.com", "A.example.com", "*.example.com", "192.0.2.1", "2001:db8::1"],
        |leaf| {
            leaf.distinguished_name.push(DnType::CommonName, "b.example.com");
            leaf.serial_number = serial(&[0x87, 0x65, 0x43, 0x21]);
        },
    );
    let facts = facts(&der).unwrap();
    assert_eq!(facts.serial, "0087654321");
    assert_eq!(facts.fingerprint, fingerprint::of(&der));
    assert_eq!(facts.key_fingerprint, key.spki_fingerprint());
    assert_eq!(facts.common_name.as_deref(), Some("b.example.com"));
    assert_eq!((facts.subject.as_str(), facts.issuer.as_str()), ("CN=b.example.com", "CN=Test Root"));
    let mut names =
        identifiers(&["a.example.com", "b.example.com", "*.example.com", "192.0.2.1", "2001:db8::1"]);
    names.sort();
    assert_eq!((facts.identifiers, facts.odd_names), (names, vec![]));
    assert_eq!(facts.not_before, now() - SignedDuration::from_hours(1));
    assert_eq!(facts.not_after, now() + SignedDuration::from_hours(24 * 90));
    assert_eq!((facts.key_algorithm.as_str(), facts.is_authority), ("ECDSA P-256", false));
    // RFC 9773 §4.1 with its example's serial number 87:65:43:21, whose encoding is "AIdlQyE".
    let id = format!("{}.AIdlQyE", URL_SAFE_NO_PAD.encode(authority.key_identifier()));
    assert_eq!(facts.renewal_info_id, Some(id));
}

#[test]
fn a_root_is_an_authority_without_renewal_information() {
    let root = facts(&Authority::root("Test Root").der).unwrap();
    assert!(root.is_authority && root.identifiers.is_empty() && root.renewal_info_id.is_none());
}

#[test]
fn names_that_are_no_identifiers_are_kept_as_text() {
    let der = Authority::root("Root").leaf_with(&key(), &["a.example.com"], |leaf| {
        for odd in [
            "under_score.example.com",
            "192.0.2.1",
            "a.example.com.",
            " a.example.com",
            "https://x/",
            "e\u{1b}[2J",
        ] {
            leaf.subject_alt_names.push(SanType::DnsName(odd.try_into().unwrap()));
        }
        leaf.subject_alt_names.push(SanType::Rfc822Name("a@example.com".try_into().unwrap()));
    });
    let facts = facts(&der).unwrap();
    assert_eq!(facts.identifiers, identifiers(&["a.example.com"]));
    assert_eq!(
        facts.odd_names,
        [
            "under_score.example.com",
            "192.0.2.1",
            "a.example.com.",
            " a.example.com",
            "https://x/",
            "e\u{fffd}[2J",
            "RFC822Name(a@example.com)"
        ]
    );
}

#[test]
fn no_end_is_the_last_moment_there_is() {
    let der = Authority::root("Root").leaf_with(&key(), &["a.example.com"], |leaf| {
        leaf.not_after = rcgen::date_time_ymd(9999, 12, 31);
    });
    assert_eq!(facts(&der).unwrap().not_after, Timestamp::MAX);
}

#[test]
fn rsa_keys_are_named_with_their_length() {
    let key = crate::PrivateKey::generate(KeyType::Rsa2048).unwrap();
    let der = Authority::root("Root").leaf(&key, &["a.example.com"]);
    assert_eq!(facts(&der).unwrap().key_algorithm, "RSA 2048");
}

#[test]
fn chains_are_read_as_they_were_written() {
    let root = Authority::root("Root");
    let middle = root.authority("Middle");
    let chain = vec![middle.leaf(&key(), &["a.example.com"]), middle.der];
    let text = chain_pem(&chain);
    assert!(!text.contains('\r') && text.ends_with("-----END CERTIFICATE-----\n"));
    assert_eq!(parse_chain(&text), Ok(chain.clone()));
    let spoken = text.replace("-----BEGIN", "subject=CN=Middle\n-----BEGIN").replace('\n', "\r\n");
    assert_eq!(parse_chain(&spoken), Ok(chain));
}

#[test]
fn hostile_chains_are_refused_by_name() {
    let root = Authority::root("Root");
    let one = chain_pem(std::slice::from_ref(&root.der));
    let cut = one.replace("-----END CERTIFICATE-----\n", "");
    let key = key().to_pkcs8_pem();
    let mut longer = root.der;
    longer.push(0);
    let unreadable = PkiError::UnreadableCertificate;
    for (text, why) in [
        (String::new(), PkiError::NoCertificate),
        ("<html>busy</html>".to_owned(), PkiError::NoCertificate),
        (one.repeat(11), PkiError::TooMany { found: 11, limit: 10 }),
        ("x".repeat(256 * 1024 + 1), PkiError::TooLong { found: 262_145, limit: 262_144 }),
        (format!("{one}{cut}"), PkiError::DamagedPem),
        (format!("{cut}{one}"), PkiError::DamagedPem),
        (one.replace("-----END CERTIFICATE", "-----END CERTIFICATES"), PkiError::DamagedPem),
        (one.replace("\nM", "\n?"), PkiError::DamagedPem),
        (format!("{one}{}", *key), PkiError::NotACertificate { position: 2 }),
        (chain_pem(&[vec![0x30, 0]]), unreadable("it is no X.509 certificate in DER")),
        (chain_pem(&[longer]), unreadable("there are bytes after its end")),
    ] {
        assert_eq!(parse_chain(&text), Err(why), "{}", &text[..text.len().min(200)]);
    }
    assert_eq!(parse_chain(&one.repeat(10)).map(|chain| chain.len()), Ok(10));
}

#[test]
fn long_and_turned_text_is_tamed() {
    assert_eq!(printable("a\u{202e}b\nc"), "a\u{fffd}b\u{fffd}c");
    assert_eq!(printable(&"x".repeat(300)).chars().count(), 201);
}

#[test]
fn no_cut_or_flip_makes_the_reader_panic() {
    let der = Authority::root("Root").leaf_with(&key(), &["a.example.com", "192.0.2.1"], |leaf| {
        valid(leaf, now(), now() + SignedDuration::from_hours(1));
        leaf.is_ca = IsCa::ExplicitNoCa;
    });
    for length in 0..der.len() {
        assert!(facts(&der[..length]).is_err());
    }
    for byte in 0..der.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = der.clone();
            damaged[byte] ^= flip;
            let _ = facts(&damaged);
        }
    }
}
