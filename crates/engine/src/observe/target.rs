//! The facts of a deploy plan: what the target is like now, and which version its link points to.

use crate::engine::{Engine, storage};
use certwright_contract::Wanted;
use certwright_core::certificate::{Certificate, DeploymentSettings};
use certwright_core::deploy_plan::{DeployFacts, deploy_plan};
use certwright_core::failure::Failure;
use certwright_core::id::VersionId;
use certwright_core::identifier::Identifier;
use certwright_core::plan::Plan;
use certwright_providers::deploy;
use certwright_store::Page;

/// Observes one target, then plans how it will serve the certificate. Nothing is changed.
pub(crate) async fn plan_deploy(
    engine: &Engine,
    certificate: &Certificate,
    deployment: &DeploymentSettings,
    identifiers: &[Identifier],
) -> Result<Plan, Failure> {
    let target = deploy::target(&deployment.target).ok_or_else(|| {
        Failure::person(
            "no-target",
            format!("deploy to {}", deployment.target),
            "this program knows no such target",
            "choose another target for the deployment",
        )
    })?;
    let link = engine.layout.link(&certificate.id);
    let earlier = earlier_fingerprints(engine, certificate).await?;
    let wanted = Wanted { identifiers: identifiers.to_vec(), link: link.clone(), earlier };
    let planned = target.plan(&deployment.settings, &wanted, &engine.ports).await?;
    Ok(deploy_plan(DeployFacts {
        deployment: deployment.id.clone(),
        target: deployment.target.clone(),
        folder: engine.layout.certificate(&certificate.id).display().to_string(),
        link: planned.switch_link.then(|| link.display().to_string()),
        from: linked_version(&link),
        before: planned.before,
        after: planned.after,
        settle: planned.settle,
        bindings: planned.bindings,
        warnings: planned.warnings,
    }))
}

/// The version that a link points to now.
pub(crate) fn linked_version(link: &std::path::Path) -> Option<VersionId> {
    let target = std::fs::read_link(link).ok()?;
    Some(VersionId::from(target.file_name()?.to_str()?))
}

async fn earlier_fingerprints(engine: &Engine, certificate: &Certificate) -> Result<Vec<String>, Failure> {
    // The newest versions are enough: a server that missed more than these was re-pointed by somebody else.
    let versions = engine
        .store
        .versions(&certificate.id, Page::first(20))
        .await
        .map_err(|error| storage(&error.to_string()))?;
    Ok(versions.items.into_iter().filter_map(|version| Some(version.facts?.fingerprint)).collect())
}
