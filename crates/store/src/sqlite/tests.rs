//! What is true of the SQLite file alone, and the calls that tell it the common stories.

use super::lanes::{DUE_IN_LANE, LANES};
use super::schedule::{BESIDE, DUE, NEXT_MOMENT};
use super::{SqliteStore, certificate_list, issuer, migrations, schema};
use crate::samples::{at, deploy_run, new, obtain_run, settings, version, write};
use crate::{
    CertificateFilter, CertificateQuery, CertificateSort, Certificates, Deployments, Leases, Meta, Page,
    RunFilter, Runs, StoreError, UnreadableEnd, Versions,
};
use crate::{
    story, story_aside, story_authorities, story_issuer, story_ledger, story_people, story_revocation,
    story_suggestion,
};
use certwright_core::certificate::Standing;
use certwright_core::failure::Failure;
use certwright_core::run::RunState;
use certwright_core::version::VersionState;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Row, SqlSafeStr};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

pub(super) struct Place {
    folder: TempDir,
}

impl Place {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn file(&self) -> PathBuf {
        self.folder.path().join("certwright.db")
    }

    pub(super) async fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.file()).await.unwrap()
    }
}

#[tokio::test]
async fn tells_the_story() {
    story::tell(&Place::new().open().await).await;
}

#[tokio::test]
async fn tells_the_story_of_an_issuer() {
    story_issuer::tell(&Place::new().open().await).await;
}

#[tokio::test]
async fn tells_the_story_of_people() {
    story_people::tell(&Place::new().open().await).await;
}

#[tokio::test]
async fn tells_the_story_of_a_suggestion() {
    story_suggestion::tell(&Place::new().open().await).await;
}

#[tokio::test]
async fn tells_the_story_of_incidents() {
    crate::story_incidents::tell(&Place::new().open().await).await;
}

#[tokio::test]
async fn fault_32_tells_the_story_of_a_clock_that_was_put_back() {
    crate::story_put_back::tell(&Place::new().open().await).await;
}

#[tokio::test]
async fn tells_the_story_of_the_ledger() {
    story_ledger::tell(&Place::new().open().await).await;
}

#[tokio::test]
async fn a_cancel_is_neither_overwritten_nor_slept_through() {
    story_aside::cancels(&Place::new().open().await).await;
}

#[tokio::test]
async fn what_people_do_meanwhile_is_kept() {
    story_aside::people_win(&Place::new().open().await).await;
}

#[tokio::test]
async fn authorities_and_accounts_are_not_deleted_under_their_users() {
    story_aside::authorities_and_accounts(&Place::new().open().await).await;
}

#[tokio::test]
async fn a_retired_authority_is_told_by_its_certificates_fault_47() {
    story_authorities::retired(&Place::new().open().await).await;
}

#[tokio::test]
async fn an_authority_that_is_switched_off_is_told_by_its_certificates() {
    story_authorities::switched_off(&Place::new().open().await).await;
}

#[tokio::test]
async fn a_run_ends_in_one_write() {
    story_aside::ends(&Place::new().open().await).await;
}

#[tokio::test]
async fn a_run_that_cannot_be_read_is_ended_and_spoils_no_list() {
    let place = Place::new();
    let store = place.open().await;
    let id = "cert-1".into();
    let made = new("cert-1", settings("a", &["a.example.com"], &["dep-1"]));
    let before = store.create_certificate(&made).await.unwrap();
    let fence = store.claim(&id, "one", at(100), at(0)).await.unwrap().unwrap();
    let run = obtain_run("run-1", &id, at(1));
    store.open_run(write(&run, fence, None)).await.unwrap();
    let half = version(&run);
    store.store_key(&half, b"k", b"r", fence).await.unwrap();
    let deploy = deploy_run("run-2", &id, "dep-1", at(1));
    store.open_run(write(&deploy, fence, None)).await.unwrap();
    let damage = "UPDATE runs SET \"plan\" = '{\"kind\":\"obtain\",\"steps\":[{\"step\":\"of-tomorrow\"}]}'";
    sqlx::query(damage).execute(&store.writer).await.unwrap();
    assert!(matches!(store.run(&run.id).await.unwrap_err(), StoreError::Damaged { .. }));
    let failure = Failure::retry("run-unreadable", "go on", "cannot be read", "look");
    let standing = Standing { failures: 1, next_at: Some(at(60)), ..Standing::default() };
    let end = |run| UnreadableEnd {
        run,
        fence,
        now: at(2),
        before: &before,
        standing: &standing,
        failure: &failure,
        next_at: at(70),
        events: &[],
    };
    store.end_unreadable_run(&end(&run.id)).await.unwrap();
    let ended = store.run(&run.id).await.unwrap();
    assert_eq!((ended.state, ended.plan.steps.len()), (RunState::Failed, 0));
    assert_eq!(store.version(&half.id).await.unwrap().state, VersionState::Abandoned);
    assert_eq!(store.certificate(&id).await.unwrap().standing, standing, "the failure is counted");
    assert_eq!(store.deployment(&"dep-1".into()).await.unwrap().failures, 0, "and not that of another run");

    store.end_unreadable_run(&end(&deploy.id)).await.unwrap();
    assert_eq!(store.live_run(&id).await.unwrap(), None);
    let deployment = store.deployment(&"dep-1".into()).await.unwrap();
    assert_eq!((deployment.failures, deployment.next_at), (1, Some(at(70))));
    store.end_unreadable_run(&end(&deploy.id)).await.unwrap();
    assert_eq!(store.deployment(&"dep-1".into()).await.unwrap().failures, 1, "ended once");
    assert_eq!(store.runs(&RunFilter::default(), Page::default()).await.unwrap().total, 2);
}

