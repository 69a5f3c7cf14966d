//! The one story that every store must tell the same way: a certificate from its creation to its deletion.

use crate::samples::{at, audit, deploy_run, edit, event, facts, new, observation, obtain_run, settings};
use crate::samples::{version, write};
use crate::{
    AuditFilter, CertificateFilter, CertificateQuery, CertificateRow, CertificateSort, Conclusion,
    DeploymentFailure, EventFilter, Fence, ObtainEnd, Page, Publication, QueuedDeployment, RunFilter,
    RunWrite, Store, StoreError, Work,
};
use certwright_core::certificate::{Certificate, Standing};
use certwright_core::facts::Trust;
use certwright_core::failure::Failure;
use certwright_core::health::Health;
use certwright_core::id::{CertificateId, DeploymentId, VersionId};
use certwright_core::run::{Mark, RunState, Stop};
use certwright_core::version::VersionState;

/// Tells it. A second database adds one line that calls this.
pub(crate) async fn tell(store: &dyn Store) {
    let certificate = created_and_edited(store).await;
    let fence = claimed(store, &certificate).await;
    let version = obtained_and_published(store, &certificate, fence).await;
    deployed(store, &certificate, &version, fence).await;
    listed(store, &certificate).await;
    deleted(store, &certificate).await;
}

async fn created_and_edited(store: &dyn Store) -> CertificateId {
    let mut changed = store.subscribe();
    let first =
        new("cert-1", settings("Shop", &["shop.example.com", "www.example.com"], &["dep-1", "dep-2"]));
    let made = store.create_certificate(&first).await.unwrap();
    assert!(changed.has_changed().unwrap(), "creating wakes the scheduler");
    changed.mark_unchanged();
    assert_eq!(store.certificate(&made.id).await.unwrap(), made);

    let same_name = new("cert-2", settings("SHOP", &["other.example.com"], &[]));
    let refused = store.create_certificate(&same_name).await.unwrap_err();
    assert!(matches!(refused, StoreError::Conflict { field: "name", .. }), "{refused}");
    let same_deployment = new("cert-2", settings("other", &["other.example.com"], &["dep-1"]));
    let refused = store.create_certificate(&same_deployment).await.unwrap_err();
    assert!(matches!(refused, StoreError::Conflict { field: "deployments", .. }), "{refused}");
    let missing = store.certificate(&"cert-2".into()).await.unwrap_err();
    assert!(matches!(missing, StoreError::NotFound { .. }), "what was refused left nothing: {missing}");

    let fewer = edit(&made, settings("Shop", &["shop.example.com"], &["dep-2", "dep-3"]));
    let edited = store.update_certificate(&fewer).await.unwrap();
    assert_eq!(edited.revision, 2);
    let lost = store.update_certificate(&fewer).await.unwrap_err();
    let StoreError::Revision { current } = lost else { panic!("{lost}") };
    assert_eq!(*current, edited, "the loser is shown what is there");
    let deployments = store.deployments(&made.id).await.unwrap();
    let ids: Vec<_> = deployments.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["dep-2", "dep-3"], "rows follow the settings, in their order");

    let asked = store.ask(&made.id, at(15), "admin", &[]).await.unwrap();
    assert_eq!((asked.standing.asked_at, asked.standing.next_at), (Some(at(15)), Some(at(15))));
    assert_eq!(asked.revision, edited.revision, "asking changes no settings");
    let actions: Vec<_> = store.audit(&AuditFilter::default(), Page::default()).await.unwrap().items;
    let actions: Vec<_> = actions.iter().map(|line| line.change.action.as_str()).collect();
    assert_eq!(actions, ["ask", "update", "create"], "the refused changes are not in it");
    made.id
}

async fn claimed(store: &dyn Store, certificate: &CertificateId) -> Fence {
    assert_eq!(store.next_moment().await.unwrap(), Some(at(15)));
    assert_eq!(store.due(at(14), 10).await.unwrap(), []);
    assert_eq!(store.due(at(15), 10).await.unwrap(), [Work::Certificate(certificate.clone())]);

    let old = store.claim(certificate, "one", at(30), at(16)).await.unwrap().unwrap();
    assert_eq!(store.claim(certificate, "two", at(40), at(17)).await.unwrap(), None);
    assert_eq!(store.due(at(17), 10).await.unwrap(), [], "held by one");
    assert_eq!(store.next_moment().await.unwrap(), Some(at(30)), "when the lease ends");
    store.renew(certificate, old, at(35)).await.unwrap();
    let fence = store.claim(certificate, "two", at(60), at(35)).await.unwrap().unwrap();
    assert!(fence > old);

    let before = store.certificate(certificate).await.unwrap();
    let run = obtain_run("run-0", certificate, at(35));
    for stale in [
        store.renew(certificate, old, at(99)).await.unwrap_err(),
        store.open_run(write(&run, old, None)).await.unwrap_err(),
        store.set_standing(&before, old, &Standing::default()).await.unwrap_err(),
        store.store_key(&version(&run), b"key", b"csr", old).await.unwrap_err(),
    ] {
        assert!(matches!(stale, StoreError::Stale { .. }), "{stale}");
    }
    store.release(certificate, old).await.unwrap();
    assert_eq!(store.due(at(40), 10).await.unwrap(), [], "giving back what another holds changes nothing");
    fence
}

