//! Kinds of deployment targets.

use crate::state::Shared;
use axum::Json;
use axum::extract::State;
use certwright_api::page::List;
use certwright_api::targets::{Field, TargetKind};

/// All kinds of targets with their forms.
#[utoipa::path(get, path = "/targets", operation_id = "listTargets", tag = "targets",
    responses((status = 200, body = List<TargetKind>)))]
pub(crate) async fn list(State(shared): State<Shared>) -> Json<List<TargetKind>> {
    let kinds = shared.engine.targets().into_iter();
    let items = kinds.map(|kind| TargetKind {
        name: kind.name.to_owned(),
        title: kind.title.to_owned(),
        fields: kind.fields.iter().map(Field::from).collect(),
    });
    Json(List { items: items.collect() })
}
