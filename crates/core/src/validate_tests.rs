//! What is refused, in which words.

use super::*;
use crate::authority::{AuthorityChoices, IssuingRoots};
use crate::challenge::ChallengeSettings;
use crate::options::CertificateOptions;

fn authority(internal: bool) -> Authority {
    let profile = |name: &str, max, ip, cn| ProfileLimits {
        name: name.to_owned(),
        max_identifiers: max,
        ip_addresses: ip,
        common_name: cn,
    };
    Authority {
        id: "ca".into(),
        title: "Some CA".into(),
        directory: "https://ca.example/dir".into(),
        directory_tls_roots: None,
        issuing_roots: IssuingRoots::Unknown,
        internal_names: internal,
        staging: false,
        external_account_required: false,
        profiles: vec![profile("classic", 100, false, true), profile("short", 25, true, false)],
        key_types: vec![KeyType::EcdsaP256],
        choices: AuthorityChoices::default(),
        built_in: true,
        details: Default::default(),
    }
}

fn settings(names: &str) -> CertificateSettings {
    CertificateSettings {
        name: "shop".into(),
        notes: String::new(),
        tags: vec![],
        paused: false,
        identifiers: parse_identifiers(&[names.to_owned()]).unwrap(),
        authority: "ca".into(),
        account: None,
        profile: None,
        key_type: None,
        challenge: ChallengeSettings::Http01,
        renewal: None,
        window: None,
        options: CertificateOptions::default(),
        deployments: vec![],
    }
}