async fn obtained_and_published(store: &dyn Store, id: &CertificateId, fence: Fence) -> VersionId {
    let mut run = obtain_run("run-1", id, at(36));
    let told = [event(id, "run started")];
    let open = RunWrite { events: &told, ..write(&run, fence, None) };
    store.open_run(open).await.unwrap();
    let second = store.open_run(write(&obtain_run("run-2", id, at(36)), fence, None)).await.unwrap_err();
    assert!(matches!(second, StoreError::Busy { .. }), "never two at once: {second}");
    assert_eq!(store.live_run(id).await.unwrap().unwrap(), run);

    run.marks[0] = Mark::Done;
    run.state = RunState::Waiting;
    assert_eq!(store.save_run(write(&run, fence, Some(at(50)))).await.unwrap(), Stop::No);
    store.release(id, fence).await.unwrap();
    assert_eq!(store.next_moment().await.unwrap(), Some(at(50)), "parked: no lease, only a moment");
    let work = store.due(at(50), 10).await.unwrap();
    assert_eq!(work, [Work::Run { run: run.id.clone(), certificate: id.clone() }]);
    let fence = store.claim(id, "two", at(90), at(50)).await.unwrap().unwrap();

    let made = version(&run);
    store.store_key(&made, b"sealed", b"request", fence).await.unwrap();
    let again = store.store_key(&made, b"another", b"request", fence).await.unwrap_err();
    assert!(matches!(again, StoreError::Conflict { .. }), "the stored key is the key: {again}");
    assert_eq!(store.version_of_run(&run.id).await.unwrap().unwrap(), made);
    assert_eq!(store.version_key(&made.id).await.unwrap(), b"sealed");
    assert_eq!(store.version_request(&made.id).await.unwrap(), b"request");
    assert_eq!(store.version_chain(&made.id).await.unwrap(), None);

    let before = store.certificate(id).await.unwrap();
    let standing = Standing {
        next_at: Some(at(5000)),
        next_why: Some("two thirds of its lifetime are over".to_owned()),
        ..Standing::default()
    };
    let queued = ["dep-2", "dep-3", "dep-gone"].map(|one| QueuedDeployment {
        id: one.into(),
        approved: None,
        by_hand: false,
    });
    run.marks = vec![Mark::Done; 3];
    run.state = RunState::Done;
    run.ended_at = Some(at(60));
    let publication = Publication {
        version: &made.id,
        write: write(&run, fence, None),
        before: &before,
        standing: &standing,
        deployments: &queued,
        watch: Some(("http://crl.example/1.crl", at(70))),
        now: at(60),
    };
    let early = store.publish(&publication).await.unwrap_err();
    assert!(matches!(early, StoreError::Conflict { field: "version", .. }), "{early}");
    let trust = Trust::Trusted { root: "Pebble Root".to_owned() };
    store.store_chain(&made.id, "PEM", &facts(at(7776)), &trust, fence).await.unwrap();
    assert_eq!(store.version(&made.id).await.unwrap().state, VersionState::Obtained);
    store.publish(&publication).await.unwrap();

    let row = store.certificate_row(id).await.unwrap();
    assert_eq!(row.certificate.standing, Standing { current: Some(made.id.clone()), ..standing });
    assert_eq!(row.not_after(), Some(at(7776)));
    assert_eq!(row.live_run, None);
    assert_eq!(row.health(at(61)), Health::Warning);
    assert_eq!(store.run(&run.id).await.unwrap(), run);
    assert_eq!(store.version_chain(&made.id).await.unwrap().as_deref(), Some("PEM"));
    let end = ObtainEnd {
        version: Some(&made.id),
        before: &row.certificate,
        standing: &row.certificate.standing,
        write: write(&run, fence, None),
    };
    let published = store.end_obtain(&end).await.unwrap_err();
    assert!(matches!(published, StoreError::Conflict { .. }), "{published}");
    store.release(id, fence).await.unwrap();
    made.id
}

