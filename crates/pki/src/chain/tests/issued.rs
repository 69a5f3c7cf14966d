//! Chains as they come from an authority.

use crate::chain::{ChainFault, Expected, check_issued};
use crate::testing::{Authority, identifiers, key, now, valid};
use crate::{PrivateKey, facts};
use certwright_core::{SignedDuration, facts::CertificateFacts};
use rcgen::{BasicConstraints, IsCa, KeyUsagePurpose, SanType};

const NAMES: &[&str] = &["shop.example.com", "*.example.com", "192.0.2.1"];
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

fn check(chain: &[Vec<u8>], key: &PrivateKey) -> Result<CertificateFacts, Vec<ChainFault>> {
    let fingerprint = key.spki_fingerprint();
    let identifiers = identifiers(NAMES);
    check_issued(chain, &Expected { identifiers: &identifiers, key_fingerprint: &fingerprint, now: now() })
}

fn codes(chain: &[Vec<u8>], key: &PrivateKey) -> Vec<&'static str> {
    check(chain, key).err().unwrap_or_default().iter().map(|fault| fault.code).collect()
}

#[test]
fn the_right_chain_passes_however_much_of_it_is_sent() {
    let (root, key) = (Authority::root("Root"), key());
    let upper = root.authority("Upper");
    let lower = upper.authority("Lower");
    let chain = [lower.leaf(&key, NAMES), lower.der, upper.der, root.der];
    for length in 1..=chain.len() {
        assert_eq!(check(&chain[..length], &key), Ok(facts(&chain[0]).unwrap()), "{length} sent");
    }
}

#[test]
fn a_leaf_that_was_not_asked_for_is_refused() {
    let (root, key) = (Authority::root("Root"), key());
    let authority = root.authority("Issuing");
    let other_key = crate::testing::key();
    let all_and_more = [NAMES, &["evil.example.net"]].concat();
    type Case = (Vec<u8>, &'static [&'static str]);
    let cases: [Case; 14] = [
        (authority.leaf(&other_key, NAMES), &["wrong-key"]),
        (authority.leaf(&key, &all_and_more), &["extra-names"]),
        (authority.leaf(&key, &NAMES[..2]), &["missing-names"]),
        (authority.leaf(&key, &["shop.example.org"]), &["missing-names", "extra-names"]),
        (
            authority.leaf_with(&key, NAMES, |leaf| {
                leaf.subject_alt_names.push(SanType::URI("https://evil.example.net/".try_into().unwrap()));
            }),
            &["odd-names"],
        ),
        (authority.leaf_with(&key, NAMES, |leaf| valid(leaf, now() - DAY, now() - HOUR)), &["expired"]),
        (authority.leaf_with(&key, NAMES, |leaf| valid(leaf, now() - DAY, now())), &["expired"]),
        (authority.leaf_with(&key, NAMES, |leaf| valid(leaf, now() + HOUR, now() + DAY)), &["not-yet-valid"]),
        (
            authority.leaf_with(&key, NAMES, |leaf| {
                valid(leaf, now() + SignedDuration::from_mins(4), now() + DAY)
            }),
            &[],
        ),
        (
            authority.leaf_with(&key, NAMES, |leaf| valid(leaf, now() - HOUR, now() - DAY)),
            &["validity-backwards", "expired"],
        ),
        // Pebble's five years are believed, eleven are not.
        (
            authority.leaf_with(&key, NAMES, |leaf| valid(leaf, now() - HOUR, now() + DAY * (365 * 5 + 1))),
            &[],
        ),
        (
            authority.leaf_with(&key, NAMES, |leaf| valid(leaf, now() - HOUR, now() + DAY * (365 * 11))),
            &["validity-too-long"],
        ),
        (
            authority.leaf_with(&key, NAMES, |leaf| leaf.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)),
            &["leaf-is-authority"],
        ),
        (
            authority
                .leaf_with(&other_key, &["evil.example.net"], |leaf| valid(leaf, now() - DAY, now() - HOUR)),
            &["wrong-key", "missing-names", "extra-names", "expired"],
        ),
    ];
    for (leaf, faults) in cases {
        let chain = [leaf, authority.der.clone()];
        assert_eq!(codes(&chain, &key), faults, "{:?}", check(&chain, &key));
    }
}

