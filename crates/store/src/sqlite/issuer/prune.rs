//! Forgetting what is over, in bounded batches.

use super::super::SqliteStore;
use super::super::attempt::Attempt;
use super::super::rows::milliseconds;
use crate::StoreResult;
use certwright_core::Timestamp;

/// Authorizations and challenges go with their order. One that is being issued stays, however old.
const ORDERS: &str = "DELETE FROM issuer_orders WHERE id IN ( \
     SELECT id FROM issuer_orders WHERE issuer = $1 AND expires_at < $2 AND status <> 'processing' LIMIT $3)";

const CERTIFICATES: &str = "DELETE FROM issuer_certificates WHERE issuer = $1 AND serial IN ( \
     SELECT serial FROM issuer_certificates WHERE issuer = $1 AND not_after < $2 LIMIT $3)";

const ACCOUNTS: &str = "DELETE FROM issuer_accounts WHERE id IN ( \
     SELECT id FROM issuer_accounts a WHERE issuer = $1 AND status <> 'valid' \
       AND NOT EXISTS (SELECT 1 FROM issuer_orders WHERE account = a.id) \
       AND NOT EXISTS (SELECT 1 FROM issuer_certificates WHERE account = a.id) LIMIT $2)";

pub(super) async fn prune(
    store: &SqliteStore,
    name: &str,
    orders_before: Timestamp,
    certificates_before: Timestamp,
    limit: u32,
) -> StoreResult<u64> {
    let attempted = "forget what is over of the issuer";
    let mut gone = 0;
    let mut write = store.write(attempted).await?;
    for (sql, before) in [(ORDERS, orders_before), (CERTIFICATES, certificates_before)] {
        gone += sqlx::query(sql)
            .bind(name)
            .bind(milliseconds(before))
            .bind(i64::from(limit))
            .execute(write.on())
            .await
            .attempt(attempted)?
            .rows_affected();
    }
    gone += sqlx::query(ACCOUNTS)
        .bind(name)
        .bind(i64::from(limit))
        .execute(write.on())
        .await
        .attempt(attempted)?
        .rows_affected();
    write.commit_quietly().await?;
    Ok(gone)
}