async fn deployed(store: &dyn Store, id: &CertificateId, version: &VersionId, old: Fence) {
    let due = |deployment: &str| Work::Deployment { deployment: deployment.into(), certificate: id.clone() };
    assert_eq!(store.next_moment().await.unwrap(), Some(at(60)));
    let mut work = store.due(at(60), 10).await.unwrap();
    work.sort_by_key(|one| format!("{one:?}"));
    assert_eq!(work, [due("dep-2"), due("dep-3")], "publishing queued them");

    let fence = store.claim(id, "three", at(100), at(61)).await.unwrap().unwrap();
    assert!(fence > old);
    let (second, third) = (DeploymentId::from("dep-2"), DeploymentId::from("dep-3"));
    let mut good = deploy_run("run-3", id, "dep-2", at(62));
    store.open_run(write(&good, fence, None)).await.unwrap();
    let mut bad = deploy_run("run-4", id, "dep-3", at(63));
    store.open_run(write(&bad, fence, None)).await.unwrap();
    assert_eq!(store.live_runs(id).await.unwrap().len(), 2);

    good.state = RunState::Done;
    let observations = [observation("shop.example.com", at(64), true)];
    let conclusion = Conclusion {
        deployment: &second,
        version,
        verified_at: Some(at(64)),
        write: write(&good, fence, None),
        observations: &observations,
    };
    store.conclude_deployment(&conclusion).await.unwrap();
    let served = store.deployment(&second).await.unwrap();
    assert_eq!((served.deployed.as_ref(), served.next_at), (Some(version), None));
    assert_eq!(store.observations(id).await.unwrap(), observations);

    bad.state = RunState::Failed;
    let failure = Failure::retry("reload-failed", "reload nginx", "exit code 1", "look at its log");
    let failed = DeploymentFailure {
        deployment: &third,
        failures: 1,
        next_at: Some(at(120)),
        failure: &failure,
        write: write(&bad, fence, None),
        observations: &[],
    };
    store.fail_deployment(&failed).await.unwrap();
    store.release(id, fence).await.unwrap();
    assert_eq!(store.due(at(119), 10).await.unwrap(), [], "the back-off is remembered");
    assert_eq!(store.due(at(120), 10).await.unwrap(), [due("dep-3")], "the CA is not asked again");
    let asked = store.ask_deployment(&third, Some("fingerprint"), at(70), "admin", &[]).await.unwrap();
    assert_eq!((asked.failures, asked.next_at), (0, Some(at(70))));
    assert_eq!(asked.approved.as_deref(), Some("fingerprint"));
    assert_eq!(asked.last_failure, Some(failure), "told until a success");
    let told = store.events_after(0, &EventFilter::default(), 100).await.unwrap();
    let words: Vec<_> = told.iter().map(|one| one.event.message.as_str()).collect();
    assert_eq!(words, ["created", "changed", "run started"]);
    assert_eq!(store.latest_event().await.unwrap(), told[2].id);
    assert_eq!(store.events_after(told[1].id, &EventFilter::default(), 9).await.unwrap(), told[2..]);
}

async fn names(store: &dyn Store, query: CertificateQuery) -> Vec<String> {
    let listing = store.list_certificates(&query).await.unwrap();
    assert_eq!(listing.total, listing.items.len() as u64);
    let name = |row: CertificateRow| row.certificate.settings.name;
    listing.items.into_iter().map(name).collect()
}

