//! Key first: key and request are sealed in the store before anybody is asked for anything.
//! Begun again, the key that is stored is the key to use.

use super::fail;
use crate::blocking::blocking;
use crate::drive::{Interrupted, Work, stored};
use crate::engine::storage;
use certwright_core::failure::Failure;
use certwright_core::id::VersionId;
use certwright_core::identifier::Identifier;
use certwright_core::key::KeyType;
use certwright_core::options::{KeySource, KeyUse};
use certwright_core::renewal_information::RenewalInformation;
use certwright_core::run::Outcome;
use certwright_core::step::Step;
use certwright_core::version::{Version, VersionState};
use certwright_pki::{custom_request_der, key::PrivateKey, request::certificate_request};

pub(super) async fn perform(
    work: &mut Work<'_>,
    key_type: KeyType,
    identifiers: &[Identifier],
    common_name: Option<&str>,
    key_use: &KeyUse,
) -> Result<Outcome, Interrupted> {
    let engine = work.engine;
    match stored(engine.store.version_of_run(&work.run.id).await)? {
        Ok(Some(version)) => {
            work.run.learnt.version = Some(version.id);
            return Ok(Outcome::Done);
        }
        Ok(None) => {}
        Err(failure) => return Ok(fail(failure)),
    }
    let made = match key_use {
        KeyUse::Request { fingerprint } => given_request(work, fingerprint).await,
        KeyUse::New => made_request(key_type, None, identifiers, common_name).await,
        KeyUse::Again { version } => match key_of(work, version).await {
            Ok(key) => made_request(key_type, Some(key), identifiers, common_name).await,
            Err(failure) => Err(failure),
        },
        KeyUse::Own { fingerprint } => match own_key(work, fingerprint).await {
            Ok(key) => made_request(key_type, Some(key), identifiers, common_name).await,
            Err(failure) => Err(failure),
        },
    };
    let (key, request) = match made {
        Ok(made) => made,
        Err(failure) => return Ok(fail(failure)),
    };
    let Some((authority, account)) = work.run.plan.steps.iter().find_map(|step| match step {
        Step::OpenOrder { authority, account, .. } => Some((authority.clone(), account.clone())),
        _ => None,
    }) else {
        return Ok(super::missing("order step"));
    };
    let staging = match engine.authority_of(&authority).await {
        Ok(authority) => authority.staging,
        Err(failure) => return Ok(fail(failure)),
    };
    let id = VersionId::from_unique(&engine.chance.unique());
    // Nothing is sealed where there is no key: an empty text is how the store knows that.
    let sealed = match key.as_ref().map(|key| engine.vault.seal_version_key(&id, key.pkcs8_der())) {
        None => Vec::new(),
        Some(Ok(sealed)) => sealed,
        Some(Err(failure)) => return Ok(fail(failure)),
    };
    let version = Version {
        id: id.clone(),
        certificate: work.run.certificate.clone(),
        run: work.run.id.clone(),
        authority,
        account,
        state: VersionState::KeyStored,
        key_type,
        has_key: key.is_some(),
        staging,
        created_at: engine.now(),
        published_at: None,
        facts: None,
        trust: None,
        renewal_information: RenewalInformation::default(),
        certificate_url: None,
        revocation: None,
        revoking: None,
    };
    work.pass("make-key:made")?;
    if let Err(failure) = stored(engine.store.store_key(&version, &sealed, &request, work.fence).await)? {
        return Ok(fail(failure));
    }
    work.pass("make-key:stored")?;
    work.run.learnt.version = Some(id);
    Ok(Outcome::Done)
}

/// The key, where it is here, and the request in DER.
type Made = (Option<PrivateKey>, Vec<u8>);

async fn made_request(
    key_type: KeyType,
    key: Option<PrivateKey>,
    identifiers: &[Identifier],
    common_name: Option<&str>,
) -> Result<Made, Failure> {
    // RSA keys take up to seconds: not on a thread that others wait for.
    let (names, common) = (identifiers.to_vec(), common_name.map(str::to_owned));
    blocking(move || {
        let made = key.map_or_else(|| PrivateKey::generate(key_type), Ok).and_then(|key| {
            let request = certificate_request(&key, &names, common.as_deref())?;
            Ok((Some(key), request))
        });
        made.map_err(|error| trouble(key_type, &error.to_string()))
    })
    .await
}

/// The key of an earlier version.
async fn key_of(work: &Work<'_>, version: &VersionId) -> Result<PrivateKey, Failure> {
    let engine = work.engine;
    let sealed = engine.store.version_key(version).await.map_err(|error| storage(&error.to_string()))?;
    let der = engine.vault.open_version_key(version, &sealed)?;
    PrivateKey::from_pkcs8_der(&der).map_err(|error| storage(&error.to_string()))
}

/// The key that a person gave, if it is still the one that the plan was made with.
async fn own_key(work: &Work<'_>, fingerprint: &str) -> Result<PrivateKey, Failure> {
    let key = work.engine.own_key(&work.run.certificate).await?;
    if key.spki_fingerprint() == fingerprint { Ok(key) } else { Err(changed()) }
}

/// The request that a person gave, with its key where that was given too.
async fn given_request(work: &Work<'_>, fingerprint: &str) -> Result<Made, Failure> {
    let certificate = work.engine.store.certificate(&work.run.certificate).await;
    let certificate = certificate.map_err(|error| storage(&error.to_string()))?;
    let KeySource::Request(request) = certificate.settings.options.key_source else { return Err(changed()) };
    if request.fingerprint != fingerprint {
        return Err(changed());
    }
    let key = if request.has_key { Some(own_key(work, fingerprint).await?) } else { None };
    let der = custom_request_der(&request).map_err(|error| storage(&error.to_string()))?;
    Ok((key, der))
}

fn changed() -> Failure {
    Failure::retry(
        "key-changed",
        "take the key that the plan was made with",
        "another one was given meanwhile",
        "nothing: a new plan is made",
    )
}

fn trouble(key_type: KeyType, answer: &str) -> Failure {
    Failure::retry(
        "key",
        format!("make an {key_type} key and its request"),
        answer,
        "nothing yet: Certwright tries again",
    )
}
