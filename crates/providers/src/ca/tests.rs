//! What must hold for every entry of the catalogue.

use super::AUTHORITIES;
use certwright_core::authority_details::NameCount;
use certwright_core::rate_limit::Scope;
use std::collections::BTreeSet;

#[test]
fn ids_are_unique_and_every_entry_can_be_ordered_from_or_says_why_not() {
    let mut ids = BTreeSet::new();
    for make in AUTHORITIES {
        let authority = make();
        let id = authority.id.as_str().to_owned();
        assert!(authority.built_in && authority.directory.starts_with("https://"), "{id}");
        assert!(!authority.details.description.is_empty() && authority.details.website.is_some(), "{id}");
        let details = &authority.details;
        assert!(details.terms.is_some() || details.ended.is_some(), "{id} says nothing of its terms");
        for address in [&details.website, &details.terms, &details.privacy, &details.status] {
            assert!(
                address.as_ref().is_none_or(|address| address.starts_with("https://")),
                "{id}: {address:?}"
            );
        }
        assert!(authority.profiles.iter().all(|limits| limits.max_identifiers > 0), "{id}");
        assert!(authority.limits(None).is_some(), "{id}");
        assert!(
            !authority.external_account_required || authority.details.external_account_help.is_some(),
            "{id} asks for what it does not explain"
        );
        let parts = authority.directory.matches('{').count();
        assert_eq!(parts, authority.details.directory_parts.len(), "{id}");
        for part in &authority.details.directory_parts {
            assert!(authority.directory.contains(&format!("{{{part}}}")), "{id}: {part}");
        }
        if authority.details.name_count == NameCount::OneAndWww {
            assert_eq!(authority.profiles[0].max_identifiers, 2, "{id}");
        }
        let scopes: BTreeSet<Scope> = authority.details.rate_limits.iter().map(|limit| limit.scope).collect();
        assert_eq!(scopes.len(), authority.details.rate_limits.len(), "{id} has two limits of one scope");
        assert!(ids.insert(id.clone()), "{id} is there twice");
    }
    assert_eq!(AUTHORITIES[0]().limits(None).unwrap().name, "classic");
    for make in AUTHORITIES {
        let instead = make().details.ended.and_then(|ended| ended.instead);
        assert!(instead.is_none_or(|instead| ids.contains(instead.as_str())));
    }
}

/// Fault 14: who wants a mail address and who does not is a fact of each authority.
#[test]
fn fault_14_who_needs_a_mail_address_and_who_an_external_account() {
    let known: Vec<_> = AUTHORITIES
        .iter()
        .map(|make| make())
        .map(|entry| (entry.id.to_string(), entry.details.email_required, entry.external_account_required))
        .collect();
    let expected = [
        ("letsencrypt", false, false),
        ("letsencrypt-staging", false, false),
        ("google", true, true),
        ("google-staging", true, true),
        ("zerossl", true, true),
        ("sslcom-rsa", true, true),
        ("sslcom-ecc", true, true),
        ("actalis", true, true),
        ("sectigo-dv", true, true),
        ("sectigo-ov", true, true),
        ("sectigo-ev", true, true),
        ("digicert", true, true),
        ("globalsign-atlas", true, true),
        ("aws-acm", false, true),
        ("buypass", false, false),
    ]
    .map(|(id, mail, external)| (id.to_owned(), mail, external));
    assert_eq!(known, expected);
}
