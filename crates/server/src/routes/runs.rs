//! Runs: reading them, and asking them to stop.

use crate::answers;
use crate::door::Who;
use crate::sent::Asked;
use crate::state::Shared;
use crate::trouble::Answered;
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::{Path, State};
use certwright_api::page::{Page, PageQuery};
use certwright_api::runs::{Run, RunQuery};
use certwright_engine as engine;

/// A page of runs, the newest first.
#[utoipa::path(get, path = "/runs", operation_id = "listRuns", tag = "runs", params(RunQuery),
    responses((status = 200, body = Page<Run>)))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    Asked(query): Asked<RunQuery>,
) -> Answered<Json<Page<Run>>> {
    let pages = PageQuery { offset: query.offset, limit: query.limit };
    let page = engine::Page { offset: pages.offset(), limit: pages.limit() };
    let listing = shared.engine.runs_that(query.certificate.as_deref(), query.live, page).await?;
    let ids: Vec<_> = listing.items.iter().map(|run| run.certificate.clone()).collect();
    let names = shared.engine.store().names(&ids).await.map_err(engine::EngineError::from)?;
    Ok(Json(answers::page(listing, page, |run| {
        let certificate_name = names.get(&run.certificate).cloned();
        Run { certificate_name, ..Run::from(&run) }
    })))
}

/// One run.
#[utoipa::path(get, path = "/runs/{run}", operation_id = "getRun", tag = "runs",
    params(("run" = String, Path)), responses((status = 200, body = Run)))]
pub(crate) async fn get(State(shared): State<Shared>, Path(run): Path<String>) -> Answered<Json<Run>> {
    let run = shared.engine.run(&run).await?;
    Ok(Json((&run).into()))
}

/// Asks a run to stop. Its clean-up is still done; one that is over stays as it is.
#[utoipa::path(post, path = "/runs/{run}/cancel", operation_id = "cancelRun", tag = "runs",
    params(("run" = String, Path)), responses((status = 200, body = Run)))]
pub(crate) async fn cancel(
    State(shared): State<Shared>,
    Path(run): Path<String>,
    who: Who,
) -> Answered<Json<Run>> {
    unbroken(async move {
        let run = shared.engine.cancel(&run, &who.0).await?;
        Ok(Json((&run).into()))
    })
    .await
}
