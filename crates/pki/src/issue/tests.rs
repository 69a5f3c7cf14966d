//! What the authority makes is judged by the checks of chains, by x509-parser and by webpki.

use super::*;
use crate::certificate::{facts, read};
use crate::testing::{identifiers, now};
use crate::{Expected, PkiError, PrivateKey, certificate_request, check_issued};
use certwright_core::SignedDuration;
use certwright_core::key::KeyType;
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, DnType, KeyPair, SanType};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{CertificateRevocationList, FromDer};

const LIST: &str = "http://127.0.0.1/acme/home/crl";

pub(super) struct Pair {
    pub(super) root: Vec<u8>,
    pub(super) intermediate: Vec<u8>,
    pub(super) signing: SigningAuthority,
}

fn naming(name: &str, constraints: &NameConstraints) -> Naming {
    Naming {
        common_name: name.to_owned(),
        organisation: Some("Home".to_owned()),
        constraints: constraints.clone(),
    }
}

fn pair(constraints: &NameConstraints) -> Pair {
    let (root_key, key) = (AuthorityKey::generate().unwrap(), AuthorityKey::generate().unwrap());
    let root_der =
        root(&root_key, &naming("Root", constraints), Serial::from_random([1; 16]), now()).unwrap();
    let root_signing = SigningAuthority::new(&root_der, &root_key).unwrap();
    let der = intermediate(
        &key,
        &naming("Intermediate", constraints),
        Serial::from_random([2; 16]),
        (now(), now() + INTERMEDIATE_LIFETIME),
        &root_signing,
    )
    .unwrap();
    assert!(matches!(SigningAuthority::new(&der, &root_key), Err(PkiError::UnusableAuthority(_))));
    Pair { signing: SigningAuthority::new(&der, &key).unwrap(), root: root_der, intermediate: der }
}

fn constraints(names: &[&str], networks: &[&str]) -> NameConstraints {
    NameConstraints {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
    }
}

fn leaf(pair: &Pair, request: &CheckedRequest) -> Vec<u8> {
    let leaf = Leaf {
        serial: Serial::from_random([0xff; 16]),
        not_before: now(),
        not_after: now() + SignedDuration::from_hours(24 * 90),
        revocation_list: LIST,
    };
    pair.signing.sign_leaf(request, &leaf).unwrap()
}

fn request(key: &PrivateKey, names: &[&str], common_name: Option<&str>) -> CheckedRequest {
    CheckedRequest::read(&certificate_request(key, &identifiers(names), common_name).unwrap()).unwrap()
}

/// What a TLS client says of the chain for a name.
fn trusted(pair: &Pair, leaf: &[u8], name: &str) -> Result<(), webpki::Error> {
    let root = CertificateDer::from(pair.root.as_slice());
    let anchor = webpki::anchor_from_trusted_cert(&root).unwrap();
    let intermediate = CertificateDer::from(pair.intermediate.as_slice());
    let leaf = CertificateDer::from(leaf);
    let leaf = webpki::EndEntityCert::try_from(&leaf).unwrap();
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(now().as_second() as u64 + 60));
    leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &[anchor],
        &[intermediate],
        time,
        webpki::KeyUsage::server_auth(),
        None,
        None,
    )?;
    leaf.verify_is_valid_for_subject_name(&ServerName::try_from(name).unwrap())
}

