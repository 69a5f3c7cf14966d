//! Figures and selections over many certificates, each from an index.

use super::SqliteStore;
use super::attempt::Attempt;
use super::certificate_list::conditions;
use super::rows::{column, each, id, milliseconds, number, to_json};
use crate::{Bucket, CertificateFilter, Choices, Counted, Gathering, StoreResult, TimeLine};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::health::Health;
use certwright_core::id::CertificateId;
use sqlx::QueryBuilder;
use sqlx::sqlite::SqliteRow;
use std::collections::{BTreeMap, HashMap};

const TAGS: &str =
    "SELECT tag AS word, count(*) AS number FROM certificate_tags GROUP BY tag ORDER BY tag LIMIT $1";
const AUTHORITIES: &str = "SELECT authority AS word, count(*) AS number FROM certificates GROUP BY authority ORDER BY authority LIMIT $1";
const TARGETS: &str = "SELECT target AS word, count(DISTINCT certificate) AS number FROM deployments GROUP BY target ORDER BY target LIMIT $1";

/// `$1` is the beginning, `$2` the length of a bucket, `$3` the end. What is before the beginning is in bucket 0.
const DUE: &str = "
SELECT max(next_at - $1, 0) / $2 AS bucket, count(*) AS number FROM certificates
WHERE next_at < $3 AND paused = 0 GROUP BY bucket";
const ENDING: &str = "
SELECT max(not_after - $1, 0) / $2 AS bucket, count(*) AS number FROM certificates WHERE not_after < $3 GROUP BY bucket";

fn counted(row: &SqliteRow) -> StoreResult<Counted> {
    Ok(Counted { word: column(row, "word")?, number: number(row, "number")? })
}

fn bucket(row: &SqliteRow) -> StoreResult<(u64, u64)> {
    Ok((number(row, "bucket")?, number(row, "number")?))
}

#[async_trait]
impl Gathering for SqliteStore {
    async fn healths(&self, filter: &CertificateFilter, now: Timestamp) -> StoreResult<Vec<(Health, u64)>> {
        let filter = CertificateFilter { health: None, ..filter.clone() };
        let everything = filter == CertificateFilter::default();
        if everything {
            return Ok(crate::Counting::counts(self, now).await?.healths);
        }
        let mut sql = QueryBuilder::new("SELECT CASE WHEN c.error_at <= ");
        sql.push_bind(milliseconds(now)).push(
            " THEN 'error' ELSE c.health END AS word, count(*) AS number FROM certificates c WHERE TRUE",
        );
        conditions(&mut sql, &filter);
        sql.push(" GROUP BY word");
        let rows = sql.build().fetch_all(&self.readers).await.attempt("count certificates by health")?;
        let numbers: HashMap<_, _> =
            each(&rows, counted)?.into_iter().map(|counted| (counted.word, counted.number)).collect();
        Ok(Health::ALL.map(|health| (health, numbers.get(health.word()).copied().unwrap_or_default())).into())
    }

    async fn choices(&self, most: u32) -> StoreResult<Choices> {
        let attempted = "count what certificates can be chosen by";
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let mut found = Vec::new();
        for statement in [TAGS, AUTHORITIES, TARGETS] {
            let rows = sqlx::query(statement).bind(most).fetch_all(&mut *read).await.attempt(attempted)?;
            found.push(each(&rows, counted)?);
        }
        let mut found = found.into_iter();
        let mut next = || found.next().unwrap_or_default();
        Ok(Choices { tags: next(), authorities: next(), targets: next() })
    }

    async fn time_line(&self, wanted: &TimeLine) -> StoreResult<Vec<Bucket>> {
        let attempted = "read what happens when";
        let from = milliseconds(wanted.from);
        let length = wanted.bucket.max(1);
        let end = from.saturating_add(length.saturating_mul(wanted.buckets.into()));
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let mut buckets: BTreeMap<u64, Bucket> = BTreeMap::new();
        for statement in [DUE, ENDING] {
            let rows = sqlx::query(statement)
                .bind(from)
                .bind(length)
                .bind(end)
                .fetch_all(&mut *read)
                .await
                .attempt(attempted)?;
            for (index, number) in each(&rows, bucket)? {
                let bucket = buckets.entry(index).or_insert_with(|| Bucket { index, ..Bucket::default() });
                match statement == DUE {
                    true => bucket.due = number,
                    false => bucket.ending = number,
                }
            }
        }
        Ok(buckets.into_values().collect())
    }

    async fn select(
        &self,
        filter: &CertificateFilter,
        after: Option<&CertificateId>,
        most: u32,
    ) -> StoreResult<Vec<CertificateId>> {
        let mut sql = QueryBuilder::new("SELECT c.id FROM certificates c WHERE TRUE");
        conditions(&mut sql, filter);
        if let Some(after) = after {
            sql.push(" AND c.id > ").push_bind(after.as_str().to_owned());
        }
        sql.push(" ORDER BY c.id LIMIT ").push_bind(most);
        let rows = sql.build().fetch_all(&self.readers).await.attempt("select certificates")?;
        each(&rows, |row| id(row, "id"))
    }

    async fn holders(&self, identifiers: &[String]) -> StoreResult<HashMap<String, Vec<CertificateId>>> {
        let rows = sqlx::query(
            "SELECT identifier, certificate FROM certificate_identifiers
             WHERE identifier IN (SELECT value FROM json_each($1)) ORDER BY certificate",
        )
        .bind(to_json(&identifiers)?)
        .fetch_all(&self.readers)
        .await
        .attempt("read who holds identifiers")?;
        let mut holders: HashMap<String, Vec<CertificateId>> = HashMap::new();
        for (identifier, certificate) in
            each(&rows, |row| Ok((column::<String>(row, "identifier")?, id(row, "certificate")?)))?
        {
            holders.entry(identifier).or_default().push(certificate);
        }
        Ok(holders)
    }

    async fn names(&self, ids: &[CertificateId]) -> StoreResult<HashMap<CertificateId, String>> {
        let rows = sqlx::query(
            "SELECT c.id, c.settings ->> '$.name' AS name FROM certificates c WHERE c.id IN (SELECT value FROM json_each($1))",
        )
        .bind(to_json(&ids)?)
        .fetch_all(&self.readers)
        .await
        .attempt("read the names of certificates")?;
        Ok(each(&rows, |row| Ok((id(row, "id")?, column(row, "name")?)))?.into_iter().collect())
    }
}
