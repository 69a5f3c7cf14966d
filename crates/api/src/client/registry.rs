//! Methods about authorities, accounts and kinds of targets.

use super::call::Call;
use super::{Answer, Client};
use crate::accounts::{Account, AccountDraft, AccountRemoval, ChainPreference};
use crate::authorities::{Authority, AuthorityDraft, Terms};
use crate::page::List;
use crate::targets::TargetKind;

impl Client {
    /// All authorities.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn authorities(&self) -> Answer<Vec<Authority>> {
        let call = Call::get("authorities");
        self.send(call).await.map(|list: List<Authority>| list.items)
    }

    /// One authority.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn authority(&self, id: &str) -> Answer<Authority> {
        self.send(Call::get("authorities").segment(id)).await
    }

    /// Adds an authority of one's own, or replaces it.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn put_authority(&self, id: &str, draft: &AuthorityDraft) -> Answer<Authority> {
        self.send(Call::put("authorities").segment(id).body(draft)).await
    }

    /// Removes an authority of one's own.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn delete_authority(&self, id: &str) -> Answer<()> {
        self.send_only(Call::delete("authorities").segment(id)).await
    }

    /// What the authority's directory says now.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn terms(&self, id: &str) -> Answer<Terms> {
        self.send(Call::get("authorities").segment(id).then("terms")).await
    }

    /// All accounts.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn accounts(&self) -> Answer<Vec<Account>> {
        let call = Call::get("accounts");
        self.send(call).await.map(|list: List<Account>| list.items)
    }

    /// One account.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn account(&self, id: &str) -> Answer<Account> {
        self.send(Call::get("accounts").segment(id)).await
    }

    /// Registers an account with an authority.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn create_account(&self, draft: &AccountDraft, idempotency_key: &str) -> Answer<Account> {
        self.send(Call::post("accounts").body(draft).once(idempotency_key)).await
    }

    /// Sets or clears the issuer that chains of the account's certificates should have.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn prefer_chain(&self, id: &str, issuer: Option<String>) -> Answer<Account> {
        let call = Call::put("accounts").segment(id).then("preferred-chain");
        self.send(call.body(&ChainPreference { issuer })).await
    }

    /// Removes an account here and, if `deactivate` says so, at the authority for good.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn delete_account(&self, id: &str, deactivate: bool) -> Answer<()> {
        let removal = AccountRemoval { deactivate: deactivate.then_some(true) };
        let call = Call::delete("accounts").segment(id);
        self.send_only(call.query(&removal)).await
    }

    /// All kinds of targets with their forms.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn targets(&self) -> Answer<Vec<TargetKind>> {
        let call = Call::get("targets");
        self.send(call).await.map(|list: List<TargetKind>| list.items)
    }
}
