//! The facts of an obtain plan.

use super::keys::key_facts;
use crate::acme_failure::failure_at;
use crate::engine::Engine;
use certwright_core::certificate::{Certificate, CertificateSettings};
use certwright_core::failure::Failure;
use certwright_core::key::KeyType;
use certwright_core::obtain_plan::{ObtainFacts, obtain_plan};
use certwright_core::plan::Plan;
use certwright_providers::deploy;

/// Observes, then plans how to obtain the certificate. Nothing is sent but a look at the directory.
pub(crate) async fn plan_obtain(engine: &Engine, certificate: &Certificate) -> Result<Plan, Failure> {
    let settings = &certificate.settings;
    let authority = engine.authority_of(&settings.authority).await?;
    let account = engine.account_of(settings, &authority).await?;
    let client = engine.acme.client(&authority)?;
    let directory =
        client.directory().await.map_err(|error| failure_at(&error, &authority.title, engine.now()))?;
    let offered: Vec<String> = directory.meta.profiles.keys().cloned().collect();
    let port_owner = engine.port_owner(certificate, &account).await?;
    obtain_plan(&ObtainFacts {
        settings,
        authority: &authority,
        offered_profiles: (!offered.is_empty()).then_some(&offered),
        account: &account,
        target_keys: &target_keys(settings),
        keys: key_facts(engine, certificate).await?,
        challenge_port: engine.options.challenge_port,
        port_owner: &port_owner,
    })
}

fn target_keys(settings: &CertificateSettings) -> Vec<KeyType> {
    settings
        .deployments
        .iter()
        .filter_map(|deployment| Some(deploy::target(&deployment.target)?.key()))
        .collect()
}
