//! Leases in SQLite: columns of the certificate's row, so that a fence is checked in the write it guards.

use super::SqliteStore;
use super::attempt::Attempt;
use super::rows::milliseconds;
use crate::{Fence, Leases, StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::CertificateId;

#[async_trait]
impl Leases for SqliteStore {
    async fn claim(
        &self,
        certificate: &CertificateId,
        holder: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> StoreResult<Option<Fence>> {
        let attempted = "claim the certificate";
        let mut write = self.write(attempted).await?;
        let fence: Option<i64> = sqlx::query_scalar(
            "UPDATE certificates SET lease_holder = $2, lease_until = $3, fence = fence + 1 \
             WHERE id = $1 AND (lease_until IS NULL OR lease_until <= $4) RETURNING fence",
        )
        .bind(certificate.as_str())
        .bind(holder)
        .bind(milliseconds(until))
        .bind(milliseconds(now))
        .fetch_optional(write.on())
        .await
        .attempt(attempted)?;
        if fence.is_none() {
            let known: Option<i64> = sqlx::query_scalar("SELECT 1 FROM certificates WHERE id = $1")
                .bind(certificate.as_str())
                .fetch_optional(write.on())
                .await
                .attempt(attempted)?;
            return match known {
                Some(_) => Ok(None),
                None => Err(StoreError::not_found("certificate", certificate)),
            };
        }
        write.commit_quietly().await?;
        Ok(fence.map(Fence))
    }

    async fn renew(&self, certificate: &CertificateId, fence: Fence, until: Timestamp) -> StoreResult<()> {
        let attempted = "renew the lease";
        let mut write = self.write(attempted).await?;
        let renewed = sqlx::query(
            "UPDATE certificates SET lease_until = $3 \
             WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL",
        )
        .bind(certificate.as_str())
        .bind(fence.0)
        .bind(milliseconds(until))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if renewed.rows_affected() == 0 {
            return Err(StoreError::Stale { attempted });
        }
        write.commit_quietly().await
    }

    async fn release(&self, certificate: &CertificateId, fence: Fence) -> StoreResult<()> {
        let attempted = "release the certificate";
        let mut write = self.write(attempted).await?;
        sqlx::query(
            "UPDATE certificates SET lease_holder = NULL, lease_until = NULL WHERE id = $1 AND fence = $2",
        )
        .bind(certificate.as_str())
        .bind(fence.0)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        // Told: what was held back by the lease may be due now.
        write.commit().await
    }

    async fn void_leases(&self) -> StoreResult<u64> {
        let attempted = "void the leases of the last process";
        let mut write = self.write(attempted).await?;
        let voided = sqlx::query(
            "UPDATE certificates SET lease_holder = NULL, lease_until = NULL, fence = fence + 1 \
             WHERE lease_until IS NOT NULL",
        )
        .execute(write.on())
        .await
        .attempt(attempted)?;
        write.commit().await?;
        Ok(voided.rows_affected())
    }
}
