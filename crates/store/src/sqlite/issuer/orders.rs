//! Orders of an issuer's clients.

use super::super::SqliteStore;
use super::super::attempt::Attempt;
use super::super::rows::{
    column, json, maybe_json, maybe_moment, milliseconds, moment, to_json, to_maybe_json, to_word, word,
};
use super::super::write::Write;
use super::authorizations;
use super::certificates;
use crate::issuer::{Certificate, IssuerOrders, NewOrder, Order, OrderOpening, Signing};
use crate::{StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;

fn order(row: &SqliteRow, authorizations: Vec<String>) -> StoreResult<Order> {
    let request: Option<Vec<u8>> = column(row, "request")?;
    let serial: Option<String> = column(row, "serial")?;
    let not_before = maybe_moment(row, "not_before")?;
    let not_after = maybe_moment(row, "not_after")?;
    let signing = match (request, serial, not_before, not_after) {
        (Some(request), Some(serial), Some(not_before), Some(not_after)) => {
            Some(Signing { request, serial, not_before, not_after })
        }
        _ => None,
    };
    Ok(Order {
        id: column(row, "id")?,
        issuer: column(row, "issuer")?,
        account: column(row, "account")?,
        status: word(row, "status")?,
        identifiers: json(row, "identifiers")?,
        expires_at: moment(row, "expires_at")?,
        profile: column(row, "profile")?,
        replaces: column(row, "replaces")?,
        error: maybe_json(row, "error")?,
        signing,
        created_at: moment(row, "created_at")?,
        authorizations,
    })
}

async fn count_all(write: &mut Write, account: &str, now: Timestamp) -> StoreResult<i64> {
    sqlx::query_scalar("SELECT count(*) FROM issuer_orders WHERE account = $1 AND expires_at > $2")
        .bind(account)
        .bind(milliseconds(now))
        .fetch_one(write.on())
        .await
        .attempt("count the account's orders")
}

async fn count_open(write: &mut Write, account: &str, now: Timestamp) -> StoreResult<i64> {
    sqlx::query_scalar(
        "SELECT count(*) FROM issuer_orders \
         WHERE account = $1 AND status IN ('pending', 'ready', 'processing') AND expires_at > $2",
    )
    .bind(account)
    .bind(milliseconds(now))
    .fetch_one(write.on())
    .await
    .attempt("count the account's open orders")
}

async fn count_pending(write: &mut Write, account: &str, now: Timestamp) -> StoreResult<usize> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM issuer_authorizations \
         WHERE account = $1 AND status = 'pending' AND expires_at > $2",
    )
    .bind(account)
    .bind(milliseconds(now))
    .fetch_one(write.on())
    .await
    .attempt("count the account's pending authorizations")?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

async fn insert(write: &mut Write, order: &Order) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO issuer_orders (id, issuer, account, status, identifiers, expires_at, profile, replaces, \
           error, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&order.id)
    .bind(&order.issuer)
    .bind(&order.account)
    .bind(to_word(order.status)?)
    .bind(to_json(&order.identifiers)?)
    .bind(milliseconds(order.expires_at))
    .bind(&order.profile)
    .bind(&order.replaces)
    .bind(to_maybe_json(order.error.as_ref())?)
    .bind(milliseconds(order.created_at))
    .execute(write.on())
    .await
    .attempt("store the order")?;
    Ok(())
}

#[async_trait]
impl IssuerOrders for SqliteStore {
    async fn open_order(&self, new: NewOrder<'_>) -> StoreResult<OrderOpening> {
        let order = new.order;
        let mut write = self.write("open the order").await?;
        let (account, now) = (&order.account, order.created_at);
        if count_all(&mut write, account, now).await? >= i64::from(new.limits.orders) {
            return Ok(OrderOpening::TooManyOrders);
        }
        if count_open(&mut write, account, now).await? >= i64::from(new.limits.open_orders) {
            return Ok(OrderOpening::TooManyOpenOrders);
        }
        let pending = count_pending(&mut write, account, now).await?;
        if pending + new.authorizations.len() > new.limits.pending_authorizations as usize {
            return Ok(OrderOpening::TooManyAuthorizations);
        }
        if let Some(serial) = &order.replaces
            && !certificates::mark_replaced(&mut write, order, serial).await?
        {
            return Ok(OrderOpening::AlreadyReplaced);
        }
        insert(&mut write, order).await?;
        for (position, authorization) in new.authorizations.iter().enumerate() {
            authorizations::insert(&mut write, position, authorization).await?;
        }
        write.commit_quietly().await?;
        Ok(OrderOpening::Opened)
    }

