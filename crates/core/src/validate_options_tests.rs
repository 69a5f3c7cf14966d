//! What is refused of the seldom choices, in which words.

use crate::authority::{Authority, AuthorityChoices, IssuingRoots, ProfileLimits};
use crate::certificate::{CertificateSettings, DeploymentSettings};
use crate::challenge::ChallengeSettings;
use crate::identifier::Identifier;
use crate::key::KeyType;
use crate::options::{CertificateOptions, CustomRequest, KeySource};
use crate::validate::{Surroundings, check};

fn authority(lifetime: bool) -> Authority {
    Authority {
        id: "ca".into(),
        title: "Some CA".into(),
        directory: "https://ca.example/dir".into(),
        directory_tls_roots: None,
        issuing_roots: IssuingRoots::Unknown,
        internal_names: false,
        staging: false,
        external_account_required: false,
        profiles: vec![ProfileLimits {
            name: String::new(),
            max_identifiers: 100,
            ip_addresses: false,
            common_name: true,
        }],
        key_types: KeyType::PUBLIC.to_vec(),
        choices: AuthorityChoices { lifetime, ..AuthorityChoices::default() },
        details: Default::default(),
        built_in: false,
    }
}

fn settings(options: CertificateOptions) -> CertificateSettings {
    CertificateSettings {
        name: "shop".into(),
        notes: String::new(),
        tags: vec![],
        paused: false,
        identifiers: vec![Identifier::parse("www.example.com").unwrap()],
        authority: "ca".into(),
        account: None,
        profile: None,
        key_type: None,
        challenge: ChallengeSettings::Http01,
        renewal: None,
        window: None,
        options,
        deployments: vec![],
    }
}

fn request(names: &[&str], key_type: KeyType) -> KeySource {
    KeySource::Request(CustomRequest {
        pem: String::new(),
        identifiers: names.iter().map(|name| Identifier::parse(name).unwrap()).collect(),
        key_type,
        fingerprint: "aa".into(),
        has_key: false,
        notes: vec![],
    })
}

fn complaints(settings: &CertificateSettings, authority: &Authority) -> Vec<String> {
    let surroundings =
        Surroundings { authority: Some(authority), authorities: &[], accounts: &[], dns_provider: false };
    check(settings, &surroundings).iter().map(ToString::to_string).collect()
}

#[test]
fn each_choice_that_cannot_be_kept_is_refused_before_anything_is_ordered() {
    let with = |key_source| settings(CertificateOptions { key_source, ..CertificateOptions::default() });
    let lifetime = |seconds| {
        settings(CertificateOptions { lifetime_seconds: Some(seconds), ..CertificateOptions::default() })
    };
    let chain = |issuer: &str| {
        settings(CertificateOptions { preferred_chain: Some(issuer.into()), ..CertificateOptions::default() })
    };
    let own = |key_type| KeySource::Own { key_type, fingerprint: "aa".into() };
    let typed = CertificateSettings { key_type: Some(KeyType::Rsa2048), ..with(own(KeyType::EcdsaP256)) };
    let mut deployed = with(request(&["www.example.com"], KeyType::EcdsaP256));
    deployed.deployments = vec![DeploymentSettings {
        id: "dep-1".into(),
        target: "nginx".into(),
        settings: serde_json::Map::new(),
    }];
    for (given, chooses, expected) in [
        (chain("ISRG Root X1"), false, None),
        (chain(" "), false, Some("preferred_chain: is no name of an issuer")),
        (lifetime(86_400), true, None),
        (lifetime(86_400), false, Some("lifetime_seconds: Some CA chooses the lifetime itself")),
        (lifetime(59), true, Some("lifetime_seconds: 59 seconds are no lifetime")),
        (with(own(KeyType::Rsa4096)), false, None),
        (
            with(own(KeyType::EcdsaP521)),
            false,
            Some("private_key: Some CA does not certify ECDSA P-521 keys"),
        ),
        (typed, false, Some("key_type: the key that was given is ECDSA P-256, not RSA 2048")),
        (with(request(&["www.example.com"], KeyType::EcdsaP384)), false, None),
        (
            with(request(&["a.example.com"], KeyType::EcdsaP256)),
            false,
            Some("identifiers: they are not those of the certificate request, which asks for a.example.com"),
        ),
        (deployed, false, Some("deployments: a server needs the private key")),
    ] {
        let found = complaints(&given, &authority(chooses));
        match expected {
            None => assert!(found.is_empty(), "{found:?}"),
            Some(words) => assert!(found.len() == 1 && found[0].starts_with(words), "{found:?}, not {words}"),
        }
    }
}
