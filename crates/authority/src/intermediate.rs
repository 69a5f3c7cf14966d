//! The renewal of an authority's intermediate: another certificate for the same key and name, while what it signs can
//! still have its full length.

use crate::error::AuthorityError;
use crate::parts::Parts;
use crate::settings::Settings;
use crate::vault::Secret;
use certwright_core::{SignedDuration, Timestamp};
use certwright_pki::facts;
use certwright_pki::issue::{
    AuthorityKey, INTERMEDIATE_LIFETIME, LONGEST_LEAF, Naming, Serial, SigningAuthority, intermediate,
};
use certwright_store::NewAudit;
use certwright_store::issuer::{Issuer, SealedKeys};
use serde_json::json;

/// Beyond the longest certificate that it signs.
const MARGIN: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Renewing for less is not worth it: it ends with its root.
const LEAST_GAIN: SignedDuration = SignedDuration::from_hours(24);

/// Whether an intermediate that ends at `not_after` is to be renewed, below a root that ends at `root`.
pub(crate) fn is_due(not_after: Timestamp, root: Timestamp, now: Timestamp) -> bool {
    not_after < now + LONGEST_LEAF + MARGIN && root > not_after + LEAST_GAIN
}

/// Stores another certificate for the intermediate. The key stays, so that chains which end in the old certificate,
/// revocation lists and ids of renewal information (RFC 9773 §4.1) stay good. It begins when the old one began: what
/// was stored to be signed before must fit into it.
pub(crate) async fn renew(
    parts: &Parts,
    issuer: &Issuer,
    settings: &Settings,
    sealed: &SealedKeys,
    key: &AuthorityKey,
) -> Result<Issuer, AuthorityError> {
    let now = parts.clock.now();
    let old = facts(&issuer.intermediate)?;
    let root_key = Secret::Root(&issuer.name).open(&parts.data_key, &sealed.root)?;
    let root = SigningAuthority::new(&issuer.root, &AuthorityKey::from_pkcs8_der(&root_key)?)?;
    let naming = Naming {
        common_name: old.common_name.clone().unwrap_or_else(|| format!("{} Intermediate", issuer.name)),
        organisation: None,
        constraints: settings.constraints.clone(),
    };
    let serial = Serial::from_random(parts.chance.draw());
    let validity = (old.not_before, now + INTERMEDIATE_LIFETIME);
    let renewed = intermediate(key, &naming, serial, validity, &root)?;
    let said = |der: &[u8]| {
        facts(der)
            .map(|facts| json!({ "not_after": facts.not_after.to_string(), "sha256": facts.fingerprint }))
    };
    let audit = NewAudit {
        at: now,
        who: "certwright".to_owned(),
        action: "renew".to_owned(),
        object: format!("intermediate of issuer {}", issuer.name),
        before: Some(said(&issuer.intermediate)?),
        after: Some(said(&renewed)?),
    };
    Ok(parts.store.replace_intermediate(&issuer.name, &renewed, &audit).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_renewed_while_a_certificate_of_398_days_fits_and_not_beyond_its_root() {
        let now: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        let days = |days: i64| now + SignedDuration::from_hours(24 * days);
        for (left, root, due) in [
            (1826, 3652, false),
            (429, 3652, false),
            (427, 3652, true),
            (-1, 3652, true),
            (300, 300, false),
            (300, 302, true),
        ] {
            assert_eq!(is_due(days(left), days(root), now), due, "{left} {root}");
        }
    }
}
