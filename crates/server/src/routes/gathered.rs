//! Figures and selections over many certificates, previews of drafts, sites: what screens need beside lists.

use super::changing::{changes, draft};
use crate::administered;
use crate::answers;
use crate::caller::Caller;
use crate::door::Who;
use crate::sent::{Asked, Sent};
use crate::state::Shared;
use crate::trouble::{Answered, Trouble};
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::{Path, State};
use certwright_api::edits::{CertificateChanges, CertificateDraft};
use certwright_api::gathered::{
    BulkAction, BulkAnswer, BulkRefusal, BulkRequest, CountedChoice, GatheringQuery, SelectedIds, Site,
    Summary, TargetSites, TimeLine, TimeLineBucket, TimeLineQuery,
};
use certwright_api::page::List;
use certwright_api::preview::Preview;
use certwright_api::problem::{Problem, Refusal};
use certwright_api::service::HealthCount;
use certwright_core::Timestamp;
use certwright_core::id::CertificateId;
use certwright_engine as engine;
use certwright_engine::EngineError;

/// The most of each kind of choice in a summary.
const CHOICES: u32 = 200;
/// The most ids in one answer, and in one bulk change.
const AT_ONCE: u32 = 200;
/// The most sites of one target.
const SITES: usize = 1_000;
const DAY: u32 = 86_400;

fn filter(query: GatheringQuery, now: Timestamp) -> engine::CertificateFilter {
    engine::CertificateFilter {
        text: query.search.filter(|text| !text.trim().is_empty()),
        tag: query.tag,
        authority: query.authority.map(Into::into),
        target: query.target,
        health: query.health.map(|health| (health.into(), now)),
        ..engine::CertificateFilter::default()
    }
}

fn choices(counted: Vec<engine::Counted>) -> Vec<CountedChoice> {
    counted.into_iter().map(|counted| CountedChoice { word: counted.word, number: counted.number }).collect()
}

/// How many certificates there are: by health among those asked for, and what lists can be narrowed by.
#[utoipa::path(get, path = "/certificates/summary", operation_id = "summarizeCertificates", tag = "certificates",
    params(GatheringQuery), responses((status = 200, body = Summary)))]
pub(crate) async fn summary(
    State(shared): State<Shared>,
    Asked(query): Asked<GatheringQuery>,
) -> Answered<Json<Summary>> {
    let now = shared.engine.now();
    let store = shared.engine.store();
    let healths = store.healths(&filter(query, now), now).await.map_err(EngineError::from)?;
    let all = store.choices(CHOICES).await.map_err(EngineError::from)?;
    Ok(Json(Summary {
        healths: healths
            .into_iter()
            .map(|(health, number)| HealthCount { health: health.into(), number })
            .collect(),
        tags: choices(all.tags),
        authorities: choices(all.authorities),
        targets: choices(all.targets),
    }))
}

/// Ids of certificates, to change all of a selection however long it is: asked for again with `after`, until there are no
/// more.
#[utoipa::path(get, path = "/certificates/ids", operation_id = "selectCertificates", tag = "certificates",
    params(GatheringQuery), responses((status = 200, body = SelectedIds)))]
pub(crate) async fn ids(
    State(shared): State<Shared>,
    Asked(mut query): Asked<GatheringQuery>,
) -> Answered<Json<SelectedIds>> {
    let after = query.after.take().map(CertificateId::from);
    let filter = filter(query, shared.engine.now());
    let ids =
        shared.engine.store().select(&filter, after.as_ref(), AT_ONCE).await.map_err(EngineError::from)?;
    let more = ids.len() == AT_ONCE as usize;
    Ok(Json(SelectedIds { items: ids.iter().map(ToString::to_string).collect(), more }))
}

/// What happens when: renewals that are due and versions that end, day by day.
#[utoipa::path(get, path = "/certificates/timeline", operation_id = "certificatesTimeLine", tag = "certificates",
    params(TimeLineQuery), responses((status = 200, body = TimeLine)))]
pub(crate) async fn timeline(
    State(shared): State<Shared>,
    Asked(query): Asked<TimeLineQuery>,
) -> Answered<Json<TimeLine>> {
    let from = shared.engine.now();
    let buckets = query.days.unwrap_or(90).clamp(1, 400);
    let wanted = engine::TimeLine { from, bucket: i64::from(DAY) * 1_000, buckets };
    let found = shared.engine.store().time_line(&wanted).await.map_err(EngineError::from)?;
    let items = found
        .into_iter()
        .map(|bucket| TimeLineBucket { index: bucket.index, due: bucket.due, ending: bucket.ending })
        .collect();
    Ok(Json(TimeLine { from, bucket_seconds: DAY, buckets, items }))
}

