//! A database of every schema there ever was, with rows as the program of its day wrote them (`tests/upgrade/`), is opened by
//! today's: nothing is lost, everything can be read, graded, listed and worked on.

use super::{SqliteStore, migrations, schema};
use crate::samples::{at, audit, new, settings};
use crate::{AuditFilter, CertificateFilter, CertificateQuery, EventFilter, Page, RunFilter, Store, Work};
use certwright_core::Timestamp;
use certwright_core::account::AccountState;
use certwright_core::facts::Trust;
use certwright_core::health::Health;
use certwright_core::incident::Members;
use certwright_core::run::RunState;
use certwright_core::version::VersionState;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection};
use std::path::{Path, PathBuf};

/// What each schema could hold that the ones before it could not, with the first schema that could.
const SEEDS: [(i64, &str); 14] = [
    (1, include_str!("../../tests/upgrade/0001.sql")),
    (2, include_str!("../../tests/upgrade/0002.sql")),
    (3, include_str!("../../tests/upgrade/0003.sql")),
    (4, include_str!("../../tests/upgrade/0004.sql")),
    (20, include_str!("../../tests/upgrade/0020.sql")),
    (30, include_str!("../../tests/upgrade/0030.sql")),
    (40, include_str!("../../tests/upgrade/0040.sql")),
    (45, include_str!("../../tests/upgrade/0045.sql")),
    (47, include_str!("../../tests/upgrade/0047.sql")),
    (48, include_str!("../../tests/upgrade/0048.sql")),
    (50, include_str!("../../tests/upgrade/0050.sql")),
    (51, include_str!("../../tests/upgrade/0051.sql")),
    (61, include_str!("../../tests/upgrade/0061.sql")),
    (63, include_str!("../../tests/upgrade/0063.sql")),
];

fn schemas() -> Vec<i64> {
    migrations::KNOWN.iter().map(|migration| migration.version).collect()
}

/// In memory where the machine has such a folder: a dozen databases are made and thrown away.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    match tempfile::tempdir_in(memory) {
        Ok(folder) => folder,
        Err(_) => tempfile::tempdir().unwrap(),
    }
}

async fn connect(file: &Path) -> SqliteConnection {
    super::pragmas::plain(file).create_if_missing(true).connect().await.unwrap()
}

/// A database as a program of this schema left it.
async fn left_by(file: &Path, version: i64) {
    let known = migrations::KNOWN.iter().filter(|migration| migration.version <= version).cloned();
    let mut connection = connect(file).await;
    Migrator::with_migrations(known.collect()).run(&mut connection).await.unwrap();
    for (since, sql) in SEEDS.into_iter().filter(|(since, _)| *since <= version) {
        let filled = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await;
        filled.unwrap_or_else(|error| panic!("rows of schema {since} in schema {version}: {error}"));
    }
    connection.close().await.unwrap();
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_database_of_every_schema_is_brought_up_to_date_and_loses_nothing() {
    let newest = *schemas().last().unwrap();
    for version in schemas() {
        let folder = folder();
        let file: PathBuf = folder.path().join("certwright.db");
        left_by(&file, version).await;
        let store =
            SqliteStore::open(&file).await.unwrap_or_else(|error| panic!("schema {version}: {error}"));
        let copied = schema::copy_path(&file, newest).exists();
        assert_eq!(
            copied,
            version < newest,
            "schema {version}: copied before, where something was to be done"
        );
        let store: &dyn Store = &store;
        of_the_first(store, version).await;
        of_later_ones(store, version).await;
        works_on(store).await;
        store.check_integrity().await.unwrap();
        store.close().await;
        let mut connection = connect(&file).await;
        let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut connection).await.unwrap();
        assert_eq!(broken.len(), 0, "schema {version}: rows that refer to nothing");
        connection.close().await.unwrap();
        // Opened once more, nothing is left to do.
        crate::Upkeep::close(&SqliteStore::open(&file).await.unwrap()).await;
    }
}

async fn named(store: &dyn Store, filter: CertificateFilter) -> Vec<String> {
    let query = CertificateQuery { filter, ..CertificateQuery::default() };
    let found = store.list_certificates(&query).await.unwrap();
    assert_eq!(found.total, found.items.len() as u64);
    found.items.into_iter().map(|row| row.certificate.settings.name).collect()
}

