//! Accounts with authorities.

use crate::door::Who;
use crate::once::Once;
use crate::sent::{Asked, Sent};
use crate::state::Shared;
use crate::trouble::Answered;
use crate::unbroken::unbroken;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use certwright_api::account_changes::{
    AccountChanges, AccountCheck, AccountImport, AccountKeyChange, TermsAgreement,
};
use certwright_api::accounts::{Account, AccountDraft, AccountKeyType, AccountRemoval, ChainPreference};
use certwright_api::page::List;
use certwright_engine::{ExternalAccount, ImportedAccount, NewAccount, NewKey};

/// All accounts.
#[utoipa::path(get, path = "/accounts", operation_id = "listAccounts", tag = "accounts",
    responses((status = 200, body = List<Account>)))]
pub(crate) async fn list(State(shared): State<Shared>) -> Answered<Json<List<Account>>> {
    let accounts = shared.engine.accounts().await?;
    Ok(Json(List { items: accounts.into_iter().map(Account::from).collect() }))
}

/// One account.
#[utoipa::path(get, path = "/accounts/{account}", operation_id = "getAccount", tag = "accounts",
    params(("account" = String, Path)), responses((status = 200, body = Account)))]
pub(crate) async fn get(
    State(shared): State<Shared>,
    Path(account): Path<String>,
) -> Answered<Json<Account>> {
    Ok(Json(shared.engine.account(&account).await?.into()))
}

/// Registers an account with an authority. The terms agreed to must be those it states now.
#[utoipa::path(post, path = "/accounts", operation_id = "createAccount", tag = "accounts",
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with it, the answer is the same")),
    request_body = AccountDraft,
    responses((status = 201, body = Account, headers(("Location" = String)))))]
pub(crate) async fn create(
    State(shared): State<Shared>,
    who: Who,
    once: Once,
    sent: Sent<AccountDraft>,
) -> Answered<Response> {
    let (engine, name) = (shared.engine.clone(), who.0.clone());
    let work = Box::pin(async move {
        let draft = sent.value;
        let new = NewAccount {
            authority: draft.authority.into(),
            contact: draft.contact,
            terms_agreed: draft.terms_agreed,
            external_account: draft.external_account.map(|external| ExternalAccount {
                key_id: external.key_id,
                key: external.key.into_zeroizing(),
                algorithm: external.algorithm.name().to_owned(),
            }),
            key_type: draft.key_type.unwrap_or(AccountKeyType::ES256).into(),
        };
        Ok(Account::from(engine.create_account(new, &name).await?))
    });
    let created = (StatusCode::CREATED, Some("accounts"));
    once.perform(&shared, &who, &sent.digest, created, work).await
}

/// Says which chain the account's certificates should have, where they do not say so themselves.
#[utoipa::path(put, path = "/accounts/{account}/preferred-chain", operation_id = "preferChain", tag = "accounts",
    params(("account" = String, Path)), request_body = ChainPreference, responses((status = 200, body = Account)))]
pub(crate) async fn prefer_chain(
    State(shared): State<Shared>,
    Path(account): Path<String>,
    who: Who,
    sent: Sent<ChainPreference>,
) -> Answered<Json<Account>> {
    unbroken(async move {
        Ok(Json(shared.engine.prefer_chain(&account, sent.value.issuer, &who.0).await?.into()))
    })
    .await
}

/// Removes an account here and, if asked to, deactivates it at the authority for good.
#[utoipa::path(delete, path = "/accounts/{account}", operation_id = "deleteAccount", tag = "accounts",
    params(("account" = String, Path), AccountRemoval), responses((status = 204)))]
