//! What a person does with authorities: makes them, and gives out external keys.

use crate::base64url;
use crate::error::AuthorityError;
use crate::parts::Parts;
use crate::policy::NamePolicy;
use crate::settings::{Settings, WORD, is_line, is_word};
use crate::vault::Secret;
use certwright_core::Timestamp;
use certwright_core::refusal::Refusal;
use certwright_pki::issue::{
    AuthorityKey, INTERMEDIATE_LIFETIME, Naming, Serial, SigningAuthority, intermediate, root,
};
use certwright_store::NewAudit;
use certwright_store::issuer::{ExternalKey, Issuer, NewIssuer, SealedKeys};
use serde_json::json;
use zeroize::Zeroizing;

/// "… Intermediate" has to fit into a common name (RFC 5280, appendix A.1: 64 characters).
const LONGEST_TITLE: usize = 64 - " Intermediate".len();

/// Makes an authority and stores it, disabled: keys, root and intermediate, both constrained to what its policy permits
/// now. `title` is what people see in lists of trusted roots.
///
/// # Errors
/// `Refused` with all complaints, or the store's `Conflict` for a name that is taken.
pub async fn create(
    parts: &Parts,
    name: &str,
    title: &str,
    settings: &Settings,
    who: &str,
) -> Result<Issuer, AuthorityError> {
    let complaints = complaints(name, title, settings);
    if !complaints.is_empty() {
        return Err(AuthorityError::Refused(complaints));
    }
    let settings = Settings { constraints: settings.policy.constraints(), ..settings.clone() };
    let now = parts.clock.now();
    let naming = |kind: &str| Naming {
        common_name: format!("{title} {kind}"),
        organisation: None,
        constraints: settings.constraints.clone(),
    };
    let serial = || Serial::from_random(parts.chance.draw());
    let (root_key, key) = (AuthorityKey::generate()?, AuthorityKey::generate()?);
    let root_der = root(&root_key, &naming("Root"), serial(), now)?;
    let root_signing = SigningAuthority::new(&root_der, &root_key)?;
    let intermediate_der = intermediate(
        &key,
        &naming("Intermediate"),
        serial(),
        (now, now + INTERMEDIATE_LIFETIME),
        &root_signing,
    )?;
    let keys = SealedKeys {
        root: Secret::Root(name).seal(&parts.data_key, root_key.pkcs8_der())?,
        intermediate: Secret::Intermediate(name).seal(&parts.data_key, key.pkcs8_der())?,
    };
    let issuer = Issuer {
        name: name.to_owned(),
        settings: serde_json::to_value(&settings).unwrap_or_default(),
        enabled: false,
        root: root_der,
        intermediate: intermediate_der,
        revision: 1,
        created_at: now,
    };
    let audit = audit(now, who, "create", format!("issuer {name}"), issuer.settings.clone());
    Ok(parts.store.create_issuer(NewIssuer { issuer: &issuer, keys: &keys }, &audit).await?)
}

/// What keeps such an authority from being made.
pub(crate) fn complaints(name: &str, title: &str, settings: &Settings) -> Vec<Refusal> {
    let mut complaints = Vec::new();
    if !is_word(name) {
        complaints.push(Refusal::new("name", "cannot stand in an address", WORD));
    }
    if title.trim().is_empty() || !is_line(title, LONGEST_TITLE) {
        let remedy = format!("give from 1 to {LONGEST_TITLE} characters, such as: Home CA");
        complaints.push(Refusal::new("title", "is empty or too long to stand in a certificate", remedy));
    }
    let policy = &settings.policy;
    let lists_nothing = policy.names.is_empty() && policy.networks.is_empty();
    if policy.anything && !lists_nothing {
        complaints.push(Refusal::new(
            "policy.anything",
            "contradicts the names and networks beside it: the root would not be constrained to them",
            "leave out one or the other",
        ));
    }
    // Constraints that name nothing are none at all: such a root could vouch for the whole web.
    if !policy.anything && lists_nothing {
        complaints.push(Refusal::new(
            "policy",
            "permits nothing, and the root's constraints are fixed when it is made",
            "give the names and networks that it is for, such as home.arpa",
        ));
    }
    complaints.extend(settings.complaints());
    complaints
}

/// An external key as it is given out; the secret is shown this once.
pub struct NewExternalKey {
    /// Its id: the key identifier, or kid.
    pub id: String,
    /// Its secret in base64url: the HMAC key.
    pub secret: Zeroizing<String>,
}

/// Makes a key for external account binding, good for one account. What that may ask for is `policy`, within what the
/// authority certifies at all.
///
/// # Errors
/// `Refused` for a policy or an end that cannot be used, or the store's `NotFound` for an unknown authority.
pub async fn external_key(
    parts: &Parts,
    issuer: &str,
    policy: &NamePolicy,
    expires_at: Option<Timestamp>,
    who: &str,
) -> Result<NewExternalKey, AuthorityError> {
    let (id, now) = (parts.unique(), parts.clock.now());
    let mut complaints = policy.complaints();
    if expires_at.is_some_and(|at| at <= now) {
        complaints.push(Refusal::new("expires_at", "is over already", "give a later moment, or none"));
    }
    if !complaints.is_empty() {
        return Err(AuthorityError::Refused(complaints));
    }
    // 256 bits, as long as the digest of HS256 (RFC 7518 §3.2 wants no less).
    let mut secret = Zeroizing::new(parts.chance.draw().to_vec());
    secret.reserve_exact(16);
    secret.extend_from_slice(&parts.chance.draw());
    let sealed = Secret::External(issuer, &id).seal(&parts.data_key, &secret)?;
    let key = ExternalKey {
        issuer: issuer.to_owned(),
        id: id.clone(),
        policy: serde_json::to_value(policy).unwrap_or_default(),
        created_at: now,
        expires_at,
        account: None,
        used_at: None,
    };
    let after = json!({"policy": key.policy, "expires_at": expires_at.map(|at| at.to_string())});
    let audit = audit(now, who, "create", format!("external key {id} of issuer {issuer}"), after);
    parts.store.add_external_key(&key, &sealed, &audit).await?;
    Ok(NewExternalKey { id, secret: Zeroizing::new(base64url::encode(&*secret)) })
}

/// The policy that a stored external key carries; one that cannot be read permits nothing.
pub fn external_key_policy(key: &ExternalKey) -> NamePolicy {
    serde_json::from_value(key.policy.clone()).unwrap_or_default()
}

fn audit(at: Timestamp, who: &str, action: &str, object: String, after: serde_json::Value) -> NewAudit {
    NewAudit { at, who: who.to_owned(), action: action.to_owned(), object, before: None, after: Some(after) }
}
