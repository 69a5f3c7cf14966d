//! Revocation (RFC 8555 §7.6), by the account or by the certificate's own key.

use crate::answered::Answered;
use crate::base64url;
use crate::client::Client;
use crate::error::Error;
use crate::jws::Signer;
use crate::key::AccountKey;
use crate::post::JSON;
use crate::session::Session;
use serde_json::json;

/// Why a certificate is revoked (RFC 5280 §5.3.1). Public CAs take only the first, second, fourth, fifth,
/// sixth and eighth from a subscriber.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RevocationReason {
    /// Nothing said.
    #[default]
    Unspecified,
    /// Somebody else may have the private key.
    KeyCompromise,
    /// Somebody else may have the CA's key.
    CaCompromise,
    /// The subject's names or organization changed.
    AffiliationChanged,
    /// There is a newer certificate.
    Superseded,
    /// The service is gone.
    CessationOfOperation,
    /// For now only.
    CertificateHold,
    /// A right was withdrawn.
    PrivilegeWithdrawn,
    /// An attribute authority was compromised.
    AaCompromise,
}

impl RevocationReason {
    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::PrivilegeWithdrawn => 9,
            Self::AaCompromise => 10,
        }
    }
}

impl Session {
    /// Revokes a certificate (DER) of this account; `alreadyRevoked` if it is.
    pub async fn revoke(
        &self,
        certificate_der: &[u8],
        reason: RevocationReason,
    ) -> Result<Answered<()>, Error> {
        let signer = Signer::account(&self.key, &self.account_url);
        self.client.revoke(signer, certificate_der, reason).await
    }
}

impl Client {
    /// Revokes a certificate by its own private key: for when the account is lost, or to prove a compromise.
    pub async fn revoke_with_certificate_key(
        &self,
        certificate_key: &AccountKey,
        certificate_der: &[u8],
        reason: RevocationReason,
    ) -> Result<Answered<()>, Error> {
        self.revoke(Signer::bare(certificate_key), certificate_der, reason).await
    }

    async fn revoke(
        &self,
        signer: Signer<'_>,
        certificate_der: &[u8],
        reason: RevocationReason,
    ) -> Result<Answered<()>, Error> {
        let directory = self.directory().await?;
        let Some(url) = directory.revoke_certificate.as_deref() else {
            let attempted = "revoke a certificate".to_owned();
            return Err(Error::NotOffered { attempted, missing: "revokeCert" });
        };
        let attempted = format!("revoke a certificate at {url}");
        let payload = json!({"certificate": base64url::encode(certificate_der), "reason": reason.code()});
        let answer = self.post(&attempted, url, signer, Some(&payload), JSON).await?;
        Ok(Answered::new(url, &answer, ()))
    }
}
