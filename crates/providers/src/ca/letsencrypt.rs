//! Let's Encrypt: free, for public names and addresses.

use certwright_core::authority::{Authority, AuthorityChoices, IssuingRoots, ProfileLimits};
use certwright_core::id::AuthorityId;
use certwright_core::key::KeyType;

/// The production directory.
pub(crate) fn authority() -> Authority {
    Authority {
        id: AuthorityId::from("letsencrypt"),
        title: "Let's Encrypt".into(),
        directory: "https://acme-v02.api.letsencrypt.org/directory".into(),
        directory_tls_roots: None,
        issuing_roots: IssuingRoots::Public,
        internal_names: false,
        staging: false,
        external_account_required: false,
        profiles: profiles(),
        key_types: KeyType::PUBLIC.to_vec(),
        choices: AuthorityChoices::default(),
        built_in: true,
    }
}

/// By <https://letsencrypt.org/docs/profiles/>; the first is what an order without a profile gets.
pub(super) fn profiles() -> Vec<ProfileLimits> {
    let profile = |name: &str, max_identifiers, ip_addresses, common_name| ProfileLimits {
        name: name.into(),
        max_identifiers,
        ip_addresses,
        common_name,
    };
    vec![
        profile("classic", 100, false, true),
        profile("tlsserver", 25, false, false),
        profile("shortlived", 25, true, false),
    ]
}
