//! Revocation at the engine's front (RFC 8555 §7.6): what would be done, then stored, then asked for; what was cut off
//! is asked for again.

use crate::account_keys::is_refusal;
use crate::acme_failure::failure;
use crate::engine::{Engine, storage};
use crate::error::EngineError;
use certwright_acme::{AccountKey, ProblemKind, RevocationReason as Wire};
use certwright_core::describe;
use certwright_core::event::{EventKind, Level};
use certwright_core::failure::Failure;
use certwright_core::id::VersionId;
use certwright_core::refusal::Refusal;
use certwright_core::revocation::{
    self, RevocationFacts, RevocationOrder, RevocationReason, RevocationSigner, RevocationSource,
};
use certwright_core::version::Version;
use certwright_pki::parse_chain;
use certwright_store::{CertificateRow, StoreError};
use serde_json::json;

const PAGE: u32 = 50;

/// A revocation as a person asks for it.
#[derive(Clone, Copy, Debug)]
pub struct RevokeRequest<'a> {
    /// The certificate, by id or name.
    pub certificate: &'a str,
    /// The version; `None` is the newest one.
    pub version: Option<&'a str>,
    /// Why.
    pub reason: RevocationReason,
    /// What signs it; `None` is what is usual for the reason.
    pub by: Option<RevocationSigner>,
}

/// A revocation that was planned or done.
#[derive(Clone, Debug)]
pub struct Revocation {
    /// The version as it is now.
    pub version: Version,
    /// What signs, or signed it.
    pub by: RevocationSigner,
    /// What it means, line by line.
    pub plan: Vec<String>,
}

fn wire(reason: RevocationReason) -> Wire {
    match reason {
        RevocationReason::KeyCompromise => Wire::KeyCompromise,
        RevocationReason::CaCompromise => Wire::CaCompromise,
        RevocationReason::AffiliationChanged => Wire::AffiliationChanged,
        RevocationReason::Superseded => Wire::Superseded,
        RevocationReason::CessationOfOperation => Wire::CessationOfOperation,
        RevocationReason::CertificateHold => Wire::CertificateHold,
        RevocationReason::PrivilegeWithdrawn => Wire::PrivilegeWithdrawn,
        RevocationReason::AaCompromise => Wire::AaCompromise,
        RevocationReason::Unspecified => Wire::Unspecified,
    }
}

impl Engine {
    /// What a revocation would do. Nothing is sent, and nothing stored.
    ///
    /// # Errors
    /// When there is nothing to revoke: no certificate, an expired one, or one that is revoked already.
    pub async fn plan_revocation(&self, request: &RevokeRequest<'_>) -> Result<Revocation, EngineError> {
        let row = self.store.find_certificate(request.certificate).await?;
        let version = self.version_to_revoke(&row, request.version).await?;
        if !RevocationReason::ASKABLE.contains(&request.reason) {
            let names: Vec<_> = RevocationReason::ASKABLE.iter().map(|reason| reason.name()).collect();
            return Err(EngineError::Refused(vec![Refusal::new(
                "reason",
                format!("{} is not for the holder of a certificate to say", request.reason),
                format!("use one of {}", names.join(", ")),
            )]));
        }
        let Some(facts) = &version.facts else {
            return Err(EngineError::NotFound { what: "issued version", id: version.id.to_string() });
        };
        if facts.not_after <= self.now() {
            return Err(EngineError::in_use(
                format!("{} has expired on {}", version.id, facts.not_after),
                "nothing: what has expired is trusted by nobody, and authorities do not revoke it",
            ));
        }
        let by = request.by.unwrap_or_else(|| RevocationSigner::usual(request.reason));
        let served_by: Vec<_> = row
            .deployments
            .iter()
            .filter(|deployment| deployment.deployed.as_ref() == Some(&version.id))
            .map(|deployment| deployment.target.as_str())
            .collect();
        let title = self.find_authority(&version.authority).await?.map(|authority| authority.title);
        let own_key = row.certificate.settings.options.key_source.fingerprint();
        let own_key = own_key.is_some_and(|fingerprint| fingerprint == facts.key_fingerprint);
        let mut plan = revocation::plan(&RevocationFacts {
            name: &row.certificate.settings.name,
            version: version.id.as_str(),
            serial: &facts.serial,
            names: &describe::names(&facts.identifiers),
            not_after: facts.not_after,
            authority: title.as_deref().unwrap_or(version.authority.as_str()),
            reason: request.reason,
            by,
            current: row.certificate.standing.current.as_ref() == Some(&version.id),
            paused: row.certificate.settings.paused,
            served_by: &served_by,
        });
        if own_key && request.reason == RevocationReason::KeyCompromise {
            plan.push(
                "The key is one that you gave: it is refused from now on, here and for every other certificate, and \
                 nothing is ordered before you give another one (certwright cert edit NAME --private-key FILE) or let \
                 Certwright make one (--new-key)"
                    .to_owned(),
            );
        }
        Ok(Revocation { version, by, plan })
    }

