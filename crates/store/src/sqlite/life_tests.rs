//! Service life over years and with 100,000 certificates: counting, pruning, copying.

use super::counts::{FIGURES, TURNED};
use super::health::GRADED_NEXT;
use super::history::PRUNABLE;
use super::schedule::{DUE, NEXT_MOMENT};
use super::tests::{Place, plan, scanned};
use super::{SqliteStore, migrations};
use crate::samples::{at, event, facts, new, obtain_run, settings, version, write};
use crate::{
    CertificateFilter, CertificateQuery, Certificates, Copying, Counting, Events, History, Leases, Meta,
    Page, Publication, QueuedDeployment, RollBack, RunFilter, Runs, Schedule, StoreError, Versions,
};
use certwright_core::certificate::{Certificate, Standing};
use certwright_core::event::NewEvent;
use certwright_core::facts::Trust;
use certwright_core::failure::Failure;
use certwright_core::health::HealthReason;
use certwright_core::history::HistoryPolicy;
use certwright_core::id::{CertificateId, VersionId};
use certwright_core::probe::{Found, Probe};
use certwright_core::run::{Run, RunState};
use sqlx::AssertSqlSafe;

/// This many certificates, of every mixture of facts, made in one statement.
async fn many(store: &SqliteStore, number: u32) {
    let sql = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {number}) \
         INSERT INTO certificates (id, name_key, authority, settings, revision, created_at, updated_at, paused, \
           current, next_at, failures, not_before, not_after, health, health_reason, error_at, health_turns) \
         SELECT 'cert-' || i, 'name-' || i, 'pebble', \
           $1, \
           1, i, i, i % 50 = 0, NULL, 9000000000000 + i, (i % 40 = 1) * 3, NULL, \
           CASE WHEN i % 30 = 2 THEN NULL WHEN i % 500 = 3 THEN 1000 ELSE 8000000000000 + i END, \
           CASE WHEN i % 50 = 0 THEN 'paused' WHEN i % 40 = 1 THEN 'warning' WHEN i % 30 = 2 THEN 'none-yet' \
             WHEN i % 600 = 7 THEN 'error' ELSE 'healthy' END, 'served', \
           CASE WHEN i % 30 = 2 THEN NULL WHEN i % 500 = 3 THEN 1000 ELSE 8000000000000 + i END, '[]' \
         FROM n"
    );
    let settings = serde_json::to_string(&settings("many", &["a.example.com"], &[])).unwrap();
    sqlx::query(AssertSqlSafe(sql)).bind(settings).execute(&store.writer).await.unwrap();
}

async fn counted(store: &SqliteStore, sql: &'static str) -> Vec<String> {
    let plan = plan(store, sql.to_owned()).await;
    // One row without a table is none to read.
    scanned(&plan).into_iter().filter(|line| line.as_str() != "SCAN CONSTANT ROW").cloned().collect()
}

#[tokio::test]
async fn with_100_000_certificates_nothing_that_is_asked_all_the_time_reads_them_all() {
    let place = Place::new();
    let store = place.open().await;
    many(&store, 100_000).await;
    let run = obtain_run("run-1", &CertificateId::from("cert-7"), at(1));
    let fence = store.claim(&run.certificate, "one", at(100), at(0)).await.unwrap().unwrap();
    store.open_run(write(&run, fence, None)).await.unwrap();
    crate::Upkeep::close(&store).await;

    // A start, as the service makes it: opened, leases void, the first look.
    let begun = std::time::Instant::now();
    let store = place.open().await;
    assert_eq!(store.void_leases().await.unwrap(), 1);
    assert!(store.next_moment().await.unwrap().is_some());
    assert!(!store.due(at(10), 64).await.unwrap().is_empty());
    let started = begun.elapsed();
    let begun = std::time::Instant::now();
    let counts = store.counts(at(10)).await.unwrap();
    println!("start with 100,000 stored: {started:?}; figures: {:?}", begun.elapsed());
    assert_eq!(counts.certificates(), 100_000);

    for sql in [NEXT_MOMENT, DUE, TURNED, FIGURES] {
        assert_eq!(counted(&store, sql).await, Vec::<String>::new(), "{sql}");
    }
    let voiding = "UPDATE certificates SET fence = fence + 1 WHERE lease_until IS NOT NULL";
    let voiding = plan(&store, voiding.to_owned()).await;
    assert!(voiding.iter().any(|line| line.contains("certificates_leased")), "{voiding:#?}");
    // Pruning goes through the certificates a page at a time, from where it was.
    let pages = plan(&store, PRUNABLE.to_owned()).await;
    assert!(
        pages.iter().any(|line| line.starts_with("SEARCH c USING INTEGER PRIMARY KEY (rowid>?)")),
        "{pages:#?}"
    );
    assert!(scanned(&pages).is_empty(), "{pages:#?}");
}

