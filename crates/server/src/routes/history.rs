//! What happened to a certificate: its versions, what its endpoints serve, its log.

use crate::answers;
use crate::sent::Asked;
use crate::state::Shared;
use crate::trouble::Answered;
use axum::Json;
use axum::extract::{Path, State};
use certwright_api::exports::{LogLines, LogQuery};
use certwright_api::observations::Observation;
use certwright_api::page::{List, Page, PageQuery};
use certwright_api::versions::{ChainLink, Version};
use certwright_engine as engine;

const USUAL_LINES: usize = 200;
const MOST_LINES: usize = 5000;

/// A page of its versions, the newest first.
#[utoipa::path(get, path = "/certificates/{certificate}/versions", operation_id = "listVersions",
    tag = "certificates",
    params(("certificate" = String, Path, description = "Id or name"), PageQuery),
    responses((status = 200, body = Page<Version>)))]
pub(crate) async fn versions(
    State(shared): State<Shared>,
    Path(certificate): Path<String>,
    Asked(query): Asked<PageQuery>,
) -> Answered<Json<Page<Version>>> {
    let page = engine::Page { offset: query.offset(), limit: query.limit() };
    let listing = shared.engine.versions(&certificate, page).await?;
    Ok(Json(answers::page(listing, page, |version| Version::from(&version))))
}

/// The newest version's chain, the certificate itself first; empty before anything was issued. The root is not part of it.
#[utoipa::path(get, path = "/certificates/{certificate}/chain", operation_id = "getChain", tag = "certificates",
    params(("certificate" = String, Path, description = "Id or name")),
    responses((status = 200, body = List<ChainLink>)))]
pub(crate) async fn chain(
    State(shared): State<Shared>,
    Path(certificate): Path<String>,
) -> Answered<Json<List<ChainLink>>> {
    let links = shared.engine.chain(&certificate).await?;
    let items =
        links.iter().map(|(facts, pem)| ChainLink { facts: facts.into(), pem: pem.clone() }).collect();
    Ok(Json(List { items }))
}

/// What its endpoints were last seen to serve.
#[utoipa::path(get, path = "/certificates/{certificate}/observations", operation_id = "listObservations",
    tag = "certificates", params(("certificate" = String, Path, description = "Id or name")),
    responses((status = 200, body = List<Observation>)))]
pub(crate) async fn observations(
    State(shared): State<Shared>,
    Path(certificate): Path<String>,
) -> Answered<Json<List<Observation>>> {
    let observations = shared.engine.observations(&certificate).await?;
    Ok(Json(List { items: observations.iter().map(Observation::from).collect() }))
}

/// The newest lines of its log, the oldest of them first.
#[utoipa::path(get, path = "/certificates/{certificate}/log", operation_id = "getLog", tag = "certificates",
    params(("certificate" = String, Path, description = "Id or name"), LogQuery),
    responses((status = 200, body = LogLines)))]
pub(crate) async fn log(
    State(shared): State<Shared>,
    Path(certificate): Path<String>,
    Asked(query): Asked<LogQuery>,
) -> Answered<Json<LogLines>> {
    let lines = query.lines.unwrap_or(USUAL_LINES).clamp(1, MOST_LINES);
    let lines = shared.engine.certificate_log(&certificate, lines).await?;
    Ok(Json(LogLines { lines }))
}
