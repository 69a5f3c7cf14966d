//! The facts of a deploy plan: what the target is like now, and which version its link points to.

use crate::engine::{Engine, storage};
use certwright_contract::Wanted;
use certwright_core::certificate::{Certificate, DeploymentSettings};
use certwright_core::deploy_gate::{Before, DeployGate, deploy_gate};
use certwright_core::deploy_plan::{DeployFacts, deploy_plan};
use certwright_core::failure::Failure;
use certwright_core::id::VersionId;
use certwright_core::identifier::Identifier;
use certwright_core::plan::Plan;
use certwright_core::step::ProviderAct;
use certwright_providers::deploy;
use certwright_store::{Page, StoreError};
use serde_json::Value;

/// Observes one target, then plans how it will serve the certificate. Nothing is changed.
pub(crate) async fn plan_deploy(
    engine: &Engine,
    certificate: &Certificate,
    deployment: &DeploymentSettings,
    wanted: &WantedVersion<'_>,
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
    let asked = Wanted { identifiers: wanted.identifiers.to_vec(), link: link.clone(), earlier };
    let planned = target.plan(&deployment.settings, &asked, &engine.ports).await?;
    let mut warnings = deploy_gate(DeployGate {
        target: &deployment.target,
        has_key: wanted.has_key,
        staging: wanted.staging,
        staging_may_replace: certificate.settings.options.staging_may_replace,
        before: before(engine, deployment, planned.before.iter().chain(&planned.after)).await?,
    })?;
    warnings.extend(planned.warnings);
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
        warnings,
    }))
}

/// The version that is to be deployed, or the next one, before it is known.
pub(crate) struct WantedVersion<'a> {
    pub(crate) identifiers: &'a [Identifier],
    pub(crate) has_key: bool,
    pub(crate) staging: bool,
}

impl<'a> WantedVersion<'a> {
    /// The one that is ordered next.
    pub(crate) fn next(certificate: &'a Certificate) -> Self {
        let options = &certificate.settings.options;
        Self {
            identifiers: &certificate.settings.identifiers,
            has_key: options.key_source.has_key(),
            staging: options.staging,
        }
    }
}

/// What the target has now: by the version that was deployed last, else by what the plan's acts would replace.
async fn before(
    engine: &Engine,
    deployment: &DeploymentSettings,
    acts: impl Iterator<Item = &ProviderAct>,
) -> Result<Before, Failure> {
    let deployed = match engine.store.deployment(&deployment.id).await {
        Ok(deployment) => deployment.deployed,
        Err(StoreError::NotFound { .. }) => None,
        Err(error) => return Err(storage(&error.to_string())),
    };
    let Some(id) = deployed else {
        let replaces = acts.into_iter().any(|act| replaces(&act.act));
        return Ok(if replaces { Before::PerhapsTrusted } else { Before::Nothing });
    };
    let version = engine.store.version(&id).await.map_err(|error| storage(&error.to_string()))?;
    Ok(if version.staging { Before::Staging } else { Before::PerhapsTrusted })
}

/// Whether an act replaces something: lines that it removes, or a whole that it expects to be there.
fn replaces(act: &Value) -> bool {
    match act {
        Value::Object(fields) if fields.contains_key("hunks") => {
            fields["hunks"].as_array().is_some_and(|hunks| {
                hunks.iter().any(|hunk| hunk["removed"].as_array().is_some_and(|lines| !lines.is_empty()))
            })
        }
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| if name == "expects" { !value.is_null() } else { replaces(value) }),
        _ => false,
    }
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
