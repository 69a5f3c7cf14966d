//! Validation of the seldom choices: chain, key, lifetime, staging.

use crate::authority::Authority;
use crate::certificate::CertificateSettings;
use crate::key::KeyType;
use crate::options::KeySource;
use crate::refusal::Refusal;
use std::collections::BTreeSet;

const MAX_ISSUER: usize = 200;
/// Anything shorter is over before it is deployed.
const SHORTEST: u64 = 60;
/// No public authority has issued for longer since 2020, and clients refuse it.
const LONGEST: u64 = 398 * 24 * 60 * 60;

/// Every complaint about the options that does not depend on the authority.
pub(crate) fn check(settings: &CertificateSettings, refusals: &mut Vec<Refusal>) {
    let options = &settings.options;
    if let Some(issuer) = &options.preferred_chain {
        refusals.extend(issuer_refusal("preferred_chain", issuer));
    }
    if let Some(seconds) = options.lifetime_seconds
        && !(SHORTEST..=LONGEST).contains(&seconds)
    {
        refusals.push(Refusal::new(
            "lifetime_seconds",
            format!("{seconds} seconds are no lifetime of a certificate"),
            "give from a minute to 398 days, or nothing for the authority's choice",
        ));
    }
    if let (Some(wanted), Some(found)) = (settings.key_type, options.key_source.key_type())
        && wanted != found
    {
        refusals.push(Refusal::new(
            "key_type",
            format!("the key that was given is {found}, not {wanted}"),
            "leave the type out: it is that of the key",
        ));
    }
    let KeySource::Request(request) = &options.key_source else { return };
    let asked: BTreeSet<_> = request.identifiers.iter().collect();
    let wanted: BTreeSet<_> = settings.identifiers.iter().collect();
    if asked != wanted {
        let listed = request.identifiers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        refusals.push(Refusal::new(
            "identifiers",
            format!("they are not those of the certificate request, which asks for {listed}"),
            "leave them out, or give another request",
        ));
    }
    if !request.has_key && !settings.deployments.is_empty() {
        refusals.push(Refusal::new(
            "deployments",
            "a server needs the private key, and the request was given without it",
            "give the key too, or no deployment: the certificate can be exported",
        ));
    }
}

/// A complaint about the name of an issuer.
pub fn issuer_refusal(field: &str, issuer: &str) -> Option<Refusal> {
    let unusable = issuer.trim().is_empty()
        || issuer.chars().count() > MAX_ISSUER
        || issuer.chars().any(char::is_control);
    unusable.then(|| {
        Refusal::new(
            field,
            "is no name of an issuer",
            "give its common name, such as \"ISRG Root X1\", or the SHA-256 fingerprint of its certificate",
        )
    })
}

/// Every complaint that depends on the authority.
pub(crate) fn check_authority(
    settings: &CertificateSettings,
    authority: &Authority,
    refusals: &mut Vec<Refusal>,
) {
    let given = settings.options.key_source.key_type();
    for (field, key) in [("key_type", settings.key_type), ("private_key", given)] {
        // The same complaint once is enough.
        if field == "private_key" && settings.key_type.is_some() {
            continue;
        }
        if let Some(key) = key
            && !authority.key_types.contains(&key)
        {
            let known: Vec<_> = authority.key_types.iter().copied().map(KeyType::name).collect();
            refusals.push(Refusal::new(
                field,
                format!("{} does not certify {key} keys", authority.title),
                format!("choose one of: {}", known.join(", ")),
            ));
        }
    }
    if settings.options.lifetime_seconds.is_some() && !authority.choices.lifetime {
        refusals.push(Refusal::new(
            "lifetime_seconds",
            format!(
                "{} chooses the lifetime itself: it ignores or refuses one that is asked for",
                authority.title
            ),
            "leave it out, or choose a profile of another lifetime or another authority",
        ));
    }
}

#[cfg(test)]
#[path = "validate_options_tests.rs"]
mod tests;