    async fn version_to_revoke(
        &self,
        row: &CertificateRow,
        wanted: Option<&str>,
    ) -> Result<Version, EngineError> {
        let name = &row.certificate.settings.name;
        let id = match wanted {
            Some(id) => VersionId::from(id),
            None => row
                .certificate
                .standing
                .current
                .clone()
                .ok_or_else(|| EngineError::NotFound { what: "issued version of", id: name.clone() })?,
        };
        let version = self.store.version(&id).await?;
        if version.certificate != row.certificate.id {
            return Err(EngineError::NotFound { what: "version", id: id.to_string() });
        }
        if let Some(known) = &version.revocation {
            return Err(EngineError::in_use(
                format!("{id} is revoked already, since {} ({})", known.revoked_at, known.reason),
                "nothing",
            ));
        }
        Ok(version)
    }

    /// Revokes a version. When the authority's answer is lost, it is asked again until there is one.
    ///
    /// # Errors
    /// As [`Engine::plan_revocation`]; the authority's refusal: then the version is not revoked.
    pub async fn revoke(&self, request: &RevokeRequest<'_>, who: &str) -> Result<Revocation, EngineError> {
        let planned = self.plan_revocation(request).await?;
        let id = planned.version.id.clone();
        let order = RevocationOrder {
            asked_at: self.now(),
            who: who.to_owned(),
            reason: request.reason,
            by: planned.by,
        };
        let audit = self.audit(who, "revoke", format!("version {id}"), None, Some(json!(order)));
        if request.reason == RevocationReason::KeyCompromise {
            // First, and whatever the authority answers: somebody else may have the key.
            self.key_is_compromised(&id, who).await?;
        }
        self.store.order_revocation(&id, &order, &audit).await?;
        crate::failpoint::pass(planned.version.certificate.as_str(), "revoke:stored")
            .map_err(|_| EngineError::Storage { words: "stopped by a test".to_owned() })?;
        self.finish_revocation(&id).await?;
        Ok(Revocation { version: self.store.version(&id).await?, ..planned })
    }

    /// Asks the authority to revoke what is stored to be revoked, and stores its answer.
    async fn finish_revocation(&self, id: &VersionId) -> Result<(), EngineError> {
        let version = self.store.version(id).await?;
        let Some(order) = version.revoking.clone() else { return Ok(()) };
        let authority = self.authority_of(&version.authority).await?;
        let source = match self.ask_to_revoke(&version, &order).await? {
            Ok(()) => RevocationSource::Asked,
            Err(error) if error.kind() == Some(&ProblemKind::AlreadyRevoked) => RevocationSource::Authority,
            Err(error) => {
                let failure = failure(&error, &authority.title);
                if is_refusal(&error) && error.kind() != Some(&ProblemKind::RateLimited) {
                    let after = Some(json!({ "refused": failure.answer }));
                    let audit =
                        self.audit("certwright", "revocation-refused", format!("version {id}"), None, after);
                    self.store.drop_revocation(id, &audit).await?;
                    return Err(failure.into());
                }
                let remedy = "nothing: that it is to be revoked is stored, and the authority is asked again";
                return Err(Failure { remedy: remedy.to_owned(), ..failure }.into());
            }
        };
        self.store_revocation(&version, order.reason, source, self.now(), &authority.title).await?;
        Ok(())
    }