/// What every schema could hold.
async fn of_the_first(store: &dyn Store, version: i64) {
    let now = moment("2026-11-26T00:00:00Z");
    let all = CertificateFilter::default();
    assert_eq!(named(store, all.clone()).await, ["blog", "old", "Shop"], "schema {version}");
    let graded = |healths: Vec<(Health, u64)>| -> Vec<_> {
        healths.into_iter().filter(|(_, count)| *count > 0).collect()
    };
    let (healths, counts) = (store.healths(&all, now).await.unwrap(), store.counts(now).await.unwrap());
    assert_eq!(graded(healths), graded(counts.healths), "schema {version}: counts and lists agree");
    for (health, name) in [(Health::Healthy, "Shop"), (Health::Paused, "old")] {
        let filter = CertificateFilter { health: Some((health, now)), ..CertificateFilter::default() };
        assert_eq!(named(store, filter).await, [name], "schema {version}: {health:?}");
    }
    let text = CertificateFilter { text: Some("www.shop".to_owned()), ..CertificateFilter::default() };
    assert_eq!(named(store, text).await, ["Shop"], "schema {version}: search");

    let shop = store.find_certificate("Shop").await.unwrap();
    let certificate = &shop.certificate;
    assert_eq!((certificate.revision, certificate.settings.notes.as_str()), (3, "by Ada"));
    assert_eq!(certificate.settings.tags, ["web"]);
    assert_eq!(certificate.settings.deployments[0].settings["configuration"], "/etc/nginx/nginx.conf");
    assert_eq!(shop.not_after(), Some(moment("2100-01-01T00:00:00Z")));
    assert_eq!(certificate.standing.next_at, Some(moment("2099-01-01T00:00:00Z")));
    let current = shop.version.unwrap();
    assert_eq!((current.id.as_str(), current.state), ("ver-1", VersionState::Published));
    assert_eq!(current.trust, Some(Trust::Trusted { root: "CN=Our root".to_owned() }));
    assert_eq!(current.facts.unwrap().identifiers.len(), 2);
    assert_eq!(current.certificate_url.as_deref(), Some("https://ca.internal/cert/1"), "schema {version}");
    let id = &"ver-1".into();
    assert_eq!(store.version_key(id).await.unwrap(), [0xbb, 1]);
    assert_eq!(store.version_request(id).await.unwrap(), [0xcc, 1]);
    assert_eq!(store.version_chain(id).await.unwrap().as_deref(), Some("PEM"));
    let deployment = &store.deployments(&certificate.id).await.unwrap()[0];
    assert_eq!((deployment.deployed.as_ref(), deployment.verified_at.is_some()), (Some(id), true));
    let served_until = counts.earliest_served_expiry;
    assert_eq!(served_until, Some(moment("2100-01-01T00:00:00Z")), "schema {version}");
    assert_eq!(store.observations(&certificate.id).await.unwrap().len(), 1);

    let blog = store.find_certificate("cert-blog").await.unwrap().certificate;
    assert_eq!(blog.standing.failures, 2);
    assert_eq!(blog.standing.last_failure.unwrap().identifiers[0].kind, "connection");
    let runs = store.runs(&RunFilter::default(), Page::default()).await.unwrap();
    let mut states: Vec<_> = runs.items.iter().map(|run| (run.id.to_string(), run.state)).collect();
    states.sort_by(|one, other| one.0.cmp(&other.0));
    let expected = [("run-1", RunState::Done), ("run-2", RunState::Done), ("run-3", RunState::Waiting)];
    assert_eq!(states, expected.map(|(id, state)| (id.to_owned(), state)), "schema {version}");
    let live = store.run(&"run-3".into()).await.unwrap();
    assert_eq!((live.plan.steps.len(), live.marks.len(), live.plan.warnings.len()), (4, 4, 1));
    assert_eq!(store.owed(None, 10).await.unwrap()[0].key_authorization, "token.abc");
    let due = store.due(now, 50).await.unwrap();
    let is_run = |work: &Work| matches!(work, Work::Run { run, .. } if run.as_str() == "run-3");
    let asks = |work: &Work| matches!(work, Work::RenewalInformation { version, .. } if version == id);
    assert!(due.iter().any(is_run) && due.iter().any(asks), "schema {version}: {due:?}");

    assert_eq!(store.meta("check").await.unwrap().as_deref(), Some(&[1, 2][..]));
    let own = store.authority(&"own".into()).await.unwrap();
    assert_eq!((own.authority.title.as_str(), own.authority.profiles.len()), ("Our CA", 1));
    let account = store.account(&"acct-1".into()).await.unwrap();
    assert_eq!((account.account.state, account.account.contact.len()), (AccountState::Valid, 1));
    assert_eq!(store.account_key(&"acct-1".into()).await.unwrap(), [0xaa, 1]);
    let events = store.events_after(0, &EventFilter::default(), 10).await.unwrap();
    assert_eq!(events.len(), 2, "schema {version}");
    let lines = store.audit(&AuditFilter::default(), Page::default()).await.unwrap();
    assert_eq!((lines.total, lines.items[0].change.action.as_str()), (1, "create"));
}