/// Changes several certificates, each by itself: what cannot be changed is answered with the reason and holds up no other.
#[utoipa::path(post, path = "/certificates/bulk", operation_id = "changeCertificates", tag = "certificates",
    request_body = BulkRequest, responses((status = 200, body = BulkAnswer)))]
pub(crate) async fn bulk(
    State(shared): State<Shared>,
    who: Who,
    sent: Sent<BulkRequest>,
) -> Answered<Json<BulkAnswer>> {
    let BulkRequest { certificates, action } = sent.value;
    if certificates.len() > AT_ONCE as usize {
        let refusal = Refusal {
            field: "certificates".to_owned(),
            reason: format!("there are {} of them, and {AT_ONCE} at once is the most", certificates.len()),
            remedy: "send them in parts".to_owned(),
        };
        return Err(Trouble(Box::new(Problem::refused(vec![refusal]))));
    }
    let ids: Vec<CertificateId> = certificates.into_iter().map(Into::into).collect();
    let change = match action {
        BulkAction::Pause => engine::Together::Pause(true),
        BulkAction::Resume => engine::Together::Pause(false),
        BulkAction::Tag { add, remove } => engine::Together::Tag { add, remove },
        BulkAction::Delete => engine::Together::Delete,
    };
    unbroken(async move {
        let changed = shared.engine.change_together(&ids, &change, &who.0).await?;
        let refused = changed
            .refused
            .into_iter()
            .map(|(certificate, name, reason)| BulkRefusal {
                certificate: certificate.to_string(),
                name,
                reason,
            })
            .collect();
        Ok(Json(BulkAnswer { done: changed.done, refused }))
    })
    .await
}

/// What would be done if this draft were created and requested. Nothing is stored, nothing is ordered.
#[utoipa::path(post, path = "/certificates/preview", operation_id = "previewDraft", tag = "certificates",
    request_body = CertificateDraft, responses((status = 200, body = Preview)))]
pub(crate) async fn preview_draft(
    State(shared): State<Shared>,
    caller: Caller,
    sent: Sent<CertificateDraft>,
) -> Answered<Json<Preview>> {
    // A plan shows what is in the files that it names.
    administered::check_draft(&shared, &caller, &sent.value)?;
    let preview = shared.engine.preview_draft(draft(sent.value)).await?;
    Ok(Json(answers::preview(&preview)))
}

/// What would be done if the certificate were changed like this and requested. Nothing is stored, nothing is ordered.
#[utoipa::path(post, path = "/certificates/{certificate}/preview-changes", operation_id = "previewChanges",
    tag = "certificates", params(("certificate" = String, Path, description = "Id or name")),
    request_body = CertificateChanges, responses((status = 200, body = Preview)))]
pub(crate) async fn preview_changes(
    State(shared): State<Shared>,
    Path(certificate): Path<String>,
    caller: Caller,
    sent: Sent<CertificateChanges>,
) -> Answered<Json<Preview>> {
    administered::check_changes(&shared, &caller, &certificate, &sent.value).await?;
    let preview = shared.engine.preview_changes(&certificate, changes(sent.value)).await?;
    Ok(Json(answers::preview(&preview)))
}

/// The sites that web servers on the service's machine serve, and which certificates hold their names already.
#[utoipa::path(get, path = "/sites", operation_id = "listSites", tag = "targets",
    responses((status = 200, body = List<TargetSites>)))]
pub(crate) async fn sites(State(shared): State<Shared>) -> Answered<Json<List<TargetSites>>> {
    let mut items = Vec::new();
    for found in shared.engine.sites().await {
        let target = found.target.to_owned();
        let (sites, failure) = match found.sites {
            Ok(sites) => (sites, None),
            Err(failure) => (Vec::new(), Some((&failure).into())),
        };
        let firsts: Vec<_> =
            sites.iter().take(SITES).filter_map(|site| site.names.first().cloned()).collect();
        let mut held = shared.engine.store().holders(&firsts).await.map_err(EngineError::from)?;
        let sites = sites
            .into_iter()
            .take(SITES)
            .map(|site| Site {
                certificates: site
                    .names
                    .first()
                    .and_then(|name| held.remove(name))
                    .unwrap_or_default()
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
                addresses: site.addresses.iter().map(ToString::to_string).collect(),
                names: site.names,
                tls: site.tls,
                place: site.place,
            })
            .collect();
        items.push(TargetSites { target, sites, failure });
    }
    Ok(Json(List { items }))
}