    /// The outer error is ours, the inner one the authority's or the network's.
    async fn ask_to_revoke(
        &self,
        version: &Version,
        order: &RevocationOrder,
    ) -> Result<Result<(), certwright_acme::Error>, EngineError> {
        let authority = self.authority_of(&version.authority).await?;
        let chain = self.store.version_chain(&version.id).await?.unwrap_or_default();
        let chain = parse_chain(&chain).map_err(|error| storage(&error.to_string()))?;
        let leaf = chain.first().ok_or_else(|| storage("the version has no certificate"))?;
        let answered = match order.by {
            RevocationSigner::Account => {
                let account = match self.store.account(&version.account).await {
                    Ok(row) => row.account,
                    Err(StoreError::NotFound { .. }) => {
                        return Err(EngineError::in_use(
                            format!(
                                "{} was ordered by {}, which is not here any more",
                                version.id, version.account
                            ),
                            "sign with the certificate's own key: --by key",
                        ));
                    }
                    Err(error) => return Err(error.into()),
                };
                let session =
                    self.session(&authority, &account, Some(&self.log(&version.certificate))).await?;
                session.revoke(leaf, wire(order.reason)).await
            }
            RevocationSigner::Key => {
                let sealed = self.store.version_key(&version.id).await?;
                let key = self.vault.open_version_key(&version.id, &sealed)?;
                let key = AccountKey::from_der(&key).map_err(|error| failure(&error, &authority.title))?;
                let client = self.acme.client(&authority)?;
                client.revoke_with_certificate_key(&key, leaf, wire(order.reason)).await
            }
        };
        Ok(answered.map(|_| ()))
    }

    /// Stores that the version is revoked; its certificate is due at once, if it is the newest one.
    pub(crate) async fn store_revocation(
        &self,
        version: &Version,
        reason: RevocationReason,
        source: RevocationSource,
        since: certwright_core::Timestamp,
        said_by: &str,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let (level, words) = match source {
            RevocationSource::Asked => (Level::Warning, format!("{said_by} has revoked {}", version.id)),
            RevocationSource::Authority => {
                (Level::Error, format!("{said_by} says that {} is revoked already", version.id))
            }
            RevocationSource::List => {
                (Level::Error, format!("{} is revoked since {since}, says {said_by}", version.id))
            }
        };
        let row = self.store.certificate_row(&version.certificate).await?;
        let current = row.certificate.standing.current.as_ref() == Some(&version.id);
        let next = match (current, row.certificate.settings.paused) {
            (true, false) => {
                ". Another one is requested at once; until it is deployed, what is served is revoked"
            }
            (true, true) => {
                ". The certificate is paused: no other is requested, and what is served is revoked"
            }
            (false, _) => "",
        };
        let words = format!("{words} ({reason}){next}");
        let event = self.event(&version.certificate, None, None, EventKind::CertificateChanged, level, words);
        if let (RevocationReason::KeyCompromise, Some(facts)) = (reason, &version.facts) {
            // Whoever said so, this service or the authority's list: the key is never used again.
            self.never_again(&facts.key_fingerprint, &version.id, "certwright").await?;
        }
        let known = revocation::Revocation { revoked_at: since, known_at: now, reason, source };
        let is_new = self.store.record_revocation(&version.id, &known, now, &[event], None).await?;
        if is_new && current && source == RevocationSource::List {
            self.found_revoked(&row.certificate, version, said_by).await?;
        }
        Ok(())
    }

    /// Asks again for every revocation whose answer is not known.
    pub(crate) async fn finish_revocations(&self) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let page = self.store.ordered_revocations(after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.clone());
            for id in page {
                if let Err(error) = self.finish_revocation(&id).await {
                    tracing::warn!(version = %id, %error, "a version that is to be revoked is not yet");
                }
            }
        }
    }
}
