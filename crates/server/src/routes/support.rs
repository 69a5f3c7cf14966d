//! The support bundle, put together from the answers of other routes.

use super::{authorities, doctor, gathered, incidents, runs, service, upkeep};
use crate::sent::Asked;
use crate::state::Shared;
use crate::trouble::Answered;
use axum::Json;
use axum::extract::State;
use certwright_api::gathered::GatheringQuery;
use certwright_api::incidents::IncidentQuery;
use certwright_api::runs::RunQuery;
use certwright_api::settings::Settings;
use certwright_api::support::SupportBundle;

/// The most incidents, and the most runs.
const MOST: u32 = 50;

/// How the service stands, for whoever helps: no key, password or token is in it, but names, addresses and paths are.
#[utoipa::path(get, path = "/support-bundle", operation_id = "getSupportBundle", tag = "service",
    responses((status = 200, body = SupportBundle)))]
pub(crate) async fn get(State(shared): State<Shared>) -> Answered<Json<SupportBundle>> {
    let here = || State(shared.clone());
    let (defaults, revision) = shared.engine.defaults().await?;
    let Json(summary) = gathered::summary(here(), Asked(GatheringQuery::default())).await?;
    let Json(mut all) = authorities::list(here()).await?;
    all.items.retain(|one| summary.authorities.iter().any(|used| used.word == one.id));
    let incidents = IncidentQuery { limit: Some(MOST), ..IncidentQuery::default() };
    let runs = RunQuery { limit: Some(MOST), ..RunQuery::default() };
    Ok(Json(SupportBundle {
        made_at: shared.engine.now(),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        service: service::get(here()).await?.0,
        findings: doctor::diagnose(here()).await?.0.findings,
        settings: Settings::of(defaults, revision),
        incidents: incidents::list(here(), Asked(incidents)).await?.0.items,
        authorities: all.items,
        probes: authorities::probes(here()).await?.0.items,
        runs: runs::list(here(), Asked(runs)).await?.0.items,
        backups: upkeep::list(here()).await?.0.items,
        summary,
    }))
}
