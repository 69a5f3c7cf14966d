//! What a person does with authorities: makes them, and gives out external keys.

use crate::base64url;
use crate::error::AuthorityError;
use crate::parts::Parts;
use crate::policy::NamePolicy;
use crate::settings::{Settings, is_word};
use crate::vault::Secret;
use certwright_core::Timestamp;
use certwright_pki::issue::{AuthorityKey, Naming, Serial, SigningAuthority, intermediate, root};
use certwright_store::NewAudit;
use certwright_store::issuer::{ExternalKey, Issuer, NewIssuer, SealedKeys};
use serde_json::json;
use zeroize::Zeroizing;

/// Makes an authority and stores it, disabled: keys, root and intermediate, both constrained to what its policy permits
/// now. `title` is what people see in lists of trusted roots.
///
/// # Errors
/// `Settings` with all complaints, or the store's `Conflict` for a name that is taken.
pub async fn create(
    parts: &Parts,
    name: &str,
    title: &str,
    settings: &Settings,
    who: &str,
) -> Result<Issuer, AuthorityError> {
    if !is_word(name) {
        let words = "a name has from 1 to 64 letters a-z, digits and hyphens".to_owned();
        return Err(AuthorityError::Settings(vec![("name", words)]));
    }
    let settings = Settings { constraints: settings.policy.constraints(), ..settings.clone() };
    settings.check()?;
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
    let intermediate_der = intermediate(&key, &naming("Intermediate"), serial(), now, &root_signing)?;
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
/// `Settings` for a policy that cannot be used, or the store's `NotFound` for an unknown authority.
pub async fn external_key(
    parts: &Parts,
    issuer: &str,
    policy: &NamePolicy,
    expires_at: Option<Timestamp>,
    who: &str,
) -> Result<NewExternalKey, AuthorityError> {
    if let Some(fault) = policy.fault() {
        return Err(AuthorityError::Settings(vec![("policy", fault)]));
    }
    let (id, now) = (parts.unique(), parts.clock.now());
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