#[tokio::test]
async fn the_counts_are_those_of_the_lists_whatever_was_changed() {
    let place = Place::new();
    let store = place.open().await;
    many(&store, 3_000).await;
    for change in [
        "UPDATE certificates SET health = 'paused' WHERE number % 7 = 0",
        "UPDATE certificates SET health = 'healthy' WHERE number % 80 = 1",
        "UPDATE certificates SET error_at = 0 WHERE number % 11 = 0",
        "UPDATE certificates SET error_at = NULL WHERE number % 33 = 0",
        "UPDATE certificates SET health = 'error' WHERE number % 90 = 2",
        "DELETE FROM certificates WHERE number % 13 = 0",
    ] {
        sqlx::query(change).execute(&store.writer).await.unwrap();
        let now = at(0);
        let counts = store.counts(now).await.unwrap();
        for (health, number) in counts.healths {
            let filter = CertificateFilter { health: Some((health, now)), ..CertificateFilter::default() };
            let query = CertificateQuery {
                filter,
                page: Page { offset: 0, limit: 1 },
                ..CertificateQuery::default()
            };
            let total = store.list_certificates(&query).await.unwrap().total;
            assert_eq!(number, total, "{health:?} after {change}");
        }
    }
}

#[tokio::test]
async fn what_an_older_program_stored_is_graded_when_it_is_opened() {
    let place = Place::new();
    let store = place.open().await;
    let (certificate, _) = history(&store, 2).await;
    let before = store.certificate_row(&certificate.id).await.unwrap();
    assert_eq!(before.graded.reason, HealthReason::NotDeployed);
    sqlx::query(
        "UPDATE certificates SET health = NULL, health_reason = NULL, health_turns = NULL, error_at = NULL",
    )
    .execute(&store.writer)
    .await
    .unwrap();
    assert_eq!(store.counts(at(0)).await.unwrap().certificates(), 0);
    crate::Upkeep::close(&store).await;
    let store = place.open().await;
    assert_eq!(store.certificate_row(&certificate.id).await.unwrap(), before);
    assert_eq!(store.counts(at(0)).await.unwrap().certificates(), 1);
}

#[tokio::test]
async fn grading_the_certificates_of_an_authority_goes_on_after_a_crash() {
    let place = Place::new();
    let store = place.open().await;
    many(&store, 1_200).await;
    let probe = |days: i64, before: Option<&Probe>| {
        Probe::after(before, &"pebble".into(), Found::Nothing("404".to_owned()), at(days * 86_400))
    };
    let gone = probe(4, Some(&probe(0, None)));
    // As it stands when the process is killed between two pages.
    for change in [
        "INSERT INTO authority_gradings (authority, graded_to) VALUES ('pebble', 500)".to_owned(),
        format!(
            "INSERT INTO authority_probes (authority, json, retired) VALUES ('pebble', '{}', 1)",
            serde_json::to_string(&gone).unwrap()
        ),
    ] {
        sqlx::query(AssertSqlSafe(change)).execute(&store.writer).await.unwrap();
    }
    crate::Upkeep::close(&store).await;
    let store = place.open().await;
    let told: Vec<i64> = sqlx::query_scalar(
        "SELECT number FROM certificates WHERE health_reason = 'authority-retired' ORDER BY number",
    )
    .fetch_all(&store.readers)
    .await
    .unwrap();
    let expected: Vec<_> = (501..=1_200).filter(|number| number % 50 != 0).collect();
    assert_eq!(told, expected, "all after the first page but the paused ones");
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM authority_gradings")
        .fetch_one(&store.readers)
        .await
        .unwrap();
    assert_eq!(left, 0);
    let plan = plan(&store, GRADED_NEXT.to_owned()).await;
    assert!(scanned(&plan).is_empty(), "{plan:#?}");
}