#[test]
fn a_leaf_passes_every_check_that_we_have_for_the_chains_of_others() {
    let pair = pair(&constraints(&["home.arpa", "localhost"], &["127.0.0.0/8"]));
    let names = ["a.home.arpa", "*.b.home.arpa", "127.0.0.1"];
    for key_type in KeyType::PUBLIC {
        let key = PrivateKey::generate(*key_type).unwrap();
        for common_name in [None, Some("a.home.arpa")] {
            let leaf = leaf(&pair, &request(&key, &names, common_name));
            let identifiers = identifiers(&names);
            let expected = Expected {
                identifiers: &identifiers,
                key_fingerprint: &key.spki_fingerprint(),
                now: now() + SignedDuration::from_secs(60),
            };
            let chain = [leaf.clone(), pair.intermediate.clone(), pair.root.clone()];
            let facts = check_issued(&chain, &expected).unwrap();
            assert_eq!(facts.serial, Serial::from_random([0xff; 16]).to_string());
            assert_eq!(facts.common_name.as_deref(), common_name);
            for name in ["a.home.arpa", "x.b.home.arpa", "127.0.0.1"] {
                trusted(&pair, &leaf, name).unwrap();
            }
            let parsed = read(&leaf).unwrap();
            for extension in parsed.extensions() {
                let critical = match extension.parsed_extension() {
                    // RFC 5280 §4.2.1.6: critical exactly when the subject is empty.
                    ParsedExtension::SubjectAlternativeName(_) => common_name.is_none(),
                    ParsedExtension::BasicConstraints(_) | ParsedExtension::KeyUsage(_) => true,
                    _ => false,
                };
                assert_eq!(extension.critical, critical, "{extension:?}");
            }
            assert!(format!("{parsed:?}").contains(LIST));
        }
    }
}

#[test]
fn the_profile_of_root_and_intermediate_is_that_of_rfc_5280() {
    let pair = pair(&constraints(&["home.arpa"], &[]));
    for (der, path_length, days) in [(&pair.root, None, 3652), (&pair.intermediate, Some(0), 1826)] {
        let certificate = read(der).unwrap();
        let basic = certificate.basic_constraints().unwrap().unwrap();
        assert!(basic.critical && basic.value.ca);
        assert_eq!(basic.value.path_len_constraint, path_length);
        let usage = certificate.key_usage().unwrap().unwrap();
        assert!(usage.critical && usage.value.key_cert_sign() && usage.value.crl_sign());
        let constraints = certificate.name_constraints().unwrap().unwrap();
        assert!(constraints.critical);
        assert_eq!(constraints.value.permitted_subtrees.as_ref().unwrap().len(), 1);
        assert_eq!(constraints.value.excluded_subtrees.as_ref().unwrap().len(), 2, "no addresses at all");
        let facts = facts(der).unwrap();
        assert_eq!(facts.key_algorithm, "ECDSA P-384");
        assert_eq!(facts.not_before.duration_until(facts.not_after), SignedDuration::from_hours(24 * days));
    }
    assert_ne!(facts(&pair.root).unwrap().subject, facts(&pair.intermediate).unwrap().subject);
}

#[test]
fn a_client_trusts_nothing_outside_the_constraints() {
    for (names, networks, asked, trust) in [
        (&["home.arpa"][..], &[][..], "a.home.arpa", true),
        (&["home.arpa"], &[], "home.arpa", true),
        (&["home.arpa"], &[], "ahome.arpa", false),
        (&["home.arpa"], &[], "example.com", false),
        (&["home.arpa"], &[], "10.0.0.1", false),
        (&[], &["10.0.0.0/8"], "10.0.0.1", true),
        (&[], &["10.0.0.0/8"], "11.0.0.1", false),
        (&[], &["10.0.0.0/8"], "fd00::1", false),
        (&[], &["10.0.0.0/8"], "example.com", false),
        (&[], &[], "example.com", true),
    ] {
        let pair = pair(&constraints(names, networks));
        let key = PrivateKey::generate(KeyType::EcdsaP256).unwrap();
        let leaf = leaf(&pair, &request(&key, &[asked], None));
        assert_eq!(trusted(&pair, &leaf, asked).is_ok(), trust, "{names:?} {networks:?} {asked}");
    }
}

