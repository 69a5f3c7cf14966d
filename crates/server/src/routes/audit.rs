//! The audit.

use crate::answers;
use crate::sent::Asked;
use crate::state::Shared;
use crate::trouble::Answered;
use axum::Json;
use axum::extract::State;
use certwright_api::audit::{AuditLine, AuditQuery};
use certwright_api::page::Page;
use certwright_engine as engine;
use certwright_engine::EngineError;

/// A page of the audit, the newest line first: who changed what, before and after.
#[utoipa::path(get, path = "/audit", operation_id = "listAudit", tag = "audit", params(AuditQuery),
    responses((status = 200, body = Page<AuditLine>)))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    Asked(query): Asked<AuditQuery>,
) -> Answered<Json<Page<AuditLine>>> {
    let pages = query.page();
    let page = engine::Page { offset: pages.offset(), limit: pages.limit() };
    let filter = engine::AuditFilter {
        who: query.who,
        object: query.object,
        action: query.action.filter(|action| !action.is_empty()),
        after: query.after,
        before: query.before,
    };
    let listing = shared.engine.store().audit(&filter, page).await.map_err(EngineError::from)?;
    Ok(Json(answers::page(listing, page, |line| AuditLine {
        id: line.id,
        at: line.change.at,
        who: line.change.who,
        action: line.change.action,
        object: line.change.object,
        before: line.change.before,
        after: line.change.after,
    })))
}
