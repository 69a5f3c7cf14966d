//! Validation of what a user wants, before anything is stored: every complaint, with field, reason and remedy.

use crate::account::Account;
use crate::authority::{Authority, ProfileLimits};
use crate::certificate::CertificateSettings;
use crate::id::AuthorityId;
use crate::identifier::Identifier;
use crate::key::KeyType;
use crate::refusal::Refusal;
use crate::renewal_policy::RenewalPolicy;
use crate::validate_authority;
use crate::validate_options;

pub use crate::validate_authority::usable;

/// The longest common name that X.509 permits (RFC 5280, ub-common-name).
const MAX_COMMON_NAME: usize = 64;
const MAX_NAME: usize = 100;
const MAX_NOTES: usize = 10_000;
const MAX_TAG: usize = 50;

/// Reads identifiers as people type or paste them: separated by commas, semicolons or space.
///
/// # Errors
/// Every complaint; nothing is dropped silently.
pub fn parse_identifiers(typed: &[String]) -> Result<Vec<Identifier>, Vec<Refusal>> {
    let mut identifiers = Vec::new();
    let mut refusals = Vec::new();
    let parts = typed
        .iter()
        .flat_map(|text| text.split([',', ';', ' ', '\t', '\n', '\r']))
        .filter(|part| !part.is_empty());
    for (index, part) in parts.enumerate() {
        match Identifier::parse(part) {
            Ok(identifier) => identifiers.push(identifier),
            Err(error) => refusals.push(Refusal::new(
                format!("identifiers[{index}]"),
                format!("{part:?} {error}"),
                "correct it or leave it out",
            )),
        }
    }
    if refusals.is_empty() { Ok(identifiers) } else { Err(refusals) }
}

/// What the check needs to know besides the settings.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The entry that the settings name, where there is one.
    pub authority: Option<&'a Authority>,
    /// Ids of all entries, for the remedy.
    pub authorities: &'a [AuthorityId],
    /// Accounts with that authority.
    pub accounts: &'a [Account],
    /// Whether a DNS provider is configured, without which no wildcard can be validated.
    pub dns_provider: bool,
}

/// Every complaint about the settings; empty when they can be stored.
pub fn check(settings: &CertificateSettings, surroundings: &Surroundings<'_>) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    check_texts(settings, &mut refusals);
    if settings.identifiers.is_empty() {
        refusals.push(Refusal::new(
            "identifiers",
            "there are none",
            "name at least one DNS name or IP address",
        ));
    }
    check_repeats(&settings.identifiers, &mut refusals);
    refusals.extend(settings.renewal.and_then(RenewalPolicy::refusal));
    validate_options::check(settings, &mut refusals);
    let Some(authority) = surroundings.authority else {
        let known: Vec<_> = surroundings.authorities.iter().map(AuthorityId::as_str).collect();
        refusals.push(Refusal::new(
            "authority",
            format!("there is no certificate authority {:?}", settings.authority.as_str()),
            format!("choose one of: {}", known.join(", ")),
        ));
        return refusals;
    };
    validate_authority::check(settings, authority, &mut refusals);
    match authority.limits(settings.profile.as_deref()) {
        Some(limits) => check_limits(settings, authority, limits, &mut refusals),
        None => refusals.push(Refusal::new(
            "profile",
            format!(
                "{} has no profile {:?}",
                authority.title,
                settings.profile.as_deref().unwrap_or_default()
            ),
            format!(
                "choose one of: {}, or none for the authority's default",
                authority.profiles.iter().map(|limits| limits.name.as_str()).collect::<Vec<_>>().join(", ")
            ),
        )),
    }
    for (index, identifier) in settings.identifiers.iter().enumerate() {
        let field = format!("identifiers[{index}]");
        if identifier.is_wildcard() && !surroundings.dns_provider {
            refusals.push(Refusal::new(
                &field,
                format!("{identifier} needs dns-01; no DNS provider is configured"),
                "name the hosts one by one, or configure a DNS provider",
            ));
        }
        if !authority.internal_names && !identifier.is_public() {
            refusals.push(internal(&field, identifier, authority));
        }
    }
    validate_options::check_authority(settings, authority, &mut refusals);
    if let Some(account) = &settings.account
        && !surroundings.accounts.iter().any(|known| known.id == *account)
    {
        refusals.push(Refusal::new(
            "account",
            format!("{account} is no account with {}", authority.title),
            "choose one of that authority's accounts, or none to take its only one",
        ));
    }
    refusals
}

