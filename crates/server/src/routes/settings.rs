//! Settings: what holds for every certificate that does not say otherwise.

use crate::door::Who;
use crate::revision::{Expected, etag};
use crate::sent::Sent;
use crate::state::Shared;
use crate::trouble::{Answered, Trouble};
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use certwright_api::problem::Problem;
use certwright_api::settings::Settings;
use certwright_core::defaults::Defaults;
use certwright_core::refusal::Refusal;
use certwright_engine::EngineError;

fn tagged(settings: Settings) -> Response {
    let tag = etag(settings.revision);
    let mut response = Json(settings).into_response();
    if let Some(tag) = tag {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

fn outdated(defaults: Defaults, revision: i64) -> Trouble {
    Trouble::outdated("the settings", revision, &Settings::of(defaults, revision))
}

/// The settings as they are now.
#[utoipa::path(get, path = "/settings", operation_id = "getSettings", tag = "settings",
    responses((status = 200, body = Settings, headers(("ETag" = String)))))]
pub(crate) async fn get(State(shared): State<Shared>) -> Answered<Response> {
    let (defaults, revision) = shared.engine.defaults().await?;
    Ok(tagged(Settings::of(defaults, revision)))
}

/// Replaces the settings. When each certificate is due by them is computed in the background.
#[utoipa::path(put, path = "/settings", operation_id = "putSettings", tag = "settings",
    params(("If-Match" = String, Header, description = "The ETag of the settings as they were read")),
    request_body = Settings,
    responses((status = 200, body = Settings, headers(("ETag" = String))),
              (status = 412, body = Problem, content_type = "application/problem+json",
               description = "They were changed meanwhile; `current` is how they are now")))]
pub(crate) async fn put(
    State(shared): State<Shared>,
    who: Who,
    Expected(revision): Expected,
    sent: Sent<Settings>,
) -> Answered<Response> {
    unbroken(async move {
        let (defaults, found) = shared.engine.defaults().await?;
        if found != revision {
            return Err(outdated(defaults, found));
        }
        let wanted = sent.value.read().map_err(|wrong| {
            let refusals = wrong.into_iter().map(|(field, words)| {
                Refusal::new(field, words, "write times of day as 22:00, in the window's time zone")
            });
            EngineError::Refused(refusals.collect())
        })?;
        match shared.engine.put_defaults(revision, wanted, &who.0).await {
            Ok((defaults, revision)) => Ok(tagged(Settings::of(defaults, revision))),
            // Somebody was faster after all.
            Err(EngineError::Outdated { .. }) => {
                let (defaults, found) = shared.engine.defaults().await?;
                Err(outdated(defaults, found))
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}