/// A certificate with one deployment, and versions that were published one day after the other, the last one a day ago.
async fn history(store: &SqliteStore, versions: u32) -> (Certificate, Vec<VersionId>) {
    let made = store
        .create_certificate(&new("cert-1", settings("a", &["a.example.com"], &["dep-1"])))
        .await
        .unwrap();
    let fence = store.claim(&made.id, "one", at(9_000_000), at(0)).await.unwrap().unwrap();
    let mut ids = Vec::new();
    for number in 0..versions {
        let now = at(-i64::from(versions - number) * 86_400);
        let mut run = obtain_run(&format!("run-{number:03}"), &made.id, now);
        store.open_run(write(&run, fence, None)).await.unwrap();
        let mut stored = version(&run);
        stored.created_at = now;
        store.store_key(&stored, b"sealed", b"request", fence).await.unwrap();
        let trust = Trust::Unknown { why: "test".to_owned() };
        store.store_chain(&stored.id, "chain", &facts(at(86_400 * 30)), &trust, fence).await.unwrap();
        run.state = RunState::Done;
        run.ended_at = Some(now);
        let before = store.certificate(&made.id).await.unwrap();
        let standing =
            Standing { next_at: Some(at(500)), next_why: Some("why".to_owned()), ..Standing::default() };
        store
            .publish(&Publication {
                version: &stored.id,
                write: write(&run, fence, None),
                before: &before,
                standing: &standing,
                deployments: &[QueuedDeployment { id: "dep-1".into(), approved: None, by_hand: false }],
                watch: None,
                now,
            })
            .await
            .unwrap();
        let told = NewEvent { at: now, ..event(&made.id, "published") };
        store.append_events(&[told]).await.unwrap();
        ids.push(stored.id);
    }
    store.release(&made.id, fence).await.unwrap();
    (store.certificate(&made.id).await.unwrap(), ids)
}

async fn prune(store: &SqliteStore, id: &CertificateId, policy: HistoryPolicy) -> u64 {
    let cut = policy.cut(at(0));
    let page = store.prunable(0, &cut).await.unwrap();
    if page.certificates.is_empty() {
        return 0;
    }
    let fence = store.claim(id, "pruner", at(100), at(0)).await.unwrap().unwrap();
    let versions = store.prunable_versions(id, &cut).await.unwrap();
    let gone = store.prune(id, &versions, &cut, fence).await.unwrap();
    store.release(id, fence).await.unwrap();
    gone
}

