//! Key first: key and request are sealed in the store before anybody is asked for anything.
//! Begun again, the key that is stored is the key to use.

use super::fail;
use crate::drive::{Interrupted, Work, stored};
use certwright_core::failure::Failure;
use certwright_core::id::VersionId;
use certwright_core::identifier::Identifier;
use certwright_core::key::KeyType;
use certwright_core::renewal_information::RenewalInformation;
use certwright_core::run::Outcome;
use certwright_core::step::Step;
use certwright_core::version::{Version, VersionState};
use certwright_pki::{key::PrivateKey, request::certificate_request};

pub(super) async fn perform(
    work: &mut Work<'_>,
    key_type: KeyType,
    identifiers: &[Identifier],
    common_name: Option<&str>,
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
    // RSA keys take up to a second: not on a thread that others wait for.
    let (names, common) = (identifiers.to_vec(), common_name.map(str::to_owned));
    let made = tokio::task::spawn_blocking(move || {
        let key = PrivateKey::generate(key_type)?;
        let request = certificate_request(&key, &names, common.as_deref())?;
        Ok::<_, certwright_pki::PkiError>((key, request))
    })
    .await;
    let (key, request) = match made {
        Ok(Ok(made)) => made,
        Ok(Err(error)) => return Ok(fail(trouble(key_type, &error.to_string()))),
        Err(error) => return Ok(fail(trouble(key_type, &error.to_string()))),
    };
    let Some((authority, account)) = work.run.plan.steps.iter().find_map(|step| match step {
        Step::OpenOrder { authority, account, .. } => Some((authority.clone(), account.clone())),
        _ => None,
    }) else {
        return Ok(super::missing("order step"));
    };
    let id = VersionId::from_unique(&engine.chance.unique());
    let sealed = match engine.vault.seal_version_key(&id, key.pkcs8_der()) {
        Ok(sealed) => sealed,
        Err(failure) => return Ok(fail(failure)),
    };
    let version = Version {
        id: id.clone(),
        certificate: work.run.certificate.clone(),
        run: work.run.id.clone(),
        authority,
        account,
        state: VersionState::KeyStored,
        key_type,
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

fn trouble(key_type: KeyType, answer: &str) -> Failure {
    Failure::retry(
        "key",
        format!("make an {key_type} key and its request"),
        answer,
        "nothing yet: Certwright tries again",
    )
}
