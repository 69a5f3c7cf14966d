//! Keys that people gave, and compromised ones, in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use super::audit::add_audit;
use super::rows::milliseconds;
use super::write::Write;
use crate::{Keys, NewAudit, OwnKeyChange, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::CertificateId;

/// Part of the transaction that changes the certificate's settings: they name the key.
pub(super) async fn change_own_key(
    write: &mut Write,
    certificate: &CertificateId,
    change: &OwnKeyChange,
) -> StoreResult<()> {
    let attempted = "store the certificate's own key";
    match change {
        OwnKeyChange::Keep => {}
        OwnKeyChange::Remove => {
            sqlx::query("DELETE FROM own_keys WHERE certificate = $1")
                .bind(certificate.as_str())
                .execute(write.on())
                .await
                .attempt(attempted)?;
        }
        OwnKeyChange::Replace(sealed) => {
            sqlx::query(
                "INSERT INTO own_keys (certificate, sealed_key) VALUES ($1, $2) \
                 ON CONFLICT (certificate) DO UPDATE SET sealed_key = excluded.sealed_key",
            )
            .bind(certificate.as_str())
            .bind(sealed)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        }
    }
    Ok(())
}

#[async_trait]
impl Keys for SqliteStore {
    async fn own_key(&self, certificate: &CertificateId) -> StoreResult<Option<Vec<u8>>> {
        sqlx::query_scalar("SELECT sealed_key FROM own_keys WHERE certificate = $1")
            .bind(certificate.as_str())
            .fetch_optional(&self.readers)
            .await
            .attempt("read the certificate's own key")
    }

    async fn add_compromised_key(
        &self,
        fingerprint: &str,
        now: Timestamp,
        audit: &NewAudit,
    ) -> StoreResult<()> {
        let attempted = "remember the compromised key";
        let mut write = self.write(attempted).await?;
        let added = sqlx::query(
            "INSERT INTO compromised_keys (fingerprint, at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        )
        .bind(fingerprint)
        .bind(milliseconds(now))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if added.rows_affected() > 0 {
            add_audit(&mut write, audit).await?;
        }
        write.commit_quietly().await
    }

    async fn is_key_compromised(&self, fingerprint: &str) -> StoreResult<bool> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM compromised_keys WHERE fingerprint = $1)")
            .bind(fingerprint)
            .fetch_one(&self.readers)
            .await
            .attempt("look for the compromised key")
    }
}