#[test]
fn a_broken_link_is_found_wherever_it_is() {
    let (root, key) = (Authority::root("Root"), key());
    let authority = root.authority("Issuing");
    let leaf = authority.leaf(&key, NAMES);
    // Another authority of the same name: only the signature tells them apart.
    let impostor = Authority::root("Root").authority("Issuing");
    let stranger = root.authority("Stranger");
    let other_root = Authority::root("Root");
    let no_authority = root.authority_with("Issuing", |it| it.is_ca = IsCa::ExplicitNoCa);
    let may_not_sign = root.authority_with("Issuing", |it| it.key_usages = vec![KeyUsagePurpose::CrlSign]);
    let old = root.authority_with("Issuing", |it| valid(it, now() - DAY, now() - HOUR));
    let early = root.authority_with("Issuing", |it| valid(it, now() + HOUR, now() + DAY));
    let narrow = root.authority_with("Narrow", |it| it.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
    let below_narrow = narrow.authority("Below");
    type Case = (Vec<Vec<u8>>, &'static [&'static str]);
    let cases: [Case; 11] = [
        (vec![leaf.clone(), impostor.der], &["wrong-signature"]),
        (vec![leaf.clone(), stranger.der], &["wrong-issuer"]),
        (vec![leaf.clone(), authority.der.clone(), other_root.der], &["wrong-signature"]),
        (vec![leaf.clone(), root.der.clone()], &["wrong-issuer"]),
        (vec![leaf, authority.der.clone(), authority.der], &["wrong-issuer"]),
        (vec![no_authority.leaf(&key, NAMES), no_authority.der], &["not-an-authority"]),
        (vec![may_not_sign.leaf(&key, NAMES), may_not_sign.der], &["not-an-authority"]),
        (vec![old.leaf(&key, NAMES), old.der], &["issuer-expired"]),
        (vec![early.leaf(&key, NAMES), early.der], &["issuer-not-yet-valid"]),
        (vec![below_narrow.leaf(&key, NAMES), below_narrow.der, narrow.der.clone()], &["path-too-long"]),
        (vec![narrow.leaf(&key, NAMES), narrow.der, root.der], &[]),
    ];
    for (chain, faults) in cases {
        assert_eq!(codes(&chain, &key), faults, "{:?}", check(&chain, &key));
    }
}

#[test]
fn nothing_and_nonsense_are_faults_not_panics() {
    let key = key();
    let leaf = Authority::root("Root").leaf(&key, NAMES);
    assert_eq!(codes(&[], &key), ["empty-chain"]);
    assert_eq!(codes(&[vec![]], &key), ["unreadable"]);
    assert_eq!(codes(&[leaf, vec![0x30, 0]], &key), ["unreadable"]);
}

#[test]
fn an_altered_certificate_is_no_longer_signed() {
    let (root, key) = (Authority::root("Root"), key());
    let mut leaf = root.leaf(&key, &["shop.example.com", "*.example.com", "192.0.2.1"]);
    let last = leaf.len() - 1;
    leaf[last] ^= 1;
    assert_eq!(codes(&[leaf, root.der], &key), ["wrong-signature"]);
}

#[test]
fn faults_are_told_in_words() {
    let (root, key) = (Authority::root("Root"), key());
    let chain = [root.leaf(&key, &["evil.example.net"]), root.authority("Other").der];
    let words: Vec<String> = check(&chain, &key).unwrap_err().into_iter().map(|fault| fault.words).collect();
    assert_eq!(
        words,
        [
            "names that were asked for are missing: shop.example.com, *.example.com, 192.0.2.1",
            "it has names that nobody asked for: evil.example.net",
            "certificate 1 of 2 ((no name)) names CN=Root as its issuer, but certificate 2 of 2 (CN=Other) follows",
        ]
    );
}
