//! The service itself.

use crate::openapi::openapi;
use crate::state::Shared;
use crate::trouble::Answered;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use certwright_api::service::{HealthCount, Service, ServiceHealth, ServiceTrouble};
use certwright_engine::EngineError;

/// The running service.
#[utoipa::path(get, path = "/service", operation_id = "getService", tag = "service",
    responses((status = 200, body = Service)))]
pub(crate) async fn get(State(shared): State<Shared>) -> Answered<Json<Service>> {
    let next_moment = shared.engine.store().next_moment().await.map_err(EngineError::from)?;
    let counts = shared.engine.store().counts(shared.engine.now()).await.map_err(EngineError::from)?;
    Ok(Json(Service {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_directory: shared.engine.layout().root().display().to_string(),
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