fn complaints(settings: &CertificateSettings, authority: Option<&Authority>) -> Vec<String> {
    let ids = ["ca".into(), "letsencrypt".into()];
    check(settings, &Surroundings { authority, authorities: &ids, accounts: &[], dns_provider: false })
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn refusals_name_field_reason_and_remedy() {
    let public = authority(false);
    let short = |names: &str| CertificateSettings { profile: Some("short".into()), ..settings(names) };
    for (given, expected) in [
        (settings("www.example.com"), None),
        (
            settings("*.example.com"),
            Some(
                "identifiers[0]: *.example.com needs dns-01; no DNS provider is configured. name the hosts one by one, or configure a DNS provider",
            ),
        ),
        (
            settings("a.example.com a.example.com"),
            Some("identifiers[1]: a.example.com is there already, as number 1. leave it out"),
        ),
        (
            settings("srv01"),
            Some(
                "identifiers[0]: srv01 is no name of the public internet: it is not registered below a public suffix, and Some CA may only certify such names. use a registered name, or an authority of your own that issues for internal names",
            ),
        ),
        (
            settings("8.8.8.8"),
            Some(
                "identifiers[0]: Some CA (profile classic) does not certify IP addresses such as 8.8.8.8. choose the profile short, or use a DNS name",
            ),
        ),
        (short("8.8.8.8"), None),
        (
            CertificateSettings { profile: Some("gone".into()), ..settings("a.example.com") },
            Some(
                "profile: Some CA has no profile \"gone\". choose one of: classic, short, or none for the authority's default",
            ),
        ),
        (
            CertificateSettings { key_type: Some(KeyType::Rsa2048), ..settings("a.example.com") },
            Some("key_type: Some CA does not certify RSA 2048 keys. choose one of: ecdsa-p256"),
        ),
        (
            CertificateSettings { account: Some("acct-x".into()), ..settings("a.example.com") },
            Some(
                "account: acct-x is no account with Some CA. choose one of that authority's accounts, or none to take its only one",
            ),
        ),
    ] {
        assert_eq!(complaints(&given, Some(&public)), expected.into_iter().collect::<Vec<_>>());
    }
    assert!(
        complaints(&settings("srv01 x.local 10.0.0.1"), Some(&authority(true)))
            .iter()
            .all(|line| line.contains("IP addresses"))
    );
    assert_eq!(
        complaints(&settings("a.example.com"), None),
        ["authority: there is no certificate authority \"ca\". choose one of: ca, letsencrypt"]
    );
}

#[test]
fn a_wildcard_beside_a_name_it_covers_is_explained() {
    let lines = complaints(&settings("*.example.com www.example.com example.com"), Some(&authority(false)));
    assert_eq!(
        lines[0],
        "identifiers[1]: www.example.com is covered by *.example.com, and authorities refuse both together. leave out www.example.com, or name the hosts one by one without *.example.com"
    );
    assert!(!lines.iter().any(|line| line.starts_with("identifiers[2]")));
}

#[test]
fn a_hundred_names_pass_and_one_more_is_refused_with_the_authoritys_own_limit() {
    let names = |count: usize| (0..count).map(|n| format!("n{n}.example.com")).collect::<Vec<_>>().join(" ");
    assert_eq!(complaints(&settings(&names(100)), Some(&authority(false))), Vec::<String>::new());
    assert_eq!(
        complaints(&settings(&names(101)), Some(&authority(false))),
        [
            "identifiers: 101 are too many: Some CA (profile classic) permits 100 in one certificate. divide them among several managed certificates"
        ]
    );
    let short = CertificateSettings { profile: Some("short".into()), ..settings(&names(26)) };
    assert!(complaints(&short, Some(&authority(false)))[0].ends_with("or choose the profile classic"));
}

#[test]
fn pasted_lists_are_read_and_every_mistake_is_named() {
    let typed = ["a.example.com, b.example.com;c.example.com\nd.example.com".to_owned()];
    assert_eq!(parse_identifiers(&typed).unwrap().len(), 4);
    let refusals = parse_identifiers(&["a.example.com https://b/ c:80".to_owned()]).unwrap_err();
    assert_eq!(
        refusals.iter().map(|refusal| refusal.field.as_str()).collect::<Vec<_>>(),
        ["identifiers[1]", "identifiers[2]"]
    );
}

#[test]
fn the_common_name_is_the_first_that_fits() {
    let long = format!("{}.{}.example.com", "a".repeat(40), "b".repeat(30));
    let identifiers = parse_identifiers(&[format!("8.8.8.8 {long} short.example.com")]).unwrap();
    let authority = authority(false);
    assert_eq!(common_name(&identifiers, &authority.profiles[0]).as_deref(), Some("short.example.com"));
    assert_eq!(common_name(&identifiers, &authority.profiles[1]), None);
}

#[test]
fn a_target_that_needs_rsa_decides_unless_the_user_chose() {
    let mut both = authority(false);
    both.key_types = KeyType::ALL.to_vec();
    assert_eq!(key_type(None, &[KeyType::EcdsaP256], &both), KeyType::EcdsaP256);
    assert_eq!(key_type(None, &[KeyType::EcdsaP256, KeyType::Rsa2048], &both), KeyType::Rsa2048);
    assert_eq!(key_type(Some(KeyType::EcdsaP256), &[KeyType::Rsa2048], &both), KeyType::EcdsaP256);
    assert_eq!(key_type(None, &[KeyType::Rsa2048], &authority(false)), KeyType::EcdsaP256);
}

#[test]
fn limits_without_a_name_hold_for_every_profile() {
    let mut own = authority(false);
    own.profiles.drain(1..);
    own.profiles[0].name.clear();
    let any = |names: &str| CertificateSettings { profile: Some("any".into()), ..settings(names) };
    assert!(complaints(&any("a.example.com"), Some(&own)).is_empty());
    assert!(complaints(&any("8.8.8.8"), Some(&own))[0].contains("does not certify IP addresses"));
}

#[test]
fn what_an_authority_cannot_do_is_refused_before_it_is_asked() {
    use crate::authority_details::{AuthorityDetails, Ended, NameCount};
    let ended =
        Ended { since: "2025-10-15".into(), words: "it has ended".into(), instead: Some("other".into()) };
    let plain = AuthorityDetails::default();
    for (details, names, expected) in [
        (
            AuthorityDetails { wildcards: false, ..plain.clone() },
            "*.example.com",
            "does not certify wildcard names",
        ),
        (
            AuthorityDetails { name_count: NameCount::One, ..plain.clone() },
            "a.example.com b.example.com",
            "certifies one name in",
        ),
        (
            AuthorityDetails { name_count: NameCount::OneAndWww, ..plain.clone() },
            "a.example.com b.example.com",
            "the same with www.",
        ),
        (
            AuthorityDetails { name_count: NameCount::OneAndWww, ..plain.clone() },
            "www.example.com example.com",
            "",
        ),
        (AuthorityDetails { ended: Some(ended), ..plain.clone() }, "a.example.com", "such as other"),
        (
            AuthorityDetails { disabled: true, ..plain.clone() },
            "a.example.com",
            "Some CA is switched off here",
        ),
        (
            AuthorityDetails { directory_parts: vec!["region".into()], ..plain },
            "a.example.com",
            "everybody fills in region",
        ),
    ] {
        let given = Authority { details, ..authority(false) };
        let told = complaints(&settings(names), Some(&given)).join("\n");
        assert!(
            if expected.is_empty() { told.is_empty() } else { told.contains(expected) },
            "{names}: {told}"
        );
    }
}
