//! Revocation (RFC 8555 §7.6): by whoever ordered it, whoever has proven its names, or its own key.

use crate::answer::Answer;
use crate::authority::{Authority, Shared};
use crate::error::AuthorityError;
use crate::jwk::Jwk;
use crate::payload::Revoke;
use crate::problem::{Kind, Problem};
use crate::signed::{Signed, Signer};
use certwright_pki::issue::{PublicKey, RevocationReason, Serial};
use certwright_pki::{facts, parse_chain};
use certwright_store::StoreError;
use certwright_store::issuer::{Certificate, Revocation};

impl Shared {
    pub(crate) async fn revoke(&self, signed: Signed) -> Result<Answer, Problem> {
        let request: Revoke = signed.payload()?;
        let der = request.certificate()?;
        let reason = reason(request.reason)?;
        let certificate = self.issued(&der).await?;
        if !self.may_revoke(&signed.signer, &certificate, &der).await? {
            return Err(Problem::unauthorized(
                "a certificate is revoked by its account, by one that has proven all its names, or by its key",
            ));
        }
        if self.store_revocation(&certificate.serial, reason).await? {
            Ok(Answer::empty(200))
        } else {
            Err(Problem::new(Kind::AlreadyRevoked, "the certificate is revoked already"))
        }
    }

    /// What we know of exactly this certificate.
    async fn issued(&self, der: &[u8]) -> Result<Certificate, Problem> {
        let unknown = || Problem::malformed("this certificate was not issued here").with_status(404);
        let serial = facts(der).map_err(|_| Problem::malformed("the certificate cannot be read"))?.serial;
        let serial = Serial::from_hex(&serial).ok_or_else(unknown)?.to_string();
        let found = self.parts.store.issued_certificate(self.name(), &serial).await?.ok_or_else(unknown)?;
        let chain = parse_chain(&found.chain)
            .map_err(|error| Problem::internal("read a stored certificate", &error))?;
        if chain.first().map(Vec::as_slice) != Some(der) {
            return Err(unknown());
        }
        Ok(found)
    }

    async fn may_revoke(
        &self,
        signer: &Signer,
        certificate: &Certificate,
        der: &[u8],
    ) -> Result<bool, Problem> {
        match signer {
            Signer::Key(key) => Ok(PublicKey::of_certificate(der).map(Jwk::of).as_ref() == Some(key)),
            Signer::Account(account) if account.id == certificate.account => Ok(true),
            Signer::Account(account) => {
                let identifiers = &certificate.identifiers;
                Ok(self.parts.store.is_authorized(&account.id, identifiers, self.now()).await?)
            }
        }
    }

    async fn store_revocation(&self, serial: &str, reason: RevocationReason) -> Result<bool, StoreError> {
        let revocation = Revocation { at: self.now(), reason: reason.code() };
        let revoked = self.parts.store.revoke_certificate(self.name(), serial, revocation).await?;
        if revoked {
            self.list.outdate();
        }
        Ok(revoked)
    }
}

impl Authority {
    /// Revokes a certificate for whoever runs the authority. Answers whether it was there and not revoked.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn revoke(&self, serial: &str, reason: RevocationReason) -> Result<bool, AuthorityError> {
        Ok(self.shared.store_revocation(serial, reason).await?)
    }
}

fn reason(code: Option<u64>) -> Result<RevocationReason, Problem> {
    let Some(code) = code else { return Ok(RevocationReason::Unspecified) };
    RevocationReason::from_code(code).ok_or_else(|| {
        let codes: Vec<String> = RevocationReason::ALL.iter().map(|one| one.code().to_string()).collect();
        let detail = format!("that reason cannot be given here; use one of {}", codes.join(", "));
        Problem::new(Kind::BadRevocationReason, detail)
    })
}
