//! Where chains end.

use crate::chain::{Roots, trust};
use crate::testing::{Authority, key, now, valid};
use crate::{PkiError, chain_pem, fingerprint};
use certwright_core::authority::IssuingRoots;
use certwright_core::{SignedDuration, facts::Trust};
use rcgen::{CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, GeneralSubtree, NameConstraints};

const NAMES: &[&str] = &["shop.example.com"];
const DAY: SignedDuration = SignedDuration::from_hours(24);

fn why(chain: &[Vec<u8>], roots: &Roots) -> String {
    match trust(chain, roots, now()) {
        Trust::Untrusted { why } => why,
        other => panic!("{other:?}"),
    }
}

fn trusted(chain: &[Vec<u8>], roots: &Roots) {
    assert_eq!(trust(chain, roots, now()), Trust::Trusted { root: "CN=Root".to_owned() });
}

fn roots(authorities: &[&Authority]) -> Roots {
    Roots::Pem(authorities.iter().map(|authority| authority.der.clone()).collect())
}

#[test]
fn the_verdict_follows_the_roots() {
    let (root, key) = (Authority::root("Root"), key());
    let middle = root.authority("Middle");
    let chain = [middle.leaf(&key, NAMES), middle.der.clone(), root.der.clone()];
    let namesake = Authority::root("Root");
    let stranger = Authority::root("Stranger");
    for length in 2..=3 {
        trusted(&chain[..length], &roots(&[&stranger, &namesake, &root]));
        let Trust::Unknown { why: unknown } = trust(&chain[..length], &Roots::Unknown, now()) else {
            panic!()
        };
        assert!(unknown.starts_with("no root is known for this authority"), "{unknown}");
        for wrong in [roots(&[&stranger]), roots(&[&namesake]), roots(&[]), Roots::Public] {
            why(&chain[..length], &wrong);
        }
    }
    // An intermediate that was named as a root is one.
    let as_root = trust(&chain[..2], &roots(&[&middle]), now());
    assert_eq!(as_root, Trust::Trusted { root: "CN=Middle".to_owned() });
    assert_eq!(
        why(&chain[..1], &roots(&[&root])),
        "the chain ends with (no name), issued by CN=Middle, which is none of the roots set for this authority; \
         a certificate is missing at its end, or another root is in use"
    );
    assert!(why(&chain[..2], &roots(&[&namesake])).contains("not signed by it"));
    assert!(why(&chain[..2], &Roots::Public).contains("none of the roots that browsers trust"));
}

#[test]
fn a_wrong_link_is_never_trusted() {
    let (root, key) = (Authority::root("Root"), key());
    let middle = root.authority("Middle");
    let impostor = Authority::root("Root").authority("Middle");
    let chain = [middle.leaf(&key, NAMES), impostor.der];
    for roots in [Roots::Unknown, roots(&[&root]), Roots::Public] {
        assert!(why(&chain, &roots).contains("is not signed by"), "{roots:?}");
    }
    for roots in [Roots::Unknown, roots(&[&root])] {
        why(&[], &roots);
        why(&[vec![1, 2, 3]], &roots);
    }
}

#[test]
fn what_is_out_of_time_or_purpose_is_not_trusted() {
    let (root, key) = (Authority::root("Root"), key());
    let expired = root.leaf_with(&key, NAMES, |leaf| valid(leaf, now() - DAY * 2, now() - DAY));
    let clients_only = root.leaf_with(&key, NAMES, |leaf| {
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    assert!(why(std::slice::from_ref(&expired), &roots(&[&root])).contains("expired"));
    assert!(why(&[expired], &Roots::Unknown).contains("expired"));
    assert_eq!(why(&[clients_only], &roots(&[&root])), "the certificate may not be used by TLS servers");
    let soon =
        root.leaf_with(&key, NAMES, |leaf| valid(leaf, now() + SignedDuration::from_mins(4), now() + DAY));
    trusted(&[soon], &roots(&[&root]));
    let old = Authority::root_with("Root", |it| valid(it, now() - DAY * 9, now() - DAY));
    assert_eq!(
        why(&[old.leaf(&key, NAMES)], &roots(&[&old])),
        "the root CN=Root is outside its time of validity"
    );
    assert!(why(std::slice::from_ref(&root.der), &roots(&[&root])).contains("certificate authority"));
}

/// A critical extension that TLS clients need not know: certificate policies, any policy.
fn critical_policies(parameters: &mut CertificateParams) {
    let any_policy = vec![0x30, 0x08, 0x30, 0x06, 0x06, 0x04, 0x55, 0x1d, 0x20, 0x00];
    let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, 32], any_policy);
    extension.set_criticality(true);
    parameters.custom_extensions.push(extension);
}

#[test]
fn a_private_chain_in_unusual_form_is_followed_link_by_link() {
    let (root, key) = (Authority::root("Root"), key());
    let middle = root.authority_with("Middle", critical_policies);
    let leaf = middle.leaf_with(&key, NAMES, critical_policies);
    for chain in [vec![leaf.clone(), middle.der.clone()], vec![leaf, middle.der.clone(), root.der.clone()]] {
        trusted(&chain, &roots(&[&root]));
        why(&chain, &roots(&[&Authority::root("Root")]));
        why(&chain, &roots(&[&Authority::root("Other")]));
        why(&chain, &Roots::Public);
    }
    // Nothing slips through here that webpki would have refused for what it says.
    let constrained = root.authority_with("Middle", |it| {
        critical_policies(it);
        it.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("example.net".to_owned())],
            excluded_subtrees: vec![],
        });
    });
    why(&[constrained.leaf(&key, NAMES), constrained.der], &roots(&[&root]));
    type Change = fn(&mut CertificateParams);
    let changes: [Change; 3] = [
        |leaf| leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
        |leaf| valid(leaf, now() - DAY * 2, now() - DAY),
        |leaf| {
            let mut unknown = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
            unknown.set_criticality(true);
            leaf.custom_extensions.push(unknown);
        },
    ];
    for change in changes {
        let leaf = middle.leaf_with(&key, NAMES, |leaf| {
            critical_policies(leaf);
            change(leaf);
        });
        why(&[leaf, middle.der.clone()], &roots(&[&root]));
    }
}

#[test]
fn roots_come_from_the_authority_entry() {
    let (one, two) = (Authority::root("One"), Authority::root("Two"));
    let text = chain_pem(&[one.der.clone(), two.der.clone()]);
    assert_eq!(Roots::from_core(&IssuingRoots::Pem(text)), Ok(roots(&[&one, &two])));
    assert_eq!(Roots::from_core(&IssuingRoots::Unknown), Ok(Roots::Unknown));
    assert_eq!(Roots::from_core(&IssuingRoots::Public), Ok(Roots::Public));
    assert_eq!(Roots::from_core(&IssuingRoots::Pem(String::new())), Err(PkiError::NoCertificate));
    assert_ne!(fingerprint::of(&one.public_key_info()), fingerprint::of(&two.public_key_info()));
}
