//! The routes put together, and the OpenAPI document that follows from them.

use crate::door::{admit, guard};
use crate::headers::secure;
use crate::roles::{Need, need_of};
use crate::routes::{
    accounts, acme, asking, audit, authorities, certificates, changing, doctor, events, gathered, history,
    incidents, issuers, issuing, own_account, pages, revoking, runs, service, session, sessions, settings,
    support, targets, upkeep, users, watch,
};
use crate::sent::MOST_BYTES;
use crate::state::Shared;
use crate::trouble::Trouble;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, Uri};
use axum::routing::{any, get};
use axum::{Router, middleware};
use certwright_api::problem::{CONTENT_TYPE, Problem, ProblemKind};
use std::collections::HashMap;
use std::sync::LazyLock;
use tower_http::compression::CompressionLayer;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How a program says who it is.
const TOKEN: &str = "token";

/// How a browser does. The name has the port, and with TLS begins with `__Host-`.
const COOKIE: &str = "cookie";

fn routes() -> OpenApiRouter<Shared> {
    let document = OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Certwright")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "The API of the certificate manager Certwright. Whatever is no success is a problem document \
                     (RFC 9457) with a stable type and a remedy.",
                ))
                .build(),
        )
        .components(Some(components()))
        .security(Some([TOKEN, COOKIE].map(|way| SecurityRequirement::new::<_, [&str; 0], &str>(way, []))))
        .build();
    let api = OpenApiRouter::new()
        .routes(routes!(service::get))
        .routes(routes!(service::configuration))
        .routes(routes!(service::health))
        .routes(routes!(service::document))
        .routes(routes!(support::get))
        .routes(routes!(session::get, session::sign_in, session::sign_out))
        .routes(routes!(session::by_link))
        .routes(routes!(session::set_up))
        .routes(routes!(session::link))
        .routes(routes!(own_account::password))
        .routes(routes!(own_account::propose_totp, own_account::enable_totp, own_account::remove_totp))
        .routes(routes!(own_account::renew_recovery_codes))
        .routes(routes!(sessions::list, sessions::end_others))
        .routes(routes!(sessions::end))
        .routes(routes!(sessions::tokens, sessions::create_token))
        .routes(routes!(sessions::delete_token))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::get, users::update, users::delete))
        .routes(routes!(users::set_password))
        .routes(routes!(users::reset_totp))
        .routes(routes!(certificates::list, changing::create))
        .routes(routes!(gathered::summary))
        .routes(routes!(gathered::ids))
        .routes(routes!(gathered::timeline))
        .routes(routes!(gathered::bulk))
        .routes(routes!(gathered::preview_draft))
        .routes(routes!(gathered::preview_changes))
        .routes(routes!(gathered::sites))
        .routes(routes!(certificates::get, changing::update, changing::delete))
        .routes(routes!(certificates::preview))
        .routes(routes!(certificates::test))
        .routes(routes!(certificates::export))
        .routes(routes!(asking::request))
        .routes(routes!(asking::deploy))
        .routes(routes!(asking::renew))
        .routes(routes!(history::versions))
        .routes(routes!(revoking::revoke))
        .routes(routes!(revoking::refetch))
        .routes(routes!(revoking::check_revocation))
        .routes(routes!(history::chain))
        .routes(routes!(history::observations))
        .routes(routes!(history::log))
        .routes(routes!(runs::list))
        .routes(routes!(runs::get))
        .routes(routes!(runs::cancel))
        .routes(routes!(events::stream))
        .routes(routes!(events::list))
        .routes(routes!(authorities::list))
        .routes(routes!(authorities::get, authorities::put, authorities::update, authorities::delete))
        .routes(routes!(authorities::terms))
        .routes(routes!(authorities::probes))
        .routes(routes!(authorities::probe))
        .routes(routes!(authorities::move_certificates))
        .routes(routes!(authorities::limits))
        .routes(routes!(accounts::list, accounts::create))
        .routes(routes!(accounts::get, accounts::update, accounts::delete))
        .routes(routes!(accounts::import))
        .routes(routes!(accounts::change_key))
        .routes(routes!(accounts::agree))
        .routes(routes!(accounts::check))
        .routes(routes!(accounts::deactivate))
        .routes(routes!(accounts::prefer_chain))
        .routes(routes!(issuers::list, issuers::create))
        .routes(routes!(issuers::get, issuers::update, issuers::delete))
        .routes(routes!(issuing::keys, issuing::create_key))
        .routes(routes!(issuing::delete_key))
        .routes(routes!(issuing::issued))
        .routes(routes!(settings::get, settings::put))
        .routes(routes!(audit::list))
        .routes(routes!(incidents::list))
        .routes(routes!(incidents::get))
        .routes(routes!(targets::list))
        .routes(routes!(upkeep::list, upkeep::create))
        .routes(routes!(doctor::diagnose, doctor::repair))
        .routes(routes!(upkeep::check))
        .routes(routes!(upkeep::roll_back))
        .routes(routes!(upkeep::reset));
    OpenApiRouter::with_openapi(document).nest(certwright_api::BASE, api)
}

