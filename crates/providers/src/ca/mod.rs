//! Certificate authorities that come with the program, as data.

use certwright_core::authority::Authority;

mod letsencrypt;
mod letsencrypt_staging;

/// Every built-in authority; the first is the one offered first.
pub const AUTHORITIES: &[fn() -> Authority] = &[letsencrypt::authority, letsencrypt_staging::authority];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_every_entry_can_be_ordered_from() {
        let mut ids = Vec::new();
        for make in AUTHORITIES {
            let authority = make();
            assert!(authority.built_in && authority.directory.starts_with("https://"));
            let limits = authority.limits(None).unwrap();
            assert_eq!(limits.name, "classic");
            assert!(authority.profiles.iter().all(|limits| limits.max_identifiers > 0));
            assert!(!authority.key_types.is_empty());
            ids.push(authority.id.as_str().to_owned());
        }
        assert_eq!(ids, ["letsencrypt", "letsencrypt-staging"]);
    }
}