async fn listed(store: &dyn Store, id: &CertificateId) {
    let mut paused = settings("archive", &["старый.example.com"], &[]);
    paused.paused = true;
    paused.tags = vec!["old \"quoted\"".to_owned()];
    store.create_certificate(&new("cert-2", paused)).await.unwrap();
    store
        .create_certificate(&new("cert-3", settings("Mail", &["mx.example.org"], &["dep-9"])))
        .await
        .unwrap();

    let by = |sort, descending| CertificateQuery { sort, descending, ..CertificateQuery::default() };
    assert_eq!(names(store, by(CertificateSort::Name, false)).await, ["archive", "Mail", "Shop"]);
    assert_eq!(names(store, by(CertificateSort::Name, true)).await, ["Shop", "Mail", "archive"]);
    assert_eq!(names(store, by(CertificateSort::NotAfter, false)).await, ["Shop", "archive", "Mail"]);
    assert_eq!(names(store, by(CertificateSort::NotAfter, true)).await, ["Shop", "Mail", "archive"]);
    assert_eq!(names(store, by(CertificateSort::NextAt, true)).await, ["Shop", "Mail", "archive"]);
    assert_eq!(names(store, by(CertificateSort::CreatedAt, false)).await, ["Shop", "archive", "Mail"]);

    for (text, found) in [
        ("HOP.EXA", vec!["Shop"]),
        ("hop", vec!["Mail", "Shop"]),
        ("example", vec!["archive", "Mail", "Shop"]),
        ("старый", vec!["archive"]),
        ("\"quoted\"", vec!["archive"]),
        ("xn--", vec!["archive"]),
        ("mx", vec!["Mail"]),
        ("M", vec!["Mail"]),
        ("x.", vec![]),
        ("100%", vec![]),
        ("NEAR(a b) OR *", vec![]),
        (" ", vec!["archive", "Mail", "Shop"]),
    ] {
        let filter = CertificateFilter { text: Some(text.to_owned()), ..CertificateFilter::default() };
        let query = CertificateQuery { filter, ..CertificateQuery::default() };
        assert_eq!(names(store, query).await, found, "{text}");
    }
    let query = CertificateQuery { page: Page { offset: 1, limit: 1 }, ..CertificateQuery::default() };
    let page = store.list_certificates(&query).await.unwrap();
    assert_eq!((page.total, page.items.len()), (3, 1));
    assert_eq!(page.items[0].certificate.settings.name, "Mail");

    // The filter by health and the word that is shown follow the same rules.
    let all = store.list_certificates(&CertificateQuery::default()).await.unwrap().items;
    for now in [at(100), at(7776)] {
        for health in Health::ALL {
            let filter = CertificateFilter { health: Some((health, now)), ..CertificateFilter::default() };
            let query = CertificateQuery { filter, ..CertificateQuery::default() };
            let expected = all.iter().filter(|row| row.health(now) == health);
            let expected: Vec<_> = expected.map(|row| row.certificate.settings.name.clone()).collect();
            assert_eq!(names(store, query).await, expected, "{health:?}");
        }
    }
    assert_eq!(store.find_certificate("sHoP").await.unwrap().certificate.id, *id);
    assert_eq!(store.find_certificate(id.as_str()).await.unwrap().certificate.id, *id);
    let runs = RunFilter { certificate: Some(id.clone()), ..RunFilter::default() };
    let runs = store.runs(&runs, Page::first(2)).await.unwrap();
    let ids: Vec<_> = runs.items.iter().map(|run| run.id.as_str()).collect();
    assert_eq!((runs.total, ids), (3, vec!["run-4", "run-3"]));
}

async fn deleted(store: &dyn Store, id: &CertificateId) {
    let Certificate { revision, .. } = store.certificate(id).await.unwrap();
    let fence = store.claim(id, "four", at(200), at(150)).await.unwrap().unwrap();
    let mut run = obtain_run("run-5", id, at(150));
    store.open_run(write(&run, fence, None)).await.unwrap();
    let busy = store.delete_certificate(id, revision, "admin", at(151), &[]).await.unwrap_err();
    assert!(matches!(&busy, StoreError::Busy { words } if words.contains("run-5")), "{busy}");
    run.state = RunState::Cancelled;
    store.save_run(write(&run, fence, None)).await.unwrap();
    let lost = store.delete_certificate(id, revision - 1, "admin", at(151), &[]).await.unwrap_err();
    assert!(matches!(lost, StoreError::Revision { .. }), "{lost}");
    store.delete_certificate(id, revision, "admin", at(152), &[event(id, "deleted")]).await.unwrap();

    assert!(matches!(store.certificate_row(id).await.unwrap_err(), StoreError::NotFound { .. }));
    assert!(matches!(store.run(&run.id).await.unwrap_err(), StoreError::NotFound { .. }));
    assert_eq!(store.versions(id, Page::default()).await.unwrap().total, 0);
    assert_eq!(store.deployments(id).await.unwrap(), []);
    assert!(matches!(
        store.save_run(write(&run, fence, None)).await.unwrap_err(),
        StoreError::NotFound { .. }
    ));
    let filter = EventFilter { certificate: Some(id.clone()), run: None };
    let last = store.recent_events(&filter, 1).await.unwrap();
    assert_eq!(last[0].event.message, "deleted", "history outlives it");
    let object = format!("certificate {id}");
    let lines = store.audit(&AuditFilter::object(&object), Page::first(1)).await.unwrap();
    assert_eq!(lines.items[0].change.action, "delete");
    assert!(lines.items[0].change.before.is_some());
    store.append_audit(&audit("export-key", &object)).await.unwrap();
    let query = CertificateFilter { text: Some("shop.example".to_owned()), ..CertificateFilter::default() };
    let query = CertificateQuery { filter: query, ..CertificateQuery::default() };
    assert_eq!(names(store, query).await, Vec::<String>::new(), "nor is it found any more");
}