#[test]
fn a_validity_too_short_too_long_or_beyond_the_authority_is_refused() {
    let pair = pair(&NameConstraints::default());
    let request = request(&PrivateKey::generate(KeyType::EcdsaP256).unwrap(), &["a.example"], None);
    let end = pair.signing.not_after();
    for (not_before, not_after, fine) in [
        (now(), now() + SHORTEST_LEAF, true),
        (now(), now() + SHORTEST_LEAF - SignedDuration::from_secs(1), false),
        (now(), now() + LONGEST_LEAF, true),
        (now(), now() + LONGEST_LEAF + SignedDuration::from_secs(1), false),
        (now() - SignedDuration::from_secs(1), now() + SHORTEST_LEAF, false),
        (end - SHORTEST_LEAF, end, true),
        (end - SHORTEST_LEAF, end + SignedDuration::from_secs(1), false),
    ] {
        let leaf =
            Leaf { serial: Serial::from_random([7; 16]), not_before, not_after, revocation_list: LIST };
        assert_eq!(pair.signing.sign_leaf(&request, &leaf).is_ok(), fine, "{not_before} {not_after}");
    }
}

#[test]
fn a_revocation_list_is_signed_numbered_and_says_why() {
    let pair = pair(&NameConstraints::default());
    let revoked: Vec<Revoked> = RevocationReason::ALL
        .iter()
        .enumerate()
        .map(|(index, reason)| Revoked {
            serial: Serial::from_random([index as u8; 16]),
            at: now(),
            reason: *reason,
        })
        .collect();
    let next = now() + SignedDuration::from_hours(24);
    for lines in [&[][..], &revoked] {
        let der = pair.signing.sign_revocation_list(300, now(), next, lines).unwrap();
        let (rest, list) = CertificateRevocationList::from_der(&der).unwrap();
        assert!(rest.is_empty());
        list.verify_signature(read(&pair.intermediate).unwrap().public_key()).unwrap();
        assert_eq!(list.issuer().to_string(), read(&pair.intermediate).unwrap().subject().to_string());
        assert_eq!(list.crl_number().unwrap().to_string(), "300");
        assert_eq!(list.next_update().unwrap().timestamp(), next.as_second());
        let found: Vec<_> = list
            .iter_revoked_certificates()
            .map(|line| (line.raw_serial().to_vec(), line.reason_code().map(|(_, code)| code.0)))
            .collect();
        let expected: Vec<_> = lines
            .iter()
            .map(|line| (line.serial.as_bytes().to_vec(), Some(line.reason.code()).filter(|code| *code > 0)))
            .collect();
        assert_eq!(found, expected);
    }
    assert_eq!(RevocationReason::from_code(2), None, "nobody revokes for the authority itself");
}

#[test]
fn a_strangers_request_is_reduced_to_names_and_key() {
    let key = KeyPair::generate().unwrap();
    let der = csr(&key, |parameters| {
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        parameters.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
        parameters.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::CodeSigning];
        parameters.subject_alt_names = vec![dns("B.Example"), dns("a.example"), dns("a.example")];
        parameters.distinguished_name.push(DnType::CommonName, "A.example");
        parameters.distinguished_name.push(DnType::OrganizationName, "Somebody else");
    });
    let checked = CheckedRequest::read(&der).unwrap();
    assert_eq!(checked.identifiers, identifiers(&["a.example", "b.example"]));
    assert_eq!(checked.common_name.as_deref(), Some("a.example"));
    let pair = pair(&NameConstraints::default());
    let leaf = leaf(&pair, &checked);
    let facts = facts(&leaf).unwrap();
    assert!(!facts.is_authority);
    assert_eq!(facts.subject, "CN=a.example");
    let parsed = read(&leaf).unwrap();
    assert!(!parsed.key_usage().unwrap().unwrap().value.key_cert_sign());
    assert!(!parsed.extended_key_usage().unwrap().unwrap().value.code_signing);
    assert_eq!(PublicKey::of_certificate(&leaf), Some(checked.key));
}

