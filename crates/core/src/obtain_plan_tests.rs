//! What a plan decides about keys, profiles and chains.

use super::*;
use crate::account::{AccountKeyType, AccountState};
use crate::authority::{AuthorityChoices, IssuingRoots, ProfileLimits};
use crate::challenge::ChallengeSettings;
use crate::identifier::Identifier;
use crate::options::{CertificateOptions, KeySource, KeyUse, ProfileMissing};
use jiff::Timestamp;

struct World {
    settings: CertificateSettings,
    authority: Authority,
    offered: Vec<String>,
    keys: KeyFacts,
}

fn world(options: CertificateOptions) -> World {
    let profile = |name: &str, max_identifiers| ProfileLimits {
        name: name.to_owned(),
        max_identifiers,
        ip_addresses: false,
        common_name: true,
    };
    World {
        settings: CertificateSettings {
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
        },
        authority: Authority {
            id: "ca".into(),
            title: "Some CA".into(),
            directory: "https://ca.example/dir".into(),
            directory_tls_roots: None,
            issuing_roots: IssuingRoots::Unknown,
            internal_names: false,
            staging: false,
            external_account_required: false,
            profiles: vec![profile("classic", 100), profile("short", 25)],
            key_types: KeyType::PUBLIC.to_vec(),
            choices: AuthorityChoices::default(),
            details: Default::default(),
            built_in: false,
        },
        offered: vec!["classic".into(), "short".into()],
        keys: KeyFacts::default(),
    }
}

fn planned(world: &World) -> Result<Plan, Failure> {
    let account = Account {
        id: "acct-1".into(),
        authority: "ca".into(),
        state: AccountState::Valid,
        url: None,
        contact: vec![],
        terms_agreed: None,
        terms_agreed_at: None,
        external_account: None,
        thumbprint: "T".into(),
        key_type: AccountKeyType::ES256,
        preferred_chain: None,
        key_change: None,
        blocked: None,
        created_at: Timestamp::UNIX_EPOCH,
    };
    obtain_plan(&ObtainFacts {
        settings: &world.settings,
        authority: &world.authority,
        offered_profiles: Some(&world.offered),
        account: &account,
        newest: None,
        renewal_information: false,
        failures: 0,
        target_keys: &[],
        keys: world.keys.clone(),
        challenge_port: 80,
        port_owner: &PortOwner::Free,
    })
}

fn ordered(plan: &Plan) -> (Option<&str>, bool) {
    let found = plan.steps.iter().find_map(|step| match step {
        Step::OpenOrder { profile, or_default_profile, .. } => {
            Some((profile.as_deref(), *or_default_profile))
        }
        _ => None,
    });
    found.unwrap()
}

fn key(plan: &Plan) -> (KeyType, &KeyUse) {
    let found = plan.steps.iter().find_map(|step| match step {
        Step::MakeKey { key_type, key_use, .. } => Some((*key_type, key_use)),
        _ => None,
    });
    found.unwrap()
}

#[test]
fn fault_12_a_profile_that_is_gone_stops_the_order_or_falls_back_as_chosen() {
    let mut world = world(CertificateOptions::default());
    world.settings.profile = Some("short".into());
    assert_eq!(ordered(&planned(&world).unwrap()), (Some("short"), false));
    world.settings.options.profile_missing = ProfileMissing::FallBack;
    assert_eq!(ordered(&planned(&world).unwrap()), (Some("short"), true));
    world.offered.pop();
    let plan = planned(&world).unwrap();
    assert_eq!(ordered(&plan), (Some("classic"), false));
    assert!(plan.warnings.iter().any(|warning| warning.contains("does not offer the profile \"short\"")));
    world.settings.options.profile_missing = ProfileMissing::Require;
    let failure = planned(&world).unwrap_err();
    assert_eq!(failure.kind, "profile-gone");
    assert!(failure.answer.contains("classic") && failure.remedy.contains("fall-back"), "{failure}");
}

#[test]
fn fault_12_more_names_than_the_profile_permits_are_never_ordered() {
    let mut world = world(CertificateOptions::default());
    world.settings.profile = Some("short".into());
    world.settings.identifiers =
        (0..26).map(|n| Identifier::parse(&format!("{n}.example.com")).unwrap()).collect();
    let failure = planned(&world).unwrap_err();
    assert_eq!(failure.kind, "limits");
    assert!(failure.answer.contains("permits 25"), "{failure}");
    // Also where the fallback would not permit them.
    world.authority.profiles.reverse();
    world.settings.profile = Some("gone".into());
    world.settings.options.profile_missing = ProfileMissing::FallBack;
    assert_eq!(planned(&world).unwrap_err().kind, "limits");
}

#[test]
fn a_key_is_used_again_unless_something_speaks_against_it() {
    let mut world =
        world(CertificateOptions { key_source: KeySource::Reuse, ..CertificateOptions::default() });
    assert_eq!(key(&planned(&world).unwrap()), (KeyType::EcdsaP256, &KeyUse::New));
    let newest = |key_type, compromised| Some(NewestKey { version: "ver-1".into(), key_type, compromised });
    world.keys.newest = newest(KeyType::Rsa2048, false);
    let plan = planned(&world).unwrap();
    assert_eq!(key(&plan), (KeyType::Rsa2048, &KeyUse::Again { version: "ver-1".into() }));
    assert!(plan.warnings[0].contains("ver-1 is used again"), "{:?}", plan.warnings);
    for (key_type, compromised, wanted, why) in [
        (KeyType::Rsa2048, true, None, "compromised"),
        (KeyType::EcdsaP521, false, None, "does not certify ECDSA P-521"),
        (KeyType::Rsa2048, false, Some(KeyType::EcdsaP384), "is RSA 2048"),
    ] {
        world.keys.newest = newest(key_type, compromised);
        world.settings.key_type = wanted;
        let plan = planned(&world).unwrap();
        assert_eq!(key(&plan).1, &KeyUse::New);
        assert!(plan.warnings[0].contains(why), "{:?}", plan.warnings);
    }
}

#[test]
fn a_key_of_ones_own_that_is_compromised_is_not_ordered_with() {
    let own = KeySource::Own { key_type: KeyType::EcdsaP384, fingerprint: "aa".into() };
    let mut world = world(CertificateOptions { key_source: own, ..CertificateOptions::default() });
    assert_eq!(
        key(&planned(&world).unwrap()),
        (KeyType::EcdsaP384, &KeyUse::Own { fingerprint: "aa".into() })
    );
    world.keys.source_compromised = true;
    assert_eq!(planned(&world).unwrap_err().kind, "key-compromised");
}
