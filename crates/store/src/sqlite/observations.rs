//! Observations in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use super::rows::{each, json, milliseconds, to_json};
use super::write::Write;
use crate::{Observations, StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::endpoint::{Endpoint, Observation};
use certwright_core::id::CertificateId;

/// Stores observations in a transaction; a later one is not replaced by an earlier one.
pub(super) async fn put(
    write: &mut Write,
    certificate: &CertificateId,
    observations: &[Observation],
) -> StoreResult<()> {
    for observation in observations {
        sqlx::query(
            "INSERT INTO observations (certificate, address, host, json, at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (certificate, address, host) DO UPDATE SET json = excluded.json, at = excluded.at \
             WHERE excluded.at >= observations.at",
        )
        .bind(certificate.as_str())
        .bind(observation.endpoint.address.to_string())
        .bind(&observation.endpoint.host)
        .bind(to_json(observation)?)
        .bind(milliseconds(observation.at))
        .execute(write.on())
        .await
        .attempt("store an observation")?;
    }
    Ok(())
}

#[async_trait]
impl Observations for SqliteStore {
    async fn put_observations(
        &self,
        certificate: &CertificateId,
        observations: &[Observation],
    ) -> StoreResult<()> {
        let attempted = "store observations";
        let mut write = self.write(attempted).await?;
        let known: Option<i64> = sqlx::query_scalar("SELECT 1 FROM certificates WHERE id = $1")
            .bind(certificate.as_str())
            .fetch_optional(write.on())
            .await
            .attempt(attempted)?;
        if known.is_none() {
            return Err(StoreError::not_found("certificate", certificate));
        }
        put(&mut write, certificate, observations).await?;
        write.commit().await
    }

    async fn observations(&self, certificate: &CertificateId) -> StoreResult<Vec<Observation>> {
        let rows = sqlx::query("SELECT json FROM observations WHERE certificate = $1 ORDER BY address, host")
            .bind(certificate.as_str())
            .fetch_all(&self.readers)
            .await
            .attempt("read observations")?;
        each(&rows, |row| json(row, "json"))
    }

    async fn forget_observations(
        &self,
        certificate: &CertificateId,
        endpoints: &[Endpoint],
    ) -> StoreResult<()> {
        let attempted = "forget observations";
        let mut write = self.write(attempted).await?;
        for endpoint in endpoints {
            sqlx::query("DELETE FROM observations WHERE certificate = $1 AND address = $2 AND host = $3")
                .bind(certificate.as_str())
                .bind(endpoint.address.to_string())
                .bind(&endpoint.host)
                .execute(write.on())
                .await
                .attempt(attempted)?;
        }
        write.commit().await
    }
}
