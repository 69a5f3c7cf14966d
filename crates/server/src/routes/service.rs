//! The service itself.

use crate::openapi::openapi;
use crate::state::Shared;
use crate::trouble::Answered;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use certwright_api::configuration::Configuration;
use certwright_api::incidents::Incident;
use certwright_api::service::{Database, HealthCount, Service, ServiceHealth, ServiceTrouble};
use certwright_engine::EngineError;
use std::path::Path;

/// How many open incidents are told whole.
const MOST_INCIDENTS: usize = 10;

/// The running service.
#[utoipa::path(get, path = "/service", operation_id = "getService", tag = "service",
    responses((status = 200, body = Service)))]
pub(crate) async fn get(State(shared): State<Shared>) -> Answered<Json<Service>> {
    let next_moment = shared.engine.store().next_moment().await.map_err(EngineError::from)?;
    let counts = shared.engine.store().counts(shared.engine.now()).await.map_err(EngineError::from)?;
    let open = shared.engine.open_incidents();
    Ok(Json(Service {
        incidents_open: open.len() as u64,
        incidents: open.iter().take(MOST_INCIDENTS).map(Incident::from).collect(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_directory: shared.engine.layout().root().display().to_string(),
        database: database(&shared.engine.layout().database()).await,
        started_at: shared.started_at,
        listeners: shared.listeners.to_vec(),
        next_moment,
        certificates: counts
            .healths
            .into_iter()
            .map(|(health, number)| HealthCount { health: health.into(), number })
            .collect(),
        troubles: shared
            .engine
            .troubles()
            .into_iter()
            .map(|trouble| ServiceTrouble {
                about: trouble.about.to_owned(),
                words: trouble.words,
                remedy: trouble.remedy,
            })
            .collect(),
    }))
}

/// The database's files as the file system has them; a file that is not there has no bytes.
async fn database(path: &Path) -> Database {
    let bytes = async |path: &Path| tokio::fs::metadata(path).await.map_or(0, |found| found.len());
    let mut journal = path.as_os_str().to_owned();
    journal.push("-wal");
    Database {
        path: path.display().to_string(),
        bytes: bytes(path).await,
        journal_bytes: bytes(Path::new(&journal)).await,
    }
}

/// What the service was started with, and where each value comes from.
#[utoipa::path(get, path = "/configuration", operation_id = "getConfiguration", tag = "service",
    responses((status = 200, body = Configuration)))]
pub(crate) async fn configuration(State(shared): State<Shared>) -> Json<Configuration> {
    Json(shared.configuration.as_ref().clone())
}

/// Whether the service answers and can read its database. Needs no token.
#[utoipa::path(get, path = "/health", operation_id = "getHealth", tag = "service",
    security(()), responses((status = 200, body = ServiceHealth)))]
pub(crate) async fn health(State(shared): State<Shared>) -> Answered<Json<ServiceHealth>> {
    shared.engine.store().latest_event().await.map_err(EngineError::from)?;
    Ok(Json(ServiceHealth { status: "ok".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }))
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", operation_id = "getOpenapi", tag = "service",
    responses((status = 200, body = Object)))]
pub(crate) async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], openapi()).into_response()
}
