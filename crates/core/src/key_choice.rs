//! Which key the next version gets: a new one, an earlier one again, or the person's own; and when that is refused.

use crate::authority::Authority;
use crate::certificate::CertificateSettings;
use crate::failure::Failure;
use crate::key::KeyType;
use crate::obtain_plan::KeyFacts;
use crate::options::{KeySource, KeyUse};

/// What was decided about the key.
pub(crate) struct KeyChoice {
    pub(crate) key_type: KeyType,
    pub(crate) key_use: KeyUse,
    pub(crate) warnings: Vec<String>,
}

/// Decides. `usual` is the type that a new key gets.
pub(crate) fn choose(
    settings: &CertificateSettings,
    authority: &Authority,
    facts: &KeyFacts,
    usual: KeyType,
) -> Result<KeyChoice, Failure> {
    let new = |warnings| KeyChoice { key_type: usual, key_use: KeyUse::New, warnings };
    let (key_use, what, has_key) = match &settings.options.key_source {
        KeySource::New => return Ok(new(Vec::new())),
        KeySource::Reuse => return Ok(again(settings, authority, facts, new)),
        KeySource::Own { fingerprint, .. } => {
            (KeyUse::Own { fingerprint: fingerprint.clone() }, "your own private key", true)
        }
        KeySource::Request(request) => (
            KeyUse::Request { fingerprint: request.fingerprint.clone() },
            "your own certificate request",
            request.has_key,
        ),
    };
    let key_type = settings.options.key_source.key_type().unwrap_or(usual);
    if facts.source_compromised {
        return Err(Failure::person(
            "key-compromised",
            format!("order with {what}"),
            "a certificate for its key was revoked because the key was compromised",
            "give another key, or let Certwright make one: certwright cert edit NAME --new-key",
        ));
    }
    if !authority.key_types.contains(&key_type) {
        return Err(Failure::person(
            "key-type",
            format!("order with {what}"),
            format!("its key is {key_type}, which {} does not certify", authority.title),
            "give a key of another type, or choose another authority",
        ));
    }
    let mut warnings = vec![format!("Every renewal uses the key of {what}: the key never changes by itself")];
    if !has_key {
        warnings.push(
            "The private key is not stored here: the certificate can be exported, and not deployed"
                .to_owned(),
        );
    }
    if let KeySource::Request(request) = &settings.options.key_source {
        warnings.extend(request.notes.iter().map(|note| format!("The certificate request {note}")));
    }
    Ok(KeyChoice { key_type, key_use, warnings })
}

/// The newest version's key again, unless something speaks against it; then a new one, with the reason.
fn again(
    settings: &CertificateSettings,
    authority: &Authority,
    facts: &KeyFacts,
    new: impl Fn(Vec<String>) -> KeyChoice,
) -> KeyChoice {
    let Some(newest) = &facts.newest else { return new(Vec::new()) };
    let against = if newest.compromised {
        Some("the key of the newest version was compromised".to_owned())
    } else if settings.key_type.is_some_and(|wanted| wanted != newest.key_type) {
        Some(format!("the key of the newest version is {}", newest.key_type))
    } else if !authority.key_types.contains(&newest.key_type) {
        Some(format!("{} does not certify {}", authority.title, newest.key_type))
    } else {
        None
    };
    match against {
        Some(reason) => new(vec![format!("A new key is made this once: {reason}")]),
        None => KeyChoice {
            key_type: newest.key_type,
            key_use: KeyUse::Again { version: newest.version.clone() },
            warnings: vec![format!(
                "The key of {} is used again: who has got hold of it can use every certificate for it",
                newest.version
            )],
        },
    }
}