    async fn order(&self, issuer: &str, id: &str) -> StoreResult<Option<Order>> {
        let attempted = "read the order";
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let row = sqlx::query("SELECT * FROM issuer_orders WHERE id = $1 AND issuer = $2")
            .bind(id)
            .bind(issuer)
            .fetch_optional(&mut *read)
            .await
            .attempt(attempted)?;
        let Some(row) = row else { return Ok(None) };
        let authorizations =
            sqlx::query_scalar("SELECT id FROM issuer_authorizations WHERE order_id = $1 ORDER BY position")
                .bind(id)
                .fetch_all(&mut *read)
                .await
                .attempt(attempted)?;
        order(&row, authorizations).map(Some)
    }

    async fn order_ids(&self, account: &str, after: Option<&str>, limit: u32) -> StoreResult<Vec<String>> {
        sqlx::query_scalar(
            "SELECT id FROM issuer_orders WHERE account = $1 AND id > $2 AND status <> 'invalid' \
             ORDER BY id LIMIT $3",
        )
        .bind(account)
        .bind(after.unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await
        .attempt("list the account's orders")
    }

    async fn begin_signing(
        &self,
        issuer: &str,
        id: &str,
        signing: &Signing,
        now: Timestamp,
    ) -> StoreResult<bool> {
        let attempted = "store what is about to be signed";
        let mut write = self.write(attempted).await?;
        let begun = sqlx::query(
            "UPDATE issuer_orders SET status = 'processing', request = $4, serial = $5, not_before = $6, \
               not_after = $7 WHERE id = $1 AND issuer = $2 AND status = 'ready' AND expires_at > $3",
        )
        .bind(id)
        .bind(issuer)
        .bind(milliseconds(now))
        .bind(&signing.request)
        .bind(&signing.serial)
        .bind(milliseconds(signing.not_before))
        .bind(milliseconds(signing.not_after))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        write.commit_quietly().await?;
        Ok(begun.rows_affected() == 1)
    }

    async fn processing_orders(&self, issuer: &str, limit: u32) -> StoreResult<Vec<String>> {
        sqlx::query_scalar(
            "SELECT id FROM issuer_orders WHERE issuer = $1 AND status = 'processing' ORDER BY id LIMIT $2",
        )
        .bind(issuer)
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await
        .attempt("look for orders that are being issued")
    }

    async fn store_certificate(&self, certificate: &Certificate) -> StoreResult<bool> {
        let attempted = "store the certificate";
        let mut write = self.write(attempted).await?;
        let concluded = sqlx::query(
            "UPDATE issuer_orders SET status = 'valid' \
             WHERE id = $1 AND issuer = $2 AND status = 'processing' AND serial = $3",
        )
        .bind(&certificate.order)
        .bind(&certificate.issuer)
        .bind(&certificate.serial)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if concluded.rows_affected() == 0 {
            return Ok(false);
        }
        certificates::insert(&mut write, certificate).await?;
        write.commit_quietly().await?;
        Ok(true)
    }

    async fn fail_order(&self, issuer: &str, id: &str, error: &Value) -> StoreResult<()> {
        let attempted = "store why the order failed";
        let mut write = self.write(attempted).await?;
        let failed = sqlx::query(
            "UPDATE issuer_orders SET status = 'invalid', error = $3 \
             WHERE id = $1 AND issuer = $2 AND status = 'processing'",
        )
        .bind(id)
        .bind(issuer)
        .bind(to_json(error)?)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if failed.rows_affected() == 0 {
            return Err(StoreError::not_found("processing order", id));
        }
        write.commit_quietly().await
    }
}
