//! The web interface: files of the pages, and the entry for every address that is a screen.

use crate::trouble::Trouble;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use certwright_api::problem::ProblemKind;
use certwright_web_ui::{File, file, missing};
use std::borrow::Cow;

/// Addresses that are no screens: what is not found there is said to be missing.
const OTHERS: [&str; 3] = ["/api/", "/acme/", "/assets/"];

/// What a browser keeps for ever: the name changes with the content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// What it asks for again each time; the tag makes that cheap.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// The file of this path; else the entry, which knows the screens.
pub(crate) async fn get(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path();
    let is_screen = !OTHERS.iter().any(|other| path.starts_with(other)) && path != "/api";
    if !matches!(method, Method::GET | Method::HEAD) || !is_screen && !path.starts_with("/assets/") {
        return no_such_path(path).into_response();
    }
    if let Some(found) = file(path.trim_start_matches('/')) {
        return answer(found, &headers);
    }
    if !is_screen {
        return no_such_path(path).into_response();
    }
    match (file("index.html"), missing()) {
        (Some(entry), _) => answer(entry, &headers),
        (None, reason) => without_pages(reason.unwrap_or("they were not built")),
    }
}

fn no_such_path(path: &str) -> Trouble {
    Trouble::new(
        ProblemKind::NoSuchPath,
        format!("there is no path {path}"),
        "GET /api/v1/openapi.json lists all paths of the API",
    )
}

fn answer(file: &'static File, headers: &HeaderMap) -> Response {
    let text =
        |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let keep = if file.is_immutable() { FOR_EVER } else { ASK_AGAIN };
    let about = [
        (header::ETAG, HeaderValue::from_static(file.tag)),
        (header::CACHE_CONTROL, keep),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if text(header::IF_NONE_MATCH).split(',').any(|tag| tag.trim().trim_start_matches("W/") == file.tag) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    let encoded = file.encoded(text(header::ACCEPT_ENCODING));
    let bytes = match encoded.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    };
    let mut response = (about, Body::from(bytes)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media));
    if let Some(encoding) = encoded.encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// What a browser sees of a program that was built without Node.
fn without_pages(reason: &str) -> Response {
    let escaped = reason.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Certwright</title>\
         <h1>Certwright runs, without its web interface</h1>\
         <p>The service, its API and the command line work. The pages are not part of this build:</p><pre>{escaped}</pre>\
         <p>The command line does everything the pages do: <code>certwright --help</code>.</p></html>\n"
    );
    let html = [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
    (StatusCode::NOT_IMPLEMENTED, html, page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn asked(method: Method, path: &'static str) -> Response {
        get(method, Uri::from_static(path), HeaderMap::new()).await
    }

    #[tokio::test]
    async fn screens_are_the_entry_and_what_is_missing_elsewhere_is_said() {
        let built = missing().is_none();
        for path in ["/", "/certificates/cert-1/plan", "/welcome"] {
            let response = asked(Method::GET, path).await;
            let expected = if built { StatusCode::OK } else { StatusCode::NOT_IMPLEMENTED };
            assert_eq!(response.status(), expected, "{path}");
            assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        }
        for path in ["/api/v2/x", "/api", "/acme/none/directory", "/assets/old-1234.js"] {
            assert_eq!(asked(Method::GET, path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(asked(Method::POST, "/").await.status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn the_entry_is_asked_for_again_and_told_when_it_is_the_same() {
        let Some(entry) = file("index.html") else { return };
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(entry.tag));
        let response = get(Method::GET, Uri::from_static("/"), headers).await;
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
    }
}
