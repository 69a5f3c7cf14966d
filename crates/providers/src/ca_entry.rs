//! What entries of the catalogue have in common.

use certwright_core::authority::{Authority, AuthorityChoices, IssuingRoots, ProfileLimits};
use certwright_core::authority_details::{AuthorityDetails, Quirk};
use certwright_core::id::AuthorityId;
use certwright_core::key::KeyType;

/// RSA keys of 2048, 3072 and 4096 bits, and ECDSA on P-256 and P-384: what most public authorities certify.
pub(crate) const USUAL_KEYS: &[&str] = &["ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "rsa-4096"];

/// An entry of a public authority without profiles, for as many names as it permits by default.
pub(crate) fn public(id: &str, title: &str, directory: &str) -> Authority {
    Authority {
        id: AuthorityId::from(id),
        title: title.into(),
        directory: directory.into(),
        directory_tls_roots: None,
        issuing_roots: IssuingRoots::Public,
        internal_names: false,
        staging: false,
        external_account_required: false,
        profiles: vec![profile("", 100, false, true)],
        key_types: keys(USUAL_KEYS),
        choices: AuthorityChoices::default(),
        built_in: true,
        details: AuthorityDetails::default(),
    }
}

/// The limits of a profile.
pub(crate) fn profile(
    name: &str,
    max_identifiers: u32,
    ip_addresses: bool,
    common_name: bool,
) -> ProfileLimits {
    ProfileLimits { name: name.into(), max_identifiers, ip_addresses, common_name }
}

/// Of the key types that the authority certifies those that this program makes.
pub(crate) fn keys(names: &[&str]) -> Vec<KeyType> {
    names.iter().filter_map(|name| KeyType::from_name(name)).collect()
}

/// Something to know.
pub(crate) fn quirk(words: &str) -> Quirk {
    Quirk { words: words.into(), before_ordering: false }
}

/// Something to know before every order.
pub(crate) fn warning(words: &str) -> Quirk {
    Quirk { words: words.into(), before_ordering: true }
}
