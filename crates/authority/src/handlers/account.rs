//! Accounts (RFC 8555 §7.3).

use crate::answer::Answer;
use crate::authority::Shared;
use crate::payload::{Change, NewAccount, contacts};
use crate::problem::{Kind, Problem};
use crate::signed::{Signed, Signer};
use certwright_store::issuer::{Account, AccountOpening, AccountStatus};
use std::net::IpAddr;

/// Orders in one page of a list.
const ORDERS_PER_PAGE: u32 = 50;

impl Shared {
    /// newAccount: opens one, or finds the one that the key has.
    pub(crate) async fn new_account(&self, source: IpAddr, signed: Signed) -> Result<Answer, Problem> {
        let request: NewAccount = signed.payload()?;
        let Signer::Key(key) = &signed.signer else {
            return Err(Problem::malformed("a new account shows its key as jwk; it has no kid yet"));
        };
        let thumbprint = key.thumbprint();
        if let Some(found) = self.parts.store.account_by_thumbprint(self.name(), &thumbprint).await? {
            return self.existing_account(&found);
        }
        if request.only_return_existing {
            return Err(Problem::new(Kind::AccountDoesNotExist, "there is no account with this key"));
        }
        if self.settings.terms_of_service.is_some() && !request.terms_of_service_agreed {
            let detail = "the terms of service in the directory must be agreed to";
            return Err(Problem::new(Kind::UserActionRequired, detail));
        }
        let contacts = contacts(request.contact.unwrap_or_default(), self.parts.limits.contacts)?;
        let external_key = match &request.external_account_binding {
            Some(binding) => Some(self.external_key_of(binding, key, &signed.url).await?),
            None if self.settings.requires_external_account() => {
                let detail =
                    "a new account must be bound to an external key; ask whoever runs this authority";
                return Err(Problem::new(Kind::ExternalAccountRequired, detail));
            }
            None => None,
        };
        let now = self.now();
        self.flood.admit(source, now).map_err(|seconds| {
            let detail = "there were too many new accounts from your address in the last hour";
            Problem::new(Kind::RateLimited, detail).with_retry_after(seconds)
        })?;
        let account = Account {
            id: self.parts.unique(),
            issuer: self.name().to_owned(),
            thumbprint,
            jwk: key.to_value(),
            status: AccountStatus::Valid,
            contacts,
            external_key,
            terms_agreed: request.terms_of_service_agreed,
            created_at: now,
        };
        match self.parts.store.open_account(&account, self.parts.limits.accounts).await? {
            AccountOpening::Opened => {
                Ok(Answer::json(201, &self.account(&account)).at(self.addresses.account(&account.id)))
            }
            AccountOpening::Exists(found) => self.existing_account(&found),
            AccountOpening::Full => {
                let detail = "this authority has as many accounts as it takes";
                Err(Problem::new(Kind::RateLimited, detail).with_retry_after(3600))
            }
            AccountOpening::ExternalKeyUsed => Err(Problem::unauthorized(
                "the external key is used, over, or taken away; ask for another one",
            )),
        }
    }

    fn existing_account(&self, account: &Account) -> Result<Answer, Problem> {
        if account.status != AccountStatus::Valid {
            return Err(Problem::unauthorized("the account of this key is not valid any more"));
        }
        Ok(Answer::json(200, &self.account(account)).at(self.addresses.account(&account.id)))
    }

    /// The account itself: shown, changed, given up.
    pub(crate) async fn account_request(&self, signed: Signed, id: &str) -> Result<Answer, Problem> {
        let mut account = own(&signed, id)?.clone();
        if !signed.is_post_as_get() {
            let change: Change = signed.payload()?;
            let name = self.name();
            match change.status.as_deref() {
                Some("deactivated") => {
                    account.status = AccountStatus::Deactivated;
                    self.parts.store.end_account(name, id, account.status).await?;
                }
                None | Some("valid") => {
                    if let Some(changed) = change.contact {
                        account.contacts = contacts(changed, self.parts.limits.contacts)?;
                        self.parts.store.set_contacts(name, id, &account.contacts).await?;
                    }
                }
                Some(_) => {
                    let detail = "an account's status can be changed to deactivated, and to nothing else";
                    return Err(Problem::malformed(detail));
                }
            }
        }
        Ok(Answer::json(200, &self.account(&account)).at(self.addresses.account(id)))
    }

    /// The account's orders (RFC 8555 §7.1.2.1).
    pub(crate) async fn orders(
        &self,
        signed: Signed,
        id: &str,
        after: Option<&str>,
    ) -> Result<Answer, Problem> {
        signed.asks_only()?;
        own(&signed, id)?;
        let ids = self.parts.store.order_ids(id, after, ORDERS_PER_PAGE).await?;
        let orders: Vec<String> = ids.iter().map(|id| self.addresses.order(id)).collect();
        let answer = Answer::json(200, &serde_json::json!({"orders": orders}));
        match ids.last() {
            Some(last) if ids.len() == ORDERS_PER_PAGE as usize => {
                let next = format!("{}/orders?after={last}", self.addresses.account(id));
                Ok(answer.linked(&next, "next"))
            }
            _ => Ok(answer),
        }
    }
}

/// The account, if it is the one that asks.
fn own<'a>(signed: &'a Signed, id: &str) -> Result<&'a Account, Problem> {
    let account = signed.account_ref()?;
    if account.id != id {
        return Err(Problem::unauthorized("this is another account"));
    }
    Ok(account)
}
