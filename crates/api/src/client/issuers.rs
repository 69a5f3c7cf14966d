//! Methods about the built-in authorities of the service.

use super::call::Call;
use super::{Answer, Client};
use crate::issuer_edits::{ExternalKeyDraft, IssuerChanges, IssuerDraft};
use crate::issuers::{ExternalKey, IssuedCertificate, Issuer, NewExternalKey};
use crate::page::{Page, PageQuery};

const PATH: &str = "issuers";
const KEYS: &str = "external-keys";

impl Client {
    /// A page of issuers, by name.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn issuers(&self, query: &PageQuery) -> Answer<Page<Issuer>> {
        self.send(Call::get(PATH).query(query)).await
    }

    /// One issuer.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn issuer(&self, name: &str) -> Answer<Issuer> {
        self.send(Call::get(PATH).segment(name)).await
    }

    /// Makes an issuer: keys, root and intermediate.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn create_issuer(&self, draft: &IssuerDraft, idempotency_key: &str) -> Answer<Issuer> {
        self.send(Call::post(PATH).body(draft).once(idempotency_key)).await
    }

    /// Changes an issuer that was read at `revision`. When somebody else was faster the answer is the problem
    /// `outdated` with the issuer as it is now in `current`.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn update_issuer(&self, name: &str, revision: i64, changes: &IssuerChanges) -> Answer<Issuer> {
        let call = Call::patch(PATH).segment(name);
        self.send(call.if_revision(revision).body(changes)).await
    }

    /// Deletes a disabled issuer that was read at `revision`, with its keys and all it ever issued.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn delete_issuer(&self, name: &str, revision: i64) -> Answer<()> {
        self.send_only(Call::delete(PATH).segment(name).if_revision(revision)).await
    }

    /// A page of its keys for external account binding, the newest first.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn external_keys(&self, issuer: &str, query: &PageQuery) -> Answer<Page<ExternalKey>> {
        self.send(Call::get(PATH).segment(issuer).then(KEYS).query(query)).await
    }

    /// Makes a key for external account binding. Its secret is in this answer and in no other.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn create_external_key(
        &self,
        issuer: &str,
        draft: &ExternalKeyDraft,
    ) -> Answer<NewExternalKey> {
        self.send(Call::post(PATH).segment(issuer).then(KEYS).body(draft)).await
    }

    /// Deletes a key for external account binding. An account bound with it has no more to ask for.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn delete_external_key(&self, issuer: &str, id: &str) -> Answer<()> {
        self.send_only(Call::delete(PATH).segment(issuer).then(KEYS).segment(id)).await
    }

    /// A page of what it issued, those that end last first.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn issued(&self, issuer: &str, query: &PageQuery) -> Answer<Page<IssuedCertificate>> {
        self.send(Call::get(PATH).segment(issuer).then("certificates").query(query)).await
    }
}
