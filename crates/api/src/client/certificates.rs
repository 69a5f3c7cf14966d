//! Methods about managed certificates.

use super::call::Call;
use super::{Answer, Client};
use crate::certificates::{Certificate, CertificateQuery};
use crate::checks::TestReport;
use crate::edits::{CertificateChanges, CertificateDraft};
use crate::exports::{Export, ExportRequest, LogLines, LogQuery};
use crate::observations::Observation;
use crate::page::{List, MOST_PER_PAGE, Page, PageQuery};
use crate::preview::Preview;
use crate::renewals::{CertificateRequest, RenewRequest, Renewed};
use crate::revocations::{RefetchAnswer, RefetchRequest, RevokeAnswer, RevokeRequest};
use crate::runs::Run;
use crate::versions::Version;

const PATH: &str = "certificates";

impl Client {
    /// A page of certificates.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn certificates(&self, query: &CertificateQuery) -> Answer<Page<Certificate>> {
        self.send(Call::get(PATH).query(query)).await
    }

    /// One certificate, by id or name.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn certificate(&self, id_or_name: &str) -> Answer<Certificate> {
        self.send(Call::get(PATH).segment(id_or_name)).await
    }

    /// Creates a certificate; nothing is ordered by that.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn create_certificate(
        &self,
        draft: &CertificateDraft,
        idempotency_key: &str,
    ) -> Answer<Certificate> {
        self.send(Call::post(PATH).body(draft).once(idempotency_key)).await
    }

    /// Changes a certificate that was read at `revision`. When somebody else was faster the answer is the
    /// problem `outdated` with the certificate as it is now in `current`.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn update_certificate(
        &self,
        id_or_name: &str,
        revision: i64,
        changes: &CertificateChanges,
    ) -> Answer<Certificate> {
        let call = Call::patch(PATH).segment(id_or_name);
        self.send(call.if_revision(revision).body(changes)).await
    }

    /// Deletes a certificate that was read at `revision`. Served files stay.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn delete_certificate(&self, id_or_name: &str, revision: i64) -> Answer<()> {
        let call = Call::delete(PATH).segment(id_or_name);
        self.send_only(call.if_revision(revision)).await
    }

    /// What would be done now. Nothing is sent to the authority but a look at its directory.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn preview(&self, id_or_name: &str) -> Answer<Preview> {
        self.send(Call::post(PATH).segment(id_or_name).then("preview")).await
    }

    /// Read-only checks.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn test(&self, id_or_name: &str) -> Answer<TestReport> {
        self.send(Call::post(PATH).segment(id_or_name).then("test")).await
    }

    /// Asks for a new version: with a preview's fingerprint exactly that, or the problem `plan-changed`.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn request(
        &self,
        id_or_name: &str,
        request: &CertificateRequest,
        idempotency_key: &str,
    ) -> Answer<Run> {
        let call = Call::post(PATH).segment(id_or_name).then("request");
        self.send(call.body(request).once(idempotency_key)).await
    }

    /// Deploys the newest version again, now.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn deploy(&self, id_or_name: &str) -> Answer<Certificate> {
        self.send(Call::post(PATH).segment(id_or_name).then("deploy")).await
    }

    /// Asks for new versions of several certificates.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn renew(&self, request: &RenewRequest, idempotency_key: &str) -> Answer<Renewed> {
        self.send(Call::post("renew").body(request).once(idempotency_key)).await
    }

    /// The newest versions, at most [`MOST_PER_PAGE`], the newest first.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn versions(&self, id_or_name: &str) -> Answer<Vec<Version>> {
        let call = Call::get(PATH).segment(id_or_name).then("versions");
        let page = PageQuery { offset: None, limit: Some(MOST_PER_PAGE) };
        self.send(call.query(&page)).await.map(|page: Page<Version>| page.items)
    }

    /// Revokes a version, or says what that would mean.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn revoke(
        &self,
        id_or_name: &str,
        version: &str,
        request: &RevokeRequest,
    ) -> Answer<RevokeAnswer> {
        let call = Call::post(PATH).segment(id_or_name).then("versions").segment(version).then("revoke");
        self.send(call.body(request)).await
    }

    /// Looks the newest version up in the revocation list that it names, now.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn check_revocation(&self, id_or_name: &str) -> Answer<Version> {
        self.send(Call::post(PATH).segment(id_or_name).then("check-revocation")).await
    }

    /// Fetches the newest version's chain again.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn refetch(&self, id_or_name: &str, issuer: Option<&str>) -> Answer<RefetchAnswer> {
        let request = RefetchRequest { issuer: issuer.map(str::to_owned) };
        self.send(Call::post(PATH).segment(id_or_name).then("refetch").body(&request)).await
    }

    /// What its endpoints were last seen to serve.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn observations(&self, id_or_name: &str) -> Answer<Vec<Observation>> {
        let call = Call::get(PATH).segment(id_or_name).then("observations");
        self.send(call).await.map(|list: List<Observation>| list.items)
    }

    /// The newest lines of its log, the oldest of them first.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn log(&self, id_or_name: &str, lines: Option<usize>) -> Answer<Vec<String>> {
        let call = Call::get(PATH).segment(id_or_name).then("log");
        self.send(call.query(&LogQuery { lines })).await.map(|log: LogLines| log.lines)
    }

    /// The newest version as PEM, with its private key if `key` says so.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn export(&self, id_or_name: &str, key: bool) -> Answer<Export> {
        let call = Call::post(PATH).segment(id_or_name).then("export");
        self.send(call.body(&ExportRequest { key })).await
    }
}