/// What only later schemas could hold.
async fn of_later_ones(store: &dyn Store, version: i64) {
    let now = moment("2026-11-26T00:00:00Z");
    if version >= 2 {
        assert_eq!(store.issuer("home").await.unwrap().root, [1]);
        assert_eq!(store.issuer_keys("home").await.unwrap().intermediate, [4]);
        assert_eq!(store.issued_certificates("home", Page::default()).await.unwrap().total, 1);
    }
    if version >= 3 {
        let known = store.version(&"ver-1".into()).await.unwrap().renewal_information;
        assert_eq!(known.window.unwrap().chosen, moment("2099-01-02T00:00:00Z"), "schema {version}");
    }
    let (defaults, revision) = store.defaults().await.unwrap();
    if version >= 4 {
        assert_eq!((revision, defaults.windows[0].name.as_str(), defaults.failover), (4, "night", true));
        assert_eq!(store.window_user("night").await.unwrap(), Some("cert-blog".into()));
    } else {
        assert_eq!((revision, defaults.windows.len()), (0, 0), "schema {version}");
    }
    if version >= 20 {
        let list = "http://crl.internal/1.crl";
        assert_eq!(store.due_lists(now, 10).await.unwrap(), [list]);
        assert_eq!(store.watched(list, None, 10).await.unwrap().len(), 1);
    }
    if version >= 30 {
        assert_eq!(store.own_key(&"cert-blog".into()).await.unwrap().unwrap(), [0xdd, 1]);
        assert!(store.is_key_compromised("k0").await.unwrap());
    }
    if version >= 40 {
        assert_eq!(store.waits(&"own".into(), now, 10).await.unwrap()[0].words, "too often");
    }
    assert_eq!(store.probes().await.unwrap().len(), usize::from(version >= 45), "schema {version}");
    if version >= 47 {
        let blog = store.find_certificate("blog").await.unwrap().certificate;
        assert_eq!(blog.spread.as_millis(), 1500);
    }
    if version >= 48 {
        let incident = store.open_incidents().await.unwrap().pop().unwrap();
        assert_eq!((incident.gathered.count, incident.resolved), (20, 7), "schema {version}");
        let members = store.incident_members(&incident.id, now).await.unwrap();
        assert_eq!(members, Members { replaced: 0, pending: u64::from(version >= 63) }, "schema {version}");
    }
    if version >= 50 {
        let ada = store.user("ada").await.unwrap();
        assert!(ada.second_factor && ada.recovery_codes == 1, "{ada:?}");
        assert!(store.session(&[0x11; 32], now).await.unwrap().is_some());
        assert_eq!(store.token(&[0x22; 32]).await.unwrap().unwrap().name, "prometheus");
    }
    if version >= 61 {
        let set = store.authority_settings(None).await.unwrap();
        assert!(set[0].settings.disabled && set[0].authority.as_str() == "letsencrypt", "{set:?}");
    }
}

/// The work goes on: something new is stored, something old is changed and deleted.
async fn works_on(store: &dyn Store) {
    store.create_certificate(&new("cert-new", settings("new", &["new.example.com"], &[]))).await.unwrap();
    let account = store.account(&"acct-1".into()).await.unwrap();
    let audit = audit("update", "account");
    store.update_account(&account.account, Some(account.revision), &audit).await.unwrap();
    let old = store.certificate(&"cert-old".into()).await.unwrap();
    store.delete_certificate(&old.id, old.revision, "admin", at(0), &[]).await.unwrap();
    assert_eq!(named(store, CertificateFilter::default()).await, ["blog", "new", "Shop"]);
    assert_eq!(store.counts(moment("2026-11-26T00:00:00Z")).await.unwrap().certificates(), 3);
}
