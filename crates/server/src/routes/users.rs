//! Users, by administrators.

use crate::caller::Caller;
use crate::revision::{Expected, etag};
use crate::sent::{Asked, Sent};
use crate::state::Shared;
use crate::trouble::Answered;
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use certwright_api::page::{Page, PageQuery};
use certwright_api::problem::Problem;
use certwright_api::users::{NewPassword, User, UserChanges, UserDraft};
use certwright_engine as engine;

fn tagged(user: User) -> Response {
    let mut headers = HeaderMap::new();
    if let Some(tag) = etag(user.revision) {
        headers.insert(header::ETAG, tag);
    }
    (headers, Json(user)).into_response()
}

/// A page of users, by name.
#[utoipa::path(get, path = "/users", operation_id = "listUsers", tag = "users", params(PageQuery),
    responses((status = 200, body = Page<User>)))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    Asked(query): Asked<PageQuery>,
) -> Answered<Json<Page<User>>> {
    let page = engine::Page { offset: query.offset(), limit: query.limit() };
    Ok(Json(shared.people.users(page).await?))
}

/// One user, by id or name.
#[utoipa::path(get, path = "/users/{user}", operation_id = "getUser", tag = "users",
    params(("user" = String, Path, description = "Id or name")),
    responses((status = 200, body = User, headers(("ETag" = String, description = "The revision")))))]
pub(crate) async fn get(State(shared): State<Shared>, Path(user): Path<String>) -> Answered<Response> {
    Ok(tagged(shared.people.user(&user).await?))
}

/// Makes a user. It takes no `Idempotency-Key`: a second one finds the name taken.
#[utoipa::path(post, path = "/users", operation_id = "createUser", tag = "users",
    request_body = UserDraft,
    responses((status = 201, body = User, headers(("ETag" = String), ("Location" = String)))))]
pub(crate) async fn create(
    State(shared): State<Shared>,
    caller: Caller,
    sent: Sent<UserDraft>,
) -> Answered<Response> {
    unbroken(async move {
        let user = shared.people.create_user(&caller.who, sent.value).await?;
        let place = HeaderValue::from_str(&format!("{}/users/{}", certwright_api::BASE, user.id));
        let mut response = tagged(user);
        *response.status_mut() = StatusCode::CREATED;
        if let Ok(place) = place {
            response.headers_mut().insert(header::LOCATION, place);
        }
        Ok(response)
    })
    .await
}

/// Changes a user: only what is sent changes. The last administrator who can sign in stays one.
#[utoipa::path(patch, path = "/users/{user}", operation_id = "updateUser", tag = "users",
    params(("user" = String, Path, description = "Id or name"),
           ("If-Match" = String, Header, description = "The ETag of the user as it was read")),
    request_body = UserChanges,
    responses((status = 200, body = User, headers(("ETag" = String))),
              (status = 412, body = Problem, content_type = "application/problem+json",
               description = "It was changed meanwhile; `current` is how it is now")))]
pub(crate) async fn update(
    State(shared): State<Shared>,
    Path(user): Path<String>,
    caller: Caller,
    Expected(revision): Expected,
    sent: Sent<UserChanges>,
) -> Answered<Response> {
    unbroken(
        async move { Ok(tagged(shared.people.update_user(&caller.who, &user, revision, sent.value).await?)) },
    )
    .await
}

/// Deletes a user, whose sessions end.
#[utoipa::path(delete, path = "/users/{user}", operation_id = "deleteUser", tag = "users",
    params(("user" = String, Path, description = "Id or name"),
           ("If-Match" = String, Header, description = "The ETag of the user as it was read")),
    responses((status = 204)))]
pub(crate) async fn delete(
    State(shared): State<Shared>,
    Path(user): Path<String>,
    caller: Caller,
    Expected(revision): Expected,
) -> Answered<StatusCode> {
    unbroken(async move {
        shared.people.delete_user(&caller.who, &user, revision).await?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Gives a user another password. The user's sessions end.
#[utoipa::path(put, path = "/users/{user}/password", operation_id = "setPassword", tag = "users",
    params(("user" = String, Path, description = "Id or name")),
    request_body = NewPassword, responses((status = 204)))]
pub(crate) async fn set_password(
    State(shared): State<Shared>,
    Path(user): Path<String>,
    caller: Caller,
    sent: Sent<NewPassword>,
) -> Answered<StatusCode> {
    unbroken(async move {
        shared.people.set_password(&caller.who, &user, sent.value.password).await?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Turns a user's second factor off.
#[utoipa::path(delete, path = "/users/{user}/totp", operation_id = "resetTotp", tag = "users",
    params(("user" = String, Path, description = "Id or name")), responses((status = 204)))]
pub(crate) async fn reset_totp(
    State(shared): State<Shared>,
    Path(user): Path<String>,
    caller: Caller,
) -> Answered<StatusCode> {
    unbroken(async move {
        shared.people.reset_totp(&caller.who, &user).await?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}