fn components() -> Components {
    let mut schemas = Vec::new();
    Problem::schemas(&mut schemas);
    let mut components = Components::new();
    components.schemas.extend(schemas);
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    components.add_security_scheme(TOKEN, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    let cookie = ApiKeyValue::new("certwright-9644");
    components.add_security_scheme(COOKIE, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    components
}

/// Every operation may answer with a problem; said once here instead of at every route.
fn add_problems(mut document: OpenApi) -> OpenApi {
    let schema = Ref::from_schema_name(Problem::name());
    let problem = ResponseBuilder::new()
        .description("What happened, and what to do")
        .content(CONTENT_TYPE, ContentBuilder::new().schema(Some(schema)).build())
        .build();
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let responses = &mut operation.responses.responses;
        responses.insert("default".to_owned(), problem.clone().into());
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete]
        .into_iter()
        .filter_map(Option::as_mut)
}

/// The OpenAPI document, the same text every time.
pub fn openapi() -> String {
    let mut router = routes();
    let document = add_problems(router.to_openapi());
    // Through a value: its maps are sorted, whatever order the builders had.
    let value = serde_json::to_value(document).unwrap_or_default();
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    text
}

/// What each method of each path needs, by the table of roles; an operation that is not in it is nobody's.
static NEEDS: LazyLock<HashMap<(Method, String), Option<Need>>> = LazyLock::new(|| {
    let mut document = routes().to_openapi();
    let mut needs = HashMap::new();
    for (path, item) in &mut document.paths.paths {
        let methods = [
            (Method::GET, &item.get),
            (Method::PUT, &item.put),
            (Method::POST, &item.post),
            (Method::PATCH, &item.patch),
            (Method::DELETE, &item.delete),
        ];
        for (method, operation) in methods {
            if let Some(operation) = operation {
                let id = operation.operation_id.as_deref().unwrap_or_default();
                needs.insert((method, path.clone()), need_of(id));
            }
        }
    }
    needs
});

/// What this method of this path needs; `None` where there is no such operation, and nothing can be done by it.
pub(crate) fn need(method: &Method, path: &str) -> Option<Need> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    *NEEDS.get(&(method.clone(), path.to_owned()))?
}

async fn wrong_method(method: Method, uri: Uri) -> Trouble {
    Trouble::new(
        ProblemKind::WrongMethod,
        format!("{} does not know {method}", uri.path()),
        "GET /api/v1/openapi.json lists all paths with their methods",
    )
}

/// Everything behind the door.
pub(crate) fn router(shared: Shared) -> Router {
    let (router, _) = routes().split_for_parts();
    let api = router
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        // A list shrinks to a tenth. It leaves alone what is small and what streams: events must not wait in a buffer.
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(shared.clone(), admit))
        .with_state(shared.clone());
    // Beside the door: whoever may ask an authority is for the authority to say.
    let acme = Router::new()
        .route("/acme/{name}/{*path}", any(acme::answer))
        .layer(middleware::from_fn_with_state(shared.clone(), guard))
        .with_state(shared.clone());
    let watched = Router::new()
        .route("/metrics", get(watch::metrics))
        .route("/healthz", get(watch::alive))
        .route("/readyz", get(watch::ready))
        .layer(middleware::from_fn_with_state(shared.clone(), guard))
        .with_state(shared.clone());
    let pages = Router::new()
        .fallback(pages::get)
        .layer(middleware::from_fn_with_state(shared.clone(), guard))
        .with_state(shared);
    api.merge(acme).merge(watched).fallback_service(pages).layer(middleware::from_fn(secure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_the_same_every_time_and_complete() {
        let text = openapi();
        assert_eq!(text, openapi());
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.keys().all(|path| path.starts_with("/api/v1/")));
        let mut ids = Vec::new();
        for operation in paths.values().flat_map(|item| item.as_object().unwrap().values()) {
            assert_eq!(
                operation["responses"]["default"]["content"][CONTENT_TYPE]["schema"]["$ref"],
                "#/components/schemas/Problem"
            );
            assert!(!operation["summary"].as_str().unwrap().is_empty());
            ids.push(operation["operationId"].as_str().unwrap().to_owned());
        }
        let operations = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), operations);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let text = openapi();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        for part in text.split("\"#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(schemas.contains_key(name), "{name} is nowhere");
        }
    }
}
