//! Pruning in SQLite: looked for by indexes, one short transaction for each certificate.

use super::SqliteStore;
use super::attempt::Attempt;
use super::rows::{column, id, milliseconds};
use super::write::check_fence;
use crate::history::PruningPage;
use crate::{Fence, History, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::history::Cut;
use certwright_core::id::{CertificateId, VersionId};

/// How many certificates are looked at in one statement, and how many rows of a kind go in one transaction.
const AT_ONCE: i64 = 100;
const ROWS: i64 = 500;

/// A version `v` of a certificate `c` that may go: `$3` is the moment before which it was made, `$4` how many published
/// ones stay in any case. A live run may go back to any version, so that while there is one all of them stay.
macro_rules! may_go {
    () => {
        "v.created_at < $3 AND v.id IS NOT c.current \
         AND (v.state <> 'published' OR (SELECT count(*) FROM versions n WHERE n.certificate = c.id \
            AND n.state = 'published' AND n.created_at > v.created_at) >= $4) \
         AND NOT EXISTS (SELECT 1 FROM deployments d WHERE d.certificate = c.id \
            AND (d.wanted = v.id OR d.deployed = v.id)) \
         AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.certificate = c.id AND r.wake_at IS NOT NULL)"
    };
}

/// A run `r` of a certificate `c` that may go: older than `$5` and not the newest, or not among the newest `$6`.
macro_rules! run_may_go {
    () => {
        "r.wake_at IS NULL AND r.created_at < max( \
            coalesce((SELECT n.created_at FROM runs n WHERE n.certificate = c.id \
                ORDER BY n.created_at DESC LIMIT 1 OFFSET $6 - 1), 0), \
            min($5, (SELECT max(n.created_at) FROM runs n WHERE n.certificate = c.id)))"
    };
}

/// The oldest of the newest `$7` events of a certificate `c`; older ones go.
macro_rules! oldest_kept_event {
    () => {
        "(SELECT e.id FROM events e WHERE e.certificate = c.id ORDER BY e.id DESC LIMIT 1 OFFSET $7 - 1)"
    };
}

pub(super) const PRUNABLE: &str = concat!(
    "SELECT c.number, c.id, \
       EXISTS (SELECT 1 FROM versions v WHERE v.certificate = c.id AND ",
    may_go!(),
    ") OR EXISTS (SELECT 1 FROM runs r WHERE r.certificate = c.id AND ",
    run_may_go!(),
    ") OR EXISTS (SELECT 1 FROM events o WHERE o.certificate = c.id AND o.id < ",
    oldest_kept_event!(),
    ") AS prunable FROM certificates c WHERE c.number > $1 ORDER BY c.number LIMIT $2"
);

const VERSIONS: &str = concat!(
    "SELECT v.id FROM certificates c JOIN versions v ON v.certificate = c.id \
     WHERE c.id = $1 AND $2 > 0 AND ",
    may_go!(),
    " ORDER BY v.created_at LIMIT $2"
);

/// `$2` is a JSON list of ids: what may still go of it.
const DELETE_VERSIONS: &str = concat!(
    "DELETE FROM versions WHERE id IN (SELECT v.id FROM certificates c JOIN versions v ON v.certificate = c.id \
     WHERE c.id = $1 AND v.id IN (SELECT value FROM json_each($2)) AND ",
    may_go!(),
    ")"
);

const DELETE_RUNS: &str = concat!(
    "DELETE FROM runs WHERE id IN (SELECT r.id FROM certificates c JOIN runs r ON r.certificate = c.id \
     WHERE c.id = $1 AND ",
    run_may_go!(),
    " ORDER BY r.created_at LIMIT $2)"
);

const DELETE_EVENTS: &str = concat!(
    "DELETE FROM events WHERE id IN (SELECT o.id FROM certificates c JOIN events o ON o.certificate = c.id \
     WHERE c.id = $1 AND o.id < ",
    oldest_kept_event!(),
    " ORDER BY o.id LIMIT $2)"
);

/// Binds `$3` to `$7`.
macro_rules! bound {
    ($query:expr, $cut:expr) => {
        $query
            .bind(milliseconds($cut.versions_before))
            .bind(i64::from($cut.versions_kept))
            .bind(milliseconds($cut.runs_before))
            .bind(i64::from($cut.runs_kept.max(1)))
            .bind(i64::from($cut.events_kept.max(1)))
    };
}

#[async_trait]
impl History for SqliteStore {
    async fn prunable(&self, after: i64, cut: &Cut) -> StoreResult<PruningPage> {
        let rows = bound!(sqlx::query(PRUNABLE).bind(after).bind(AT_ONCE), cut)
            .fetch_all(&self.readers)
            .await
            .attempt("look for history to prune")?;
        let mut page = PruningPage::default();
        for row in &rows {
            page.next = Some(column(row, "number")?);
            if column(row, "prunable")? {
                page.certificates.push(id(row, "id")?);
            }
        }
        Ok(page)
    }

    async fn prunable_versions(&self, certificate: &CertificateId, cut: &Cut) -> StoreResult<Vec<VersionId>> {
        let ids: Vec<String> = sqlx::query_scalar(VERSIONS)
            .bind(certificate.as_str())
            .bind(AT_ONCE)
            .bind(milliseconds(cut.versions_before))
            .bind(i64::from(cut.versions_kept))
            .fetch_all(&self.readers)
            .await
            .attempt("look for versions to prune")?;
        Ok(ids.into_iter().map(VersionId::from).collect())
    }

    async fn prune(
        &self,
        certificate: &CertificateId,
        versions: &[VersionId],
        cut: &Cut,
        fence: Fence,
    ) -> StoreResult<u64> {
        let attempted = "prune history";
        let mut write = self.write(attempted).await?;
        check_fence(&mut write, certificate, fence).await?;
        let list = super::rows::to_json(versions)?;
        let mut gone = sqlx::query(DELETE_VERSIONS)
            .bind(certificate.as_str())
            .bind(list)
            .bind(milliseconds(cut.versions_before))
            .bind(i64::from(cut.versions_kept))
            .execute(write.on())
            .await
            .attempt(attempted)?
            .rows_affected();
        for delete in [DELETE_RUNS, DELETE_EVENTS] {
            gone += bound!(sqlx::query(delete).bind(certificate.as_str()).bind(ROWS), cut)
                .execute(write.on())
                .await
                .attempt(attempted)?
                .rows_affected();
        }
        write.commit_quietly().await?;
        Ok(gone)
    }

    async fn prune_events(&self, before: Timestamp) -> StoreResult<u64> {
        let attempted = "prune events";
        let mut write = self.write(attempted).await?;
        let gone = sqlx::query(
            "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE at < $1 ORDER BY at LIMIT $2)",
        )
        .bind(milliseconds(before))
        .bind(ROWS)
        .execute(write.on())
        .await
        .attempt(attempted)?
        .rows_affected();
        write.commit_quietly().await?;
        Ok(gone)
    }
}
