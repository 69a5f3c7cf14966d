//! One's own password and second factor.

use super::session::answer;
use crate::caller::{Caller, Origin};
use crate::sent::Sent;
use crate::state::Shared;
use crate::trouble::Answered;
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use certwright_api::sign_in::{
    PasswordChange, PasswordProof, RecoveryCodes, SessionState, TotpCode, TotpSecret,
};

/// Changes one's own password. All sessions end; the answer sets the cookie of a new one.
#[utoipa::path(put, path = "/session/password", operation_id = "changeOwnPassword", tag = "sign-in",
    request_body = PasswordChange,
    responses((status = 200, body = SessionState, headers(("Set-Cookie" = String)))))]
pub(crate) async fn password(
    State(shared): State<Shared>,
    caller: Caller,
    origin: Origin,
    sent: Sent<PasswordChange>,
) -> Answered<Response> {
    unbroken(async move { Ok(answer(shared.people.change_password(&origin, &caller, sent.value).await?)) })
        .await
}

/// Makes a secret for an authenticator. It counts once a code of it was sent to the same path by PUT.
#[utoipa::path(post, path = "/session/totp", operation_id = "proposeTotp", tag = "sign-in",
    responses((status = 200, body = TotpSecret)))]
pub(crate) async fn propose_totp(State(shared): State<Shared>, caller: Caller) -> Answered<Json<TotpSecret>> {
    unbroken(async move { Ok(Json(shared.people.propose_totp(&caller.own()?.1).await?)) }).await
}

/// Turns the second factor on, by a code of the secret that was made before. The recovery codes are in this answer and in
/// no other.
#[utoipa::path(put, path = "/session/totp", operation_id = "enableTotp", tag = "sign-in",
    request_body = TotpCode, responses((status = 200, body = RecoveryCodes)))]
pub(crate) async fn enable_totp(
    State(shared): State<Shared>,
    caller: Caller,
    sent: Sent<TotpCode>,
) -> Answered<Json<RecoveryCodes>> {
    unbroken(async move {
        let user = &caller.own()?.1;
        Ok(Json(shared.people.enable_totp(&caller.who, user, sent.value.code.reveal()).await?))
    })
    .await
}

/// Turns the second factor off.
#[utoipa::path(delete, path = "/session/totp", operation_id = "removeTotp", tag = "sign-in",
    request_body = PasswordProof, responses((status = 204)))]
pub(crate) async fn remove_totp(
    State(shared): State<Shared>,
    caller: Caller,
    origin: Origin,
    sent: Sent<PasswordProof>,
) -> Answered<StatusCode> {
    unbroken(async move {
        let user = &caller.own()?.1;
        shared.people.confirm(&origin, user, sent.value.password.reveal(), "password").await?;
        shared.people.remove_totp(&caller.who, user).await?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Makes new recovery codes; those from before are good no longer. They are in this answer and in no other.
#[utoipa::path(post, path = "/session/totp/recovery-codes", operation_id = "renewRecoveryCodes", tag = "sign-in",
    request_body = PasswordProof, responses((status = 200, body = RecoveryCodes)))]
pub(crate) async fn renew_recovery_codes(
    State(shared): State<Shared>,
    caller: Caller,
    origin: Origin,
    sent: Sent<PasswordProof>,
) -> Answered<Json<RecoveryCodes>> {
    unbroken(async move {
        let user = &caller.own()?.1;
        shared.people.confirm(&origin, user, sent.value.password.reveal(), "password").await?;
        Ok(Json(shared.people.renew_recovery_codes(&caller.who, user).await?))
    })
    .await
}
