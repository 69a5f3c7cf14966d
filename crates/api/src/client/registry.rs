//! Methods about authorities, accounts and kinds of targets.

use super::call::Call;
use super::{Answer, Client};
use crate::account_changes::{AccountChanges, AccountCheck, AccountImport, AccountKeyChange, TermsAgreement};
use crate::accounts::{Account, AccountDraft, AccountRemoval, ChainPreference};
use crate::authorities::{Authority, AuthorityDraft, MoveAnswer, MoveRequest, Probe, Terms};
use crate::authority_edits::AuthorityChanges;
use crate::limits::Limits;
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

    /// Changes an authority, if nobody else did since its `revision` was read.
    ///
    /// # Errors
    /// See [`ClientError`]; `outdated` carries the authority as it is now.
    pub async fn update_authority(
        &self,
        id: &str,
        revision: i64,
        changes: &AuthorityChanges,
    ) -> Answer<Authority> {
        self.send(Call::patch("authorities").segment(id).if_revision(revision).body(changes)).await
    }

    /// Removes an authority of one's own.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn delete_authority(&self, id: &str) -> Answer<()> {
        self.send_only(Call::delete("authorities").segment(id)).await
    }

    /// What the directories of the authorities in use answered when they were last looked at.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn probes(&self) -> Answer<Vec<Probe>> {
        self.send(Call::get("probes")).await.map(|list: List<Probe>| list.items)
    }

    /// Looks at the authority's directory now.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn probe(&self, id: &str) -> Answer<Probe> {
        self.send(Call::post("authorities").segment(id).then("probe")).await
    }

    /// Has the certificates of an authority ordered from another one.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn move_certificates(&self, id: &str, request: &MoveRequest) -> Answer<MoveAnswer> {
        self.send(Call::post("authorities").segment(id).then("move").body(request)).await
    }

    /// The authority's rate limits, and how much of them is used.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn limits(&self, id: &str) -> Answer<Limits> {
        self.send(Call::get("authorities").segment(id).then("limits")).await
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

    /// Takes over an account that another program made.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn import_account(&self, import: &AccountImport) -> Answer<Account> {
        self.send(Call::post("accounts").then("import").body(import)).await
    }

    /// Changes what the authority knows of an account.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn update_account(&self, id: &str, changes: &AccountChanges) -> Answer<Account> {
        self.send(Call::patch("accounts").segment(id).body(changes)).await
    }

    /// Gives an account another key.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn change_account_key(&self, id: &str, change: &AccountKeyChange) -> Answer<Account> {
        self.send(Call::post("accounts").segment(id).then("change-key").body(change)).await
    }

    /// Agrees to an authority's terms for an account.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn agree_to_terms(&self, id: &str, terms: &str) -> Answer<Account> {
        let agreement = TermsAgreement { terms: terms.to_owned() };
        self.send(Call::post("accounts").segment(id).then("agree").body(&agreement)).await
    }

    /// Asks the authority whether it knows an account.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn check_account(&self, id: &str) -> Answer<AccountCheck> {
        self.send(Call::post("accounts").segment(id).then("check")).await
    }

    /// Gives an account up at the authority for good; it stays here.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn deactivate_account(&self, id: &str) -> Answer<Account> {
        self.send(Call::post("accounts").segment(id).then("deactivate")).await
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