#[tokio::test]
async fn what_is_owed_stays_owed() {
    story_aside::owes(&Place::new().open().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_idempotency_key_admits_one_of_a_hundred() {
    story_aside::admits_once(Arc::new(Place::new().open().await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_editors_lose_no_update_fault_31() {
    story_aside::loses_no_update(Arc::new(Place::new().open().await)).await;
}

#[tokio::test]
async fn a_restart_keeps_everything_and_voids_leases() {
    let place = Place::new();
    let store = place.open().await;
    let made =
        store.create_certificate(&new("cert-1", settings("a", &["a.example.com"], &[]))).await.unwrap();
    let old = store.claim(&made.id, "dead", at(9000), at(0)).await.unwrap().unwrap();
    crate::Upkeep::close(&store).await;

    let store = place.open().await;
    assert_eq!(store.certificate(&made.id).await.unwrap(), made);
    assert_eq!(store.void_leases().await.unwrap(), 1);
    let stale = store.set_standing(&made, old, &made.standing).await.unwrap_err();
    assert!(matches!(stale, StoreError::Stale { .. }));
    assert!(store.claim(&made.id, "alive", at(9000), at(1)).await.unwrap().is_some());
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_any_of_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let store = place.open().await;
    store.set_meta("check", b"value").await.unwrap();
    let mut seen = Vec::new();
    for entry in std::fs::read_dir(place.folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
        seen.push(entry.file_name().into_string().unwrap());
    }
    seen.sort();
    assert_eq!(seen, ["certwright.db", "certwright.db-shm", "certwright.db-wal"]);
}

#[tokio::test]
async fn readers_cannot_write() {
    let place = Place::new();
    let store = place.open().await;
    let error = sqlx::query("DELETE FROM meta").execute(&store.readers).await.unwrap_err();
    assert!(error.to_string().contains("readonly"), "{error}");
}

#[tokio::test]
async fn a_full_disk_is_told_as_such_and_changes_nothing() {
    let place = Place::new();
    let store = place.open().await;
    store.set_meta("check", b"small").await.unwrap();
    sqlx::query("PRAGMA max_page_count = 1").fetch_all(&store.writer).await.unwrap();
    let full = store.set_meta("check", &vec![7; 1 << 20]).await.unwrap_err();
    assert!(matches!(full, StoreError::Unwritable { .. }), "{full}");
    assert!(full.to_string().contains("full"), "{full}");
    assert_eq!(store.meta("check").await.unwrap().as_deref(), Some(&b"small"[..]));
}

fn with_one_more(sql: &'static str) -> Migrator {
    let mut migrations: Vec<Migration> = migrations::KNOWN.iter().cloned().collect();
    let version = migrations.last().unwrap().version + 1;
    migrations.push(Migration::new(version, "more".into(), MigrationType::Simple, sql.into_sql_str(), false));
    Migrator::with_migrations(migrations)
}

#[tokio::test]
async fn an_older_schema_is_copied_then_migrated_and_the_newer_one_refused() {
    let place = Place::new();
    let store = place.open().await;
    store.set_meta("check", b"before").await.unwrap();
    crate::Upkeep::close(&store).await;

    let newer = with_one_more("ALTER TABLE meta ADD COLUMN more TEXT");
    let known = newer.iter().last().unwrap().version - 1;
    let store = SqliteStore::open_with(&place.file(), &newer).await.unwrap();
    store.set_meta("check", b"after").await.unwrap();
    crate::Upkeep::close(&store).await;

    let refused = place.open_error().await;
    assert!(
        matches!(refused, StoreError::NewerSchema { found, known: ours } if found == known + 1 && ours == known),
        "{refused}"
    );
    let copy = schema::copy_path(&place.file(), known + 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let restored = SqliteStore::open(&copy).await.unwrap();
    assert_eq!(restored.meta("check").await.unwrap().as_deref(), Some(&b"before"[..]));
}

impl Place {
    async fn open_error(&self) -> StoreError {
        SqliteStore::open(&self.file()).await.unwrap_err()
    }
}

#[tokio::test]
async fn it_tells_the_story_of_revocation_and_of_keys() {
    story_revocation::revokes(&Place::new().open().await).await;
    story_revocation::replaces_chains(&Place::new().open().await).await;
    story_revocation::changes_keys(&Place::new().open().await).await;
}

#[tokio::test]
async fn a_migration_that_fails_changes_nothing_and_can_be_tried_again() {
    let place = Place::new();
    crate::Upkeep::close(&place.open().await).await;
    for _ in 0..2 {
        let broken = with_one_more("CREATE TABLE half (a); SELECT no_such_column FROM meta");
        SqliteStore::open_with(&place.file(), &broken).await.unwrap_err();
    }
    let store = place.open().await;
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'half'")
        .fetch_one(&store.readers)
        .await
        .unwrap();
    assert_eq!(tables, 0);
}

#[tokio::test]
async fn what_is_no_database_of_ours_is_refused_with_the_reason() {
    let place = Place::new();
    tokio::fs::copy(std::env::current_exe().unwrap(), place.file()).await.unwrap();
    let refused = place.open_error().await;
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}");

    let missing = SqliteStore::open(&place.folder.path().join("no/such.db")).await.unwrap_err();
    assert!(missing.to_string().contains("no/such.db"), "{missing}");
    assert!(matches!(missing, StoreError::Unwritable { .. }), "{missing}");
}

pub(super) async fn plan(store: &SqliteStore, sql: String) -> Vec<String> {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let rows = sqlx::query(explain).fetch_all(&store.readers).await.unwrap();
    rows.iter().map(|row| row.get("detail")).collect()
}

/// The tables that a statement goes through row by row. Temporary results (`SCAN (subquery-1)`, `SCAN p`) and the
/// values of a list are as small as the page.
pub(super) fn scanned(plan: &[String]) -> Vec<&String> {
    plan.iter()
        .filter(|line| line.starts_with("SCAN "))
        .filter(|line| {
            !line.starts_with("SCAN (")
                && !matches!(line.as_str(), "SCAN p" | "SCAN json_each VIRTUAL TABLE INDEX 1:")
        })
        .collect()
}

#[tokio::test]
async fn finding_what_is_due_scans_no_table() {
    let place = Place::new();
    let store = place.open().await;
    for sql in [BESIDE, LANES, DUE_IN_LANE] {
        let plan = plan(&store, sql.to_owned()).await;
        let scanned: Vec<_> = scanned(&plan)
            .into_iter()
            .filter(|line| !matches!(line.as_str(), "SCAN lanes" | "SCAN w"))
            .collect();
        assert!(scanned.is_empty(), "{plan:#?}");
    }
    for sql in [NEXT_MOMENT, DUE] {
        let plan = plan(&store, sql.to_owned()).await;
        assert!(scanned(&plan).is_empty(), "{plan:#?}");
        for index in [
            "certificates_due (next_at",
            "runs_wake (wake_at",
            "deployments_due (next_at",
            "versions_ask (ask_at",
        ] {
            let search = format!("USING INDEX {index}");
            assert!(
                plan.iter().any(|line| line.starts_with("SEARCH") && line.contains(&search)),
                "{plan:#?}"
            );
        }
    }
}

#[tokio::test]
async fn finding_the_next_challenge_of_an_issuer_scans_no_table() {
    let place = Place::new();
    let store = place.open().await;
    for sql in [issuer::NEXT, issuer::DUE] {
        let plan = plan(&store, sql.to_owned()).await;
        assert!(scanned(&plan).is_empty(), "{plan:#?}");
        let search = "USING INDEX issuer_challenges_due (issuer=?";
        let covering = "USING COVERING INDEX issuer_challenges_due (issuer=?";
        assert!(plan.iter().any(|line| line.contains(search) || line.contains(covering)), "{plan:#?}");
    }
}

#[tokio::test]
async fn every_order_of_a_list_is_an_index() {
    let place = Place::new();
    let store = place.open().await;
    for sort in [
        CertificateSort::Name,
        CertificateSort::NotAfter,
        CertificateSort::NextAt,
        CertificateSort::CreatedAt,
    ] {
        for descending in [false, true] {
            let query = CertificateQuery { sort, descending, ..CertificateQuery::default() };
            let sql = certificate_list::page(&query).into_string();
            let plan = plan(&store, sql).await;
            let sorts = plan.iter().filter(|line| line.contains("TEMP B-TREE")).count();
            assert!(sorts <= 1, "at most the page itself is sorted: {plan:#?}");
            assert!(plan.iter().any(|line| line.starts_with("SCAN c USING COVERING INDEX")), "{plan:#?}");
        }
    }
    let filter = CertificateFilter { text: Some("shop".to_owned()), ..CertificateFilter::default() };
    let query = CertificateQuery { filter, ..CertificateQuery::default() };
    let plan = plan(&store, certificate_list::page(&query).into_string()).await;
    assert!(
        plan.iter().any(|line| line.starts_with("SCAN certificate_search VIRTUAL TABLE INDEX")),
        "{plan:#?}"
    );
}
