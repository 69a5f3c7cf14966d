//! The facts of an obtain plan.

use super::keys::key_facts;
use crate::acme_failure::failure_at;
use crate::engine::Engine;
use crate::order_from::OrderFrom;
use certwright_core::certificate::CertificateSettings;
use certwright_core::failure::Failure;
use certwright_core::key::KeyType;
use certwright_core::obtain_plan::{ObtainFacts, obtain_plan};
use certwright_core::plan::Plan;
use certwright_providers::deploy;
use certwright_store::CertificateRow;

/// Observes, then plans how to obtain the certificate. Nothing is sent but a look at the directory.
pub(crate) async fn plan_obtain(engine: &Engine, row: &CertificateRow) -> Result<Plan, Failure> {
    let from = engine.order_from(row).await?;
    plan_obtain_from(engine, row, from).await
}

/// The same, from an authority that was found already.
pub(crate) async fn plan_obtain_from(
    engine: &Engine,
    row: &CertificateRow,
    from: OrderFrom,
) -> Result<Plan, Failure> {
    let certificate = &row.certificate;
    let OrderFrom { authority, account, settings, why, remarks, .. } = from;
    let settings = &settings;
    let client = engine.acme.client(&authority)?;
    let directory =
        client.directory().await.map_err(|error| failure_at(&error, &authority.title, engine.now()))?;
    let offered: Vec<String> = directory.meta.profiles.keys().cloned().collect();
    let port_owner = engine.port_owner(certificate, &account).await?;
    let mut plan = obtain_plan(&ObtainFacts {
        settings,
        authority: &authority,
        offered_profiles: (!offered.is_empty()).then_some(&offered),
        account: &account,
        newest: row.version.as_ref(),
        renewal_information: directory.renewal_info.is_some(),
        failures: certificate.standing.failures,
        target_keys: &target_keys(settings),
        keys: key_facts(engine, certificate).await?,
        challenge_port: engine.options.challenge_port,
        port_owner: &port_owner,
    })?;
    plan.warnings.extend(why.into_iter().chain(remarks));
    Ok(plan)
}

fn target_keys(settings: &CertificateSettings) -> Vec<KeyType> {
    settings
        .deployments
        .iter()
        .filter_map(|deployment| Some(deploy::target(&deployment.target)?.key()))
        .collect()
}