#[tokio::test]
async fn pruning_takes_the_old_and_never_what_is_in_use_fault_53() {
    let place = Place::new();
    let store = place.open().await;
    let (certificate, ids) = history(&store, 12).await;
    let policy = HistoryPolicy {
        events_days: 3650,
        events_kept: 6,
        runs_days: 5,
        runs_kept: 500,
        versions_days: 2,
        versions_kept: 3,
    };
    // The third is served still, and the second is wanted.
    for change in [format!("UPDATE deployments SET deployed = '{}', wanted = '{}'", ids[2], ids[1])] {
        sqlx::query(AssertSqlSafe(change)).execute(&store.writer).await.unwrap();
    }
    let before = (
        store.certificate_row(&certificate.id).await.unwrap(),
        store.next_moment().await.unwrap(),
        store.due(at(1000), 64).await.unwrap(),
    );

    // While a run goes on, it may go back to any version.
    let live = obtain_run("run-live", &certificate.id, at(0));
    let fence = store.claim(&certificate.id, "worker", at(100), at(0)).await.unwrap().unwrap();
    store.open_run(write(&live, fence, Some(at(7)))).await.unwrap();
    let cut = policy.cut(at(0));
    assert_eq!(store.prunable_versions(&certificate.id, &cut).await.unwrap(), []);
    assert!(
        prune_with(&store, &certificate.id, &ids, policy, fence).await > 0,
        "runs and events go all the same"
    );
    assert_eq!(store.versions(&certificate.id, Page::default()).await.unwrap().total, 12);
    let over = Run { state: RunState::Cancelled, ended_at: Some(at(0)), ..live };
    store.save_run(write(&over, fence, None)).await.unwrap();
    store.release(&certificate.id, fence).await.unwrap();

    assert!(prune(&store, &certificate.id, policy).await > 0);
    assert_eq!(prune(&store, &certificate.id, policy).await, 0, "and then there is nothing more");
    let left: Vec<_> = store
        .versions(&certificate.id, Page::default())
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|v| v.id)
        .collect();
    let kept = [&ids[11], &ids[10], &ids[9], &ids[2], &ids[1]].map(Clone::clone);
    assert_eq!(left, kept, "the newest three, what is served and what is wanted");
    assert!(store.version_key(&ids[0]).await.is_err(), "a key goes with its version");
    let runs = store.runs(&RunFilter::default(), Page::default()).await.unwrap();
    assert_eq!(runs.total, 6, "those of the last five days, {runs:?}");
    assert_eq!(store.events_after(0, &crate::EventFilter::default(), 100).await.unwrap().len(), 6);

    // State is not history: nothing is due that was not, and nothing stands elsewhere.
    let after = (
        store.certificate_row(&certificate.id).await.unwrap(),
        store.next_moment().await.unwrap(),
        store.due(at(1000), 64).await.unwrap(),
    );
    assert_eq!(before, after);
}

/// Tries to prune all of these versions, whatever is asked for.
async fn prune_with(
    store: &SqliteStore,
    id: &CertificateId,
    versions: &[VersionId],
    policy: HistoryPolicy,
    fence: crate::Fence,
) -> u64 {
    store.prune(id, versions, &policy.cut(at(0)), fence).await.unwrap()
}

#[tokio::test]
async fn a_roll_back_is_one_write_and_failures_stay_reset() {
    let place = Place::new();
    let store = place.open().await;
    let (certificate, ids) = history(&store, 3).await;
    let fence = store.claim(&certificate.id, "one", at(100), at(0)).await.unwrap().unwrap();
    let standing =
        Standing { next_at: Some(at(7000)), next_why: Some("held".to_owned()), ..Standing::default() };
    let back = |version| RollBack {
        version,
        fence,
        before: &certificate,
        standing: &standing,
        who: "ada",
        now: at(50),
        events: &[],
    };
    store.roll_back(&back(&ids[1])).await.unwrap();
    let row = store.certificate_row(&certificate.id).await.unwrap();
    assert_eq!(row.certificate.standing.current.as_ref(), Some(&ids[1]));
    assert_eq!(row.certificate.standing.next_at, Some(at(7000)));
    assert_eq!(
        (row.deployments[0].wanted.as_ref(), row.deployments[0].next_at),
        (Some(&ids[1]), Some(at(50)))
    );
    let none = VersionId::from("ver-none");
    assert!(matches!(
        store.roll_back(&RollBack { version: &none, ..back(&ids[1]) }).await,
        Err(StoreError::NotFound { .. })
    ));

    // A worker that failed meanwhile does not bring the failures back.
    let before = store.certificate(&certificate.id).await.unwrap();
    let failed = Standing {
        failures: 4,
        not_before: Some(at(9000)),
        last_failure: Some(Failure::retry("x", "a", "b", "c")),
        ..before.standing.clone()
    };
    store.set_standing(&before, fence, &failed).await.unwrap();
    let read = store.certificate(&certificate.id).await.unwrap();
    let reset = Standing { next_at: Some(at(60)), next_why: Some("now".to_owned()), ..Standing::default() };
    let after = store.reset_failures(&certificate.id, &reset, "ada", at(60), &[]).await.unwrap();
    assert_eq!((after.standing.failures, after.standing.not_before), (0, None));
    assert_eq!(after.standing.current.as_ref(), Some(&ids[1]));
    store.set_standing(&read, fence, &failed).await.unwrap();
    assert_eq!(store.certificate(&certificate.id).await.unwrap().standing.failures, 0);
}

