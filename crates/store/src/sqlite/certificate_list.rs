//! Lists of certificates: the filter becomes conditions that indexes answer, the order is an index.

use super::attempt::Attempt;
use super::certificate_parts::name_key;
use super::certificate_rows::{certificate_and_health, with_parts};
use super::rows::{each, milliseconds};
use crate::{CertificateFilter, CertificateQuery, CertificateRow, CertificateSort, Listing, StoreResult};
use certwright_core::Timestamp;
use certwright_core::health::Health;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

/// Below this many characters the search table knows nothing.
const TRIGRAM: usize = 3;

/// The page and the total, in one read transaction.
pub(super) async fn list(
    connection: &mut SqliteConnection,
    query: &CertificateQuery,
) -> StoreResult<Listing<CertificateRow>> {
    let total: i64 = count(&query.filter)
        .build_query_scalar()
        .fetch_one(&mut *connection)
        .await
        .attempt("count certificates")?;
    let rows = page(query).build().fetch_all(&mut *connection).await.attempt("list certificates")?;
    let certificates = each(&rows, certificate_and_health)?;
    Ok(Listing { items: with_parts(connection, certificates).await?, total: total.unsigned_abs() })
}

fn count(filter: &CertificateFilter) -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::new("SELECT count(*) FROM certificates c WHERE TRUE");
    conditions(&mut sql, filter);
    sql
}

/// The numbers of the page are found first, on the index alone; only its rows are read.
pub(super) fn page(query: &CertificateQuery) -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::new("SELECT c.* FROM (SELECT c.number FROM certificates c WHERE TRUE");
    conditions(&mut sql, &query.filter);
    order(&mut sql, query);
    sql.push(" LIMIT ")
        .push_bind(query.page.clamped_limit())
        .push(" OFFSET ")
        .push_bind(query.page.clamped_offset())
        .push(") p CROSS JOIN certificates c ON c.number = p.number");
    order(&mut sql, query);
    sql
}

fn order(sql: &mut QueryBuilder<Sqlite>, query: &CertificateQuery) {
    let column = match query.sort {
        CertificateSort::Name => "name_key",
        CertificateSort::NotAfter => "not_after",
        CertificateSort::NextAt => "next_at",
        CertificateSort::CreatedAt => "created_at",
    };
    let direction = if query.descending { "DESC" } else { "ASC" };
    let nulls = match query.sort {
        CertificateSort::NotAfter | CertificateSort::NextAt => "NULLS LAST",
        CertificateSort::Name | CertificateSort::CreatedAt => "",
    };
    sql.push(format_args!(" ORDER BY c.{column} {direction} {nulls}, c.number {direction}"));
}

pub(super) fn conditions(sql: &mut QueryBuilder<Sqlite>, filter: &CertificateFilter) {
    if let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        containing(sql, text);
    }
    if let Some(tag) = &filter.tag {
        sql.push(" AND c.id IN (SELECT certificate FROM certificate_tags WHERE tag = ")
            .push_bind(tag.clone())
            .push(")");
    }
    if let Some(identifier) = &filter.identifier {
        sql.push(" AND c.id IN (SELECT certificate FROM certificate_identifiers WHERE identifier = ")
            .push_bind(identifier.clone())
            .push(")");
    }
    if let Some(target) = &filter.target {
        sql.push(" AND c.id IN (SELECT certificate FROM deployments WHERE target = ")
            .push_bind(target.clone())
            .push(")");
    }
    if let Some(authority) = &filter.authority {
        sql.push(" AND c.authority = ").push_bind(authority.as_str().to_owned());
    }
    match filter.paused {
        Some(true) => sql.push(" AND c.paused = 1"),
        Some(false) => sql.push(" AND c.paused = 0"),
        None => sql,
    };
    match filter.failing {
        Some(true) => sql.push(" AND c.failures > 0"),
        Some(false) => sql.push(" AND c.failures = 0"),
        None => sql,
    };
    match filter.asked {
        Some(true) => sql.push(" AND c.asked_at IS NOT NULL"),
        Some(false) => sql.push(" AND c.asked_at IS NULL"),
        None => sql,
    };
    if let Some(moment) = filter.not_after_before {
        sql.push(" AND c.not_after < ").push_bind(milliseconds(moment));
    }
    if let Some((health, now)) = filter.health {
        healthy(sql, health, now);
    }
}

fn containing(sql: &mut QueryBuilder<Sqlite>, text: &str) {
    if text.chars().count() >= TRIGRAM {
        // One phrase in quotes: nothing in it is an operator.
        let phrase = format!("\"{}\"", text.replace('\0', "").replace('"', "\"\""));
        sql.push(" AND c.number IN (SELECT rowid FROM certificate_search WHERE certificate_search MATCH ")
            .push_bind(phrase)
            .push(")");
        return;
    }
    let lower = name_key(text);
    sql.push(" AND (");
    beginning(sql, "c.name_key", &lower);
    sql.push(" OR c.id IN (SELECT certificate FROM certificate_identifiers WHERE ");
    beginning(sql, "identifier", &lower);
    sql.push(") OR c.id IN (SELECT certificate FROM certificate_tags WHERE ");
    beginning(sql, "tag", text);
    sql.push("))");
}

/// The column begins with the text: a range of its index, up to the greatest character there is.
fn beginning(sql: &mut QueryBuilder<Sqlite>, column: &'static str, text: &str) {
    sql.push(format_args!("{column} >= "))
        .push_bind(text.to_owned())
        .push(format_args!(" AND {column} < "))
        .push_bind(format!("{text}{}", char::MAX));
}

/// What is stored, and what time made of it.
fn healthy(sql: &mut QueryBuilder<Sqlite>, health: Health, now: Timestamp) {
    let now = milliseconds(now);
    if health == Health::Error {
        sql.push(" AND (c.health = 'error' OR c.error_at <= ").push_bind(now).push(")");
        return;
    }
    sql.push(" AND c.health = ")
        .push_bind(health.word())
        .push(" AND (c.error_at IS NULL OR c.error_at > ")
        .push_bind(now)
        .push(")");
}