#[test]
fn requests_that_are_refused() {
    let key = KeyPair::generate().unwrap();
    let named = |name: &str| csr(&key, |parameters| parameters.subject_alt_names = vec![dns(name)]);
    let good = named("a.example");
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    let mut longer = good.clone();
    longer.push(0);
    let p521 = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).unwrap();
    let ed25519 = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let other = |key: &KeyPair| csr(key, |parameters| parameters.subject_alt_names = vec![dns("a.example")]);
    let with = |change: &dyn Fn(&mut CertificateParams)| {
        csr(&key, |parameters| {
            parameters.subject_alt_names = vec![dns("a.example")];
            change(parameters);
        })
    };
    for (der, why) in [
        (vec![], "no PKCS#10"),
        (longer, "no PKCS#10"),
        (vec![0x30; 40_000], "no PKCS#10"),
        (forged, "not signed by the key"),
        (other(&p521), "key is not accepted"),
        (other(&ed25519), "key is not accepted"),
        (csr(&key, |_| {}), "no subject alternative names"),
        (
            with(&|it| it.distinguished_name.push(DnType::CommonName, "b.example")),
            "common name \"b.example\"",
        ),
        (
            with(&|it| it.subject_alt_names.push(SanType::Rfc822Name("a@b.example".try_into().unwrap()))),
            "neither a host name",
        ),
        (
            with(&|it| it.subject_alt_names.push(SanType::URI("http://a.example".try_into().unwrap()))),
            "neither a host name",
        ),
        (named("bad_name.example"), "neither a host name"),
        (named("a.example."), "neither a host name"),
        (named("a.*.example"), "neither a host name"),
        (named("1.2.3.4"), "neither a host name"),
        (
            with(&|it| {
                // A second list of names, which a careless reader would not see.
                let content = vec![0x30, 3, 0x82, 1, b'x'];
                it.custom_extensions = vec![CustomExtension::from_oid_content(&[2, 5, 29, 17], content)];
            }),
            "more than once",
        ),
    ] {
        let refusal = CheckedRequest::read(&der).unwrap_err().to_string();
        assert!(refusal.contains(why), "{refusal}: expected {why}");
    }
    assert!(CheckedRequest::read(&good).is_ok());
}

#[test]
fn weak_and_monstrous_rsa_keys_are_refused() {
    let rsa = |bytes: usize, exponent: &[u8]| PublicKey::Rsa {
        modulus: vec![0xff; bytes],
        exponent: exponent.to_vec(),
    };
    for (key, fine) in [
        (rsa(256, &[1, 0, 1]), true),
        (rsa(1024, &[1, 0, 1]), true),
        (rsa(255, &[1, 0, 1]), false),
        (rsa(1025, &[1, 0, 1]), false),
        (rsa(256, &[3]), false),
        (rsa(256, &[1, 0, 0]), false),
        (rsa(256, &[0xff, 0xff]), false),
        (rsa(256, &[1, 0, 0, 1]), true),
        (rsa(256, &[1, 0, 0, 0, 1]), false),
        (rsa(256, &[]), false),
        (rsa(0, &[1, 0, 1]), false),
    ] {
        assert_eq!(key.weakness().is_none(), fine, "{key:?}");
    }
}

#[test]
fn no_cut_or_flipped_request_panics_or_passes_with_other_names() {
    let key = KeyPair::generate().unwrap();
    let good = csr(&key, |parameters| parameters.subject_alt_names = vec![dns("a.example")]);
    for length in 0..good.len() {
        assert!(CheckedRequest::read(&good[..length]).is_err());
    }
    for place in 0..good.len() {
        for bit in 0..8 {
            let mut changed = good.clone();
            changed[place] ^= 1 << bit;
            if let Ok(read) = CheckedRequest::read(&changed) {
                assert_eq!(read.identifiers, identifiers(&["a.example"]), "byte {place}, bit {bit}");
            }
        }
    }
}

fn dns(name: &str) -> SanType {
    SanType::DnsName(name.try_into().unwrap())
}

fn csr(key: &KeyPair, change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    change(&mut parameters);
    parameters.serialize_request(key).unwrap().der().to_vec()
}