#[tokio::test]
async fn a_copy_is_whole_private_and_restored_without_leases_fault_51() {
    let place = Place::new();
    let store = place.open().await;
    let (certificate, _) = history(&store, 2).await;
    store.claim(&certificate.id, "dead", at(9_000_000), at(0)).await.unwrap().unwrap();
    store.set_meta("secret-once", b"deleted-and-gone").await.unwrap();
    sqlx::query("DELETE FROM meta WHERE key = 'secret-once'").execute(&store.writer).await.unwrap();
    let file = place.file().with_file_name("copy.db");
    store.copy_to(&file, &[("about", b"this")]).await.unwrap();
    assert!(store.copy_to(&file, &[]).await.is_err(), "a copy is never overwritten");
    let bytes = std::fs::read(&file).unwrap();
    assert!(!bytes.windows(16).any(|window| window == b"deleted-and-gone"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let found = SqliteStore::inspect_copy(&file, &["about", "none"]).await.unwrap();
    let newest = migrations::KNOWN.iter().map(|migration| migration.version).max().unwrap();
    assert_eq!((found.schema, found.certificates), (newest, 1));
    assert_eq!(found.values, [Some(b"this".to_vec()), None]);
    assert_eq!(std::fs::read(&file).unwrap(), bytes, "a look changes nothing");

    let restored = place.file().with_file_name("restored.db");
    SqliteStore::restore_copy(&file, &restored, &["about"], &[("restored", b"yes")]).await.unwrap();
    let restored = SqliteStore::open(&restored).await.unwrap();
    assert_eq!(restored.meta("about").await.unwrap(), None);
    assert_eq!(restored.meta("restored").await.unwrap().as_deref(), Some(&b"yes"[..]));
    assert!(
        restored.claim(&certificate.id, "new", at(100), at(1)).await.unwrap().is_some(),
        "leases are void"
    );
}

#[tokio::test]
async fn a_damaged_copy_is_refused_fault_30() {
    let place = Place::new();
    let store = place.open().await;
    history(&store, 5).await;
    let file = place.file().with_file_name("copy.db");
    store.copy_to(&file, &[]).await.unwrap();
    let whole = std::fs::read(&file).unwrap();
    let target = place.file().with_file_name("restored.db");
    let (mut header, mut page) = (whole.clone(), whole.clone());
    header[3] ^= 1;
    page[4096 * 2..4096 * 2 + 8].fill(0xff);
    let half = whole[..whole.len() / 2].to_vec();
    for (name, bytes) in
        [("a header", header), ("a page", page), ("half of it", half), ("nothing", Vec::new())]
    {
        put(&file, &bytes);
        let error = SqliteStore::restore_copy(&file, &target, &[], &[]).await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{name}: {error}");
        assert!(!target.exists(), "{name}");
    }
    put(&file, &whole);
    let mut connection = sqlx::ConnectOptions::connect(&super::pragmas::plain(&file)).await.unwrap();
    sqlx::query("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 45")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    let newer = SqliteStore::restore_copy(&file, &target, &[], &[]).await.unwrap_err();
    assert!(matches!(newer, StoreError::NewerSchema { found: 9999, .. }), "{newer}");
    assert!(!target.exists());
}

#[expect(clippy::disallowed_methods, reason = "a damaged file need not survive a power cut")]
fn put(file: &std::path::Path, bytes: &[u8]) {
    std::fs::write(file, bytes).unwrap();
}