pub(crate) async fn delete(
    State(shared): State<Shared>,
    Path(account): Path<String>,
    who: Who,
    Asked(removal): Asked<AccountRemoval>,
) -> Answered<StatusCode> {
    unbroken(async move {
        let deactivate = removal.deactivate.unwrap_or(false);
        shared.engine.delete_account(&account, deactivate, &who.0).await?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Takes over an account that another program made. The authority must know its key by that URL.
#[utoipa::path(post, path = "/accounts/import", operation_id = "importAccount", tag = "accounts",
    request_body = AccountImport, responses((status = 201, body = Account)))]
pub(crate) async fn import(
    State(shared): State<Shared>,
    who: Who,
    sent: Sent<AccountImport>,
) -> Answered<(StatusCode, Json<Account>)> {
    unbroken(async move {
        let import = sent.value;
        let new = ImportedAccount {
            authority: import.authority.into(),
            url: import.url,
            key: import.key.into_zeroizing(),
        };
        let account = shared.engine.import_account(new, &who.0).await?;
        Ok((StatusCode::CREATED, Json(account.into())))
    })
    .await
}

/// Changes what the authority knows of an account. What is left out stays.
#[utoipa::path(patch, path = "/accounts/{account}", operation_id = "updateAccount", tag = "accounts",
    params(("account" = String, Path)), request_body = AccountChanges, responses((status = 200, body = Account)))]
pub(crate) async fn update(
    State(shared): State<Shared>,
    Path(account): Path<String>,
    who: Who,
    sent: Sent<AccountChanges>,
) -> Answered<Json<Account>> {
    unbroken(async move {
        let changed = match sent.value.contact {
            Some(contact) => shared.engine.update_contact(&account, contact, &who.0).await?,
            None => shared.engine.account(&account).await?,
        };
        Ok(Json(changed.into()))
    })
    .await
}

/// Gives an account another key. Until it is known which key the authority knows, both are stored.
#[utoipa::path(post, path = "/accounts/{account}/change-key", operation_id = "changeAccountKey", tag = "accounts",
    params(("account" = String, Path)), request_body = AccountKeyChange, responses((status = 200, body = Account)))]
pub(crate) async fn change_key(
    State(shared): State<Shared>,
    Path(account): Path<String>,
    who: Who,
    sent: Sent<AccountKeyChange>,
) -> Answered<Json<Account>> {
    unbroken(async move {
        let change = sent.value;
        let new = match change.key {
            Some(key) => NewKey::Given(key.into_zeroizing()),
            None => NewKey::Made(change.key_type.unwrap_or(AccountKeyType::ES256).into()),
        };
        Ok(Json(shared.engine.change_account_key(&account, new, &who.0).await?.into()))
    })
    .await
}

/// Agrees to the terms that the authority states now; what waited for that goes on.
#[utoipa::path(post, path = "/accounts/{account}/agree", operation_id = "agreeToTerms", tag = "accounts",
    params(("account" = String, Path)), request_body = TermsAgreement, responses((status = 200, body = Account)))]
pub(crate) async fn agree(
    State(shared): State<Shared>,
    Path(account): Path<String>,
    who: Who,
    sent: Sent<TermsAgreement>,
) -> Answered<Json<Account>> {
    unbroken(async move {
        Ok(Json(shared.engine.agree_to_terms(&account, &sent.value.terms, &who.0).await?.into()))
    })
    .await
}

/// Asks the authority whether it knows the account's key; an account is never made by that.
#[utoipa::path(post, path = "/accounts/{account}/check", operation_id = "checkAccount", tag = "accounts",
    params(("account" = String, Path)), responses((status = 200, body = AccountCheck)))]
pub(crate) async fn check(
    State(shared): State<Shared>,
    Path(account): Path<String>,
    who: Who,
) -> Answered<Json<AccountCheck>> {
    unbroken(async move {
        let checked = shared.engine.check_account(&account, &who.0).await?;
        Ok(Json(AccountCheck {
            account: checked.account.into(),
            new_terms: checked.new_terms,
            words: checked.words,
        }))
    })
    .await
}

/// Gives an account up at the authority for good. It stays here, to be looked at.
#[utoipa::path(post, path = "/accounts/{account}/deactivate", operation_id = "deactivateAccount", tag = "accounts",
    params(("account" = String, Path)), responses((status = 200, body = Account)))]
pub(crate) async fn deactivate(
    State(shared): State<Shared>,
    Path(account): Path<String>,
    who: Who,
) -> Answered<Json<Account>> {
    unbroken(async move { Ok(Json(shared.engine.deactivate_account(&account, &who.0).await?.into())) }).await
}