fn check_texts(settings: &CertificateSettings, refusals: &mut Vec<Refusal>) {
    if settings.name.trim().is_empty() {
        refusals.push(Refusal::new("name", "is empty", "give it a name, such as its first DNS name"));
    } else if settings.name.chars().count() > MAX_NAME || settings.name.chars().any(char::is_control) {
        refusals.push(Refusal::new(
            "name",
            "is too long or has control characters",
            "use at most 100 printable characters",
        ));
    }
    if settings.notes.len() > MAX_NOTES {
        refusals.push(Refusal::new("notes", "are too long", "use at most 10,000 bytes"));
    }
    for (index, tag) in settings.tags.iter().enumerate() {
        if tag.is_empty() || tag.chars().count() > MAX_TAG || tag.chars().any(|c| c.is_control() || c == ',')
        {
            refusals.push(Refusal::new(
                format!("tags[{index}]"),
                "is empty, too long, or has a comma or control characters",
                "use at most 50 printable characters",
            ));
        }
    }
}

fn check_repeats(identifiers: &[Identifier], refusals: &mut Vec<Refusal>) {
    for (index, identifier) in identifiers.iter().enumerate() {
        let field = format!("identifiers[{index}]");
        if let Some(first) = identifiers[..index].iter().position(|other| other == identifier) {
            refusals.push(Refusal::new(
                field,
                format!("{identifier} is there already, as number {}", first + 1),
                "leave it out",
            ));
            continue;
        }
        // Let's Encrypt refuses such an order as redundant; other authorities charge for both.
        let wildcard =
            identifiers.iter().find(|other| other.is_wildcard() && other.covers(&identifier.ascii()));
        if let (Some(wildcard), Identifier::Dns(_)) = (wildcard, identifier) {
            refusals.push(Refusal::new(
                field,
                format!("{identifier} is covered by {wildcard}, and authorities refuse both together"),
                format!("leave out {identifier}, or name the hosts one by one without {wildcard}"),
            ));
        }
    }
}

/// Every complaint about names that the profile does not permit.
pub(crate) fn check_limits(
    settings: &CertificateSettings,
    authority: &Authority,
    limits: &ProfileLimits,
    refusals: &mut Vec<Refusal>,
) {
    let who = if limits.name.is_empty() {
        authority.title.clone()
    } else {
        format!("{} (profile {})", authority.title, limits.name)
    };
    if settings.identifiers.len() > limits.max_identifiers as usize {
        let larger = authority
            .profiles
            .iter()
            .find(|other| other.max_identifiers as usize >= settings.identifiers.len())
            .map_or_else(String::new, |other| format!(", or choose the profile {}", other.name));
        refusals.push(Refusal::new(
            "identifiers",
            format!(
                "{} are too many: {who} permits {} in one certificate",
                settings.identifiers.len(),
                limits.max_identifiers
            ),
            format!("divide them among several managed certificates{larger}"),
        ));
    }
    if limits.ip_addresses {
        return;
    }
    let with = authority.profiles.iter().find(|other| other.ip_addresses);
    for (index, identifier) in settings.identifiers.iter().enumerate() {
        if let Identifier::Ip(address) = identifier {
            refusals.push(Refusal::new(
                format!("identifiers[{index}]"),
                format!("{who} does not certify IP addresses such as {address}"),
                with.map_or_else(
                    || "use a DNS name".to_owned(),
                    |other| format!("choose the profile {}, or use a DNS name", other.name),
                ),
            ));
        }
    }
}

fn internal(field: &str, identifier: &Identifier, authority: &Authority) -> Refusal {
    let reason = match identifier {
        Identifier::Ip(_) => format!(
            "{identifier} is not reachable from the internet, and {} is a public authority",
            authority.title
        ),
        _ => format!(
            "{identifier} is no name of the public internet: it is not registered below a public suffix, and {} may only certify such names",
            authority.title
        ),
    };
    Refusal::new(
        field,
        reason,
        "use a registered name, or an authority of your own that issues for internal names",
    )
}

/// The name that becomes the common name: the first that fits, when the profile permits one at all.
pub fn common_name(identifiers: &[Identifier], limits: &ProfileLimits) -> Option<String> {
    if !limits.common_name {
        return None;
    }
    identifiers
        .iter()
        .filter(|identifier| identifier.name().is_some())
        .map(Identifier::ascii)
        .find(|name| name.len() <= MAX_COMMON_NAME)
}

/// The key type: the user's choice, or the first that every target is well served with and the authority
/// certifies. A target that needs RSA wins over those that prefer ECDSA, because RSA serves both.
pub fn key_type(chosen: Option<KeyType>, targets: &[KeyType], authority: &Authority) -> KeyType {
    if let Some(chosen) = chosen {
        return chosen;
    }
    let rsa = targets.iter().copied().find(|target| target.is_rsa());
    let wanted = rsa.unwrap_or(KeyType::EcdsaP256);
    if authority.key_types.contains(&wanted) {
        wanted
    } else {
        authority.key_types.first().copied().unwrap_or(wanted)
    }
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
