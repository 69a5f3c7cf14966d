//! Incidents: what happens to many for the same cause.

use crate::answers;
use crate::sent::Asked;
use crate::state::Shared;
use crate::trouble::Answered;
use axum::Json;
use axum::extract::{Path, State};
use certwright_api::incidents::{Incident, IncidentQuery};
use certwright_api::page::{Page, PageQuery};
use certwright_engine as engine;
use certwright_engine::EngineError;

/// A page of incidents, the newest first.
#[utoipa::path(get, path = "/incidents", operation_id = "listIncidents", tag = "service", params(IncidentQuery),
    responses((status = 200, body = Page<Incident>)))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    Asked(query): Asked<IncidentQuery>,
) -> Answered<Json<Page<Incident>>> {
    let pages = PageQuery { offset: query.offset, limit: query.limit };
    let page = engine::Page { offset: pages.offset(), limit: pages.limit() };
    let listing = shared.engine.incidents(query.open, page).await.map_err(EngineError::from)?;
    Ok(Json(answers::page(listing, page, |incident| Incident::from(&incident))))
}

/// One incident.
#[utoipa::path(get, path = "/incidents/{incident}", operation_id = "getIncident", tag = "service",
    params(("incident" = String, Path)), responses((status = 200, body = Incident)))]
pub(crate) async fn get(
    State(shared): State<Shared>,
    Path(incident): Path<String>,
) -> Answered<Json<Incident>> {
    let incident = shared.engine.incident(&incident).await.map_err(EngineError::from)?;
    Ok(Json(Incident::from(&incident)))
}
