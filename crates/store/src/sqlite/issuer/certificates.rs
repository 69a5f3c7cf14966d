//! Certificates that an issuer signed.

use super::super::SqliteStore;
use super::super::attempt::Attempt;
use super::super::rows::{
    column, each, json, maybe_milliseconds, maybe_moment, milliseconds, moment, number, to_json,
};
use super::super::write::Write;
use crate::issuer::{Certificate, IssuerCertificates, Order, Revocation};
use crate::{Listing, Page, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use sqlx::sqlite::SqliteRow;

fn revocation(row: &SqliteRow) -> StoreResult<Option<Revocation>> {
    maybe_moment(row, "revoked_at")?
        .map(|at| Ok(Revocation { at, reason: number(row, "reason")? }))
        .transpose()
}

fn certificate(row: &SqliteRow) -> StoreResult<Certificate> {
    Ok(Certificate {
        issuer: column(row, "issuer")?,
        serial: column(row, "serial")?,
        order: column(row, "order_id")?,
        account: column(row, "account")?,
        chain: column(row, "chain")?,
        identifiers: json(row, "identifiers")?,
        key_fingerprint: column(row, "key_fingerprint")?,
        not_before: moment(row, "not_before")?,
        not_after: moment(row, "not_after")?,
        revocation: revocation(row)?,
        replaced_by: column(row, "replaced_by")?,
    })
}

/// In the transaction that concludes its order.
pub(super) async fn insert(write: &mut Write, certificate: &Certificate) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO issuer_certificates (issuer, serial, order_id, account, chain, identifiers, \
           key_fingerprint, not_before, not_after, revoked_at, reason, replaced_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(&certificate.issuer)
    .bind(&certificate.serial)
    .bind(&certificate.order)
    .bind(&certificate.account)
    .bind(&certificate.chain)
    .bind(to_json(&certificate.identifiers)?)
    .bind(&certificate.key_fingerprint)
    .bind(milliseconds(certificate.not_before))
    .bind(milliseconds(certificate.not_after))
    .bind(maybe_milliseconds(certificate.revocation.map(|revocation| revocation.at)))
    .bind(certificate.revocation.map(|revocation| i64::from(revocation.reason)))
    .bind(&certificate.replaced_by)
    .execute(write.on())
    .await
    .attempt("store the certificate")?;
    Ok(())
}

/// Marks the certificate as replaced by the order; `false` when an order that did not fail does that already
/// (RFC 9773 §5). An order that is forgotten by now replaced it if a certificate came of it.
pub(super) async fn mark_replaced(write: &mut Write, order: &Order, serial: &str) -> StoreResult<bool> {
    let marked = sqlx::query(
        "UPDATE issuer_certificates SET replaced_by = $3 WHERE issuer = $1 AND serial = $2 \
         AND (replaced_by IS NULL OR ( \
           NOT EXISTS (SELECT 1 FROM issuer_certificates n WHERE n.order_id = issuer_certificates.replaced_by) \
           AND NOT EXISTS (SELECT 1 FROM issuer_orders o WHERE o.id = issuer_certificates.replaced_by \
             AND (o.status IN ('processing', 'valid') \
               OR (o.status IN ('pending', 'ready') AND o.expires_at > $4)))))",
    )
    .bind(&order.issuer)
    .bind(serial)
    .bind(&order.id)
    .bind(milliseconds(order.created_at))
    .execute(write.on())
    .await
    .attempt("mark the certificate as replaced")?;
    Ok(marked.rows_affected() == 1)
}

#[async_trait]
impl IssuerCertificates for SqliteStore {
    async fn issued_certificate(&self, issuer: &str, serial: &str) -> StoreResult<Option<Certificate>> {
        let row = sqlx::query("SELECT * FROM issuer_certificates WHERE issuer = $1 AND serial = $2")
            .bind(issuer)
            .bind(serial)
            .fetch_optional(&self.readers)
            .await
            .attempt("read the certificate")?;
        row.as_ref().map(certificate).transpose()
    }

    async fn issued_certificates(&self, issuer: &str, page: Page) -> StoreResult<Listing<Certificate>> {
        let attempted = "list what the issuer signed";
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let total: i64 = sqlx::query_scalar("SELECT count(*) FROM issuer_certificates WHERE issuer = $1")
            .bind(issuer)
            .fetch_one(&mut *read)
            .await
            .attempt(attempted)?;
        let rows = sqlx::query(
            "SELECT * FROM issuer_certificates WHERE issuer = $1 \
             ORDER BY not_after DESC, serial LIMIT $2 OFFSET $3",
        )
        .bind(issuer)
        .bind(page.clamped_limit())
        .bind(page.clamped_offset())
        .fetch_all(&mut *read)
        .await
        .attempt(attempted)?;
        Ok(Listing { items: each(&rows, certificate)?, total: total.unsigned_abs() })
    }

    async fn revoke_certificate(
        &self,
        issuer: &str,
        serial: &str,
        revocation: Revocation,
    ) -> StoreResult<bool> {
        let attempted = "revoke the certificate";
        let mut write = self.write(attempted).await?;
        let revoked = sqlx::query(
            "UPDATE issuer_certificates SET revoked_at = $3, reason = $4 \
             WHERE issuer = $1 AND serial = $2 AND revoked_at IS NULL",
        )
        .bind(issuer)
        .bind(serial)
        .bind(milliseconds(revocation.at))
        .bind(i64::from(revocation.reason))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        write.commit_quietly().await?;
        Ok(revoked.rows_affected() == 1)
    }

    async fn revoked_certificates(
        &self,
        issuer: &str,
        now: Timestamp,
        after: Option<&str>,
        limit: u32,
    ) -> StoreResult<Vec<(String, Revocation)>> {
        let rows = sqlx::query(
            "SELECT serial, revoked_at, reason FROM issuer_certificates \
             WHERE issuer = $1 AND serial > $2 AND revoked_at IS NOT NULL AND not_after >= $3 \
             ORDER BY serial LIMIT $4",
        )
        .bind(issuer)
        .bind(after.unwrap_or_default())
        .bind(milliseconds(now))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await
        .attempt("read what is revoked")?;
        let mut revoked = Vec::with_capacity(rows.len());
        for row in &rows {
            let line = Revocation { at: moment(row, "revoked_at")?, reason: number(row, "reason")? };
            revoked.push((column(row, "serial")?, line));
        }
        Ok(revoked)
    }
}
