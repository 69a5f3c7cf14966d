//! Managed certificates: reading them, looking at what would be done, checking, exporting.

use crate::answers;
use crate::caller::Caller;
use crate::revision::etag;
use crate::sent::{Asked, Sent};
use crate::state::Shared;
use crate::trouble::Answered;
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use certwright_api::certificates::{Certificate, CertificateQuery, CertificateSort};
use certwright_api::checks::TestReport;
use certwright_api::exports::{Export, ExportRequest};
use certwright_api::page::{Page, PageQuery};
use certwright_api::preview::Preview;
use certwright_api::secret::SecretText;
use certwright_core::role::Scope;
use certwright_engine as engine;
use certwright_engine::CertificateRow;

/// A certificate with its revision as ETag.
pub(crate) fn tagged(shared: &Shared, row: &CertificateRow) -> Response {
    let mut headers = HeaderMap::new();
    if let Some(tag) = etag(row.certificate.revision) {
        headers.insert(header::ETAG, tag);
    }
    (headers, Json(answers::certificate(row, shared.engine.now()))).into_response()
}

/// A page of certificates, searched, filtered and sorted.
#[utoipa::path(get, path = "/certificates", operation_id = "listCertificates", tag = "certificates",
    params(CertificateQuery), responses((status = 200, body = Page<Certificate>)))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    Asked(query): Asked<CertificateQuery>,
) -> Answered<Json<Page<Certificate>>> {
    let now = shared.engine.now();
    let pages = PageQuery { offset: query.offset, limit: query.limit };
    let page = engine::Page { offset: pages.offset(), limit: pages.limit() };
    let wanted = engine::CertificateQuery {
        filter: engine::CertificateFilter {
            text: query.search.filter(|text| !text.trim().is_empty()),
            tag: query.tag,
            authority: query.authority.map(Into::into),
            target: query.target,
            health: query.health.map(|health| (health.into(), now)),
            asked: query.asked,
            ..engine::CertificateFilter::default()
        },
        sort: match query.sort.unwrap_or_default() {
            CertificateSort::Name => engine::CertificateSort::Name,
            CertificateSort::NotAfter => engine::CertificateSort::NotAfter,
            CertificateSort::NextAt => engine::CertificateSort::NextAt,
            CertificateSort::CreatedAt => engine::CertificateSort::CreatedAt,
        },
        descending: query.descending.unwrap_or(false),
        page,
    };
    let listing = shared.engine.list_certificates(&wanted).await?;
    Ok(Json(answers::page(listing, page, |row| answers::certificate(&row, now))))
}

/// One certificate, by id or name.
#[utoipa::path(get, path = "/certificates/{certificate}", operation_id = "getCertificate", tag = "certificates",
    params(("certificate" = String, Path, description = "Id or name")),
    responses((status = 200, body = Certificate, headers(("ETag" = String, description = "The revision")))))]
pub(crate) async fn get(State(shared): State<Shared>, Path(certificate): Path<String>) -> Answered<Response> {
    let row = shared.engine.certificate(&certificate).await?;
    Ok(tagged(&shared, &row))
}

/// What would be done now, step by step. Nothing is changed, nothing is ordered.
#[utoipa::path(post, path = "/certificates/{certificate}/preview", operation_id = "previewCertificate",
    tag = "certificates", params(("certificate" = String, Path, description = "Id or name")),
    responses((status = 200, body = Preview)))]
pub(crate) async fn preview(
    State(shared): State<Shared>,
    Path(certificate): Path<String>,
) -> Answered<Json<Preview>> {
    let preview = shared.engine.preview(&certificate).await?;
    Ok(Json(answers::preview(&preview)))
}

/// Checks, each with cause and remedy. Nothing is ordered, and nothing stays changed.
#[utoipa::path(post, path = "/certificates/{certificate}/test", operation_id = "testCertificate",
    tag = "certificates", params(("certificate" = String, Path, description = "Id or name")),
    responses((status = 200, body = TestReport)))]
pub(crate) async fn test(
    State(shared): State<Shared>,
    Path(certificate): Path<String>,
) -> Answered<Json<TestReport>> {
    // What it shows for a look is taken back at its end, also when nobody waits for the answer any more.
    let checks = unbroken(async move { Ok(shared.engine.test(&certificate).await?) }).await?;
    Ok(Json(checks.into_iter().map(answers::check).collect::<Vec<_>>().into()))
}

/// The newest version as PEM. With the private key it is the one answer that holds a secret; that is audited.
#[utoipa::path(post, path = "/certificates/{certificate}/export", operation_id = "exportCertificate",
    tag = "certificates", params(("certificate" = String, Path, description = "Id or name")),
    request_body = ExportRequest, responses((status = 200, body = Export)))]
pub(crate) async fn export(
    State(shared): State<Shared>,
    Path(certificate): Path<String>,
    caller: Caller,
    sent: Sent<ExportRequest>,
) -> Answered<Response> {
    if sent.value.key {
        caller.require(Scope::ExportKeys)?;
    }
    let exported =
        unbroken(async move { Ok(shared.engine.export(&certificate, sent.value.key, &caller.who).await?) })
            .await?;
    let export = Export {
        certificate: exported.certificate,
        chain: exported.chain,
        fullchain: exported.fullchain,
        private_key: exported.private_key.map(SecretText::from),
    };
    let keep_nowhere = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((keep_nowhere, Json(export)).into_response())
}
