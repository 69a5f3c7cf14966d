//! What stands beside the story, also the same for every store: what people do while workers work, authorities
//! and accounts, what is owed, and idempotency keys.

use crate::samples::{account, at, audit, authority, challenge, deploy_run, edit, facts, identifier, new};
use crate::samples::{observation, obtain_run, run_id, settings, version, write};
use crate::{Admission, DeploymentFailure, ObtainEnd, REMEMBERED_FOR, Store, StoreError, Work};
use certwright_core::account::AccountState;
use certwright_core::certificate::Standing;
use certwright_core::facts::Trust;
use certwright_core::failure::Failure;
use certwright_core::id::CertificateId;
use certwright_core::run::{RunState, Stop};
use certwright_core::version::VersionState;
use std::sync::Arc;

/// A cancel that comes while a worker saves is neither overwritten nor slept through.
pub(crate) async fn cancels(store: &dyn Store) {
    let id = CertificateId::from("cert-1");
    store.create_certificate(&new("cert-1", settings("a", &["a.example.com"], &[]))).await.unwrap();
    let fence = store.claim(&id, "one", at(100), at(0)).await.unwrap().unwrap();
    let mut run = obtain_run("run-1", &id, at(1));
    store.open_run(write(&run, fence, None)).await.unwrap();

    let asked = store.request_cancel(&run.id, Stop::GiveUp, "admin", at(5)).await.unwrap();
    assert_eq!(asked.stop, Stop::GiveUp);
    let again = store.request_cancel(&run.id, Stop::Cancel, "admin", at(5)).await.unwrap();
    assert_eq!(again.stop, Stop::GiveUp, "asking again never asks for less");
    run.state = RunState::Waiting;
    assert_eq!(run.stop, Stop::No, "this worker has not heard of it");
    let told = store.save_run(write(&run, fence, Some(at(3000)))).await.unwrap();
    assert_eq!(told, Stop::GiveUp, "now it has");
    assert_eq!(store.run(&run.id).await.unwrap().stop, Stop::GiveUp);
    store.release(&id, fence).await.unwrap();
    let work = store.due(at(5), 10).await.unwrap();
    assert_eq!(
        work,
        [Work::Run { run: run.id.clone(), certificate: id.clone() }],
        "woken at once, not at 3000"
    );

    run.stop = Stop::GiveUp;
    store.save_run(write(&run, fence, Some(at(7)))).await.unwrap();
    assert_eq!(store.next_moment().await.unwrap(), Some(at(7)), "a worker that knows may wait");
    run.state = RunState::Cancelled;
    store.save_run(write(&run, fence, None)).await.unwrap();
    let over = store.request_cancel(&run.id, Stop::Cancel, "admin", at(9)).await.unwrap();
    assert_eq!(over.state, RunState::Cancelled);
    let missing = store.request_cancel(&run_id("run-9"), Stop::Cancel, "admin", at(9)).await.unwrap_err();
    assert!(matches!(missing, StoreError::NotFound { .. }));
}

/// What a person asks or edits while a worker works is not overwritten by what the worker decided before.
pub(crate) async fn people_win(store: &dyn Store) {
    let id = CertificateId::from("cert-1");
    let made = store
        .create_certificate(&new("cert-1", settings("a", &["a.example.com"], &["dep-1"])))
        .await
        .unwrap();
    let target = made.settings.deployments[0].target.clone();
    assert_eq!(store.deployed_to(&target, None).await.unwrap(), Some(id.clone()));
    assert_eq!(store.deployed_to(&target, Some(&id)).await.unwrap(), None, "only its own");
    assert_eq!(store.deployed_to("other", None).await.unwrap(), None);
    let fence = store.claim(&id, "one", at(100), at(0)).await.unwrap().unwrap();
    let failed = Standing {
        next_at: Some(at(9000)),
        failures: 3,
        not_before: Some(at(9000)),
        last_failure: Some(Failure::retry("dns", "ask", "no answer", "")),
        ..Standing::default()
    };
    store.ask(&id, at(5), "admin", &[]).await.unwrap();
    store.set_standing(&made, fence, &failed).await.unwrap();
    let kept = store.certificate(&id).await.unwrap();
    assert_eq!((kept.standing.asked_at, kept.standing.next_at), (Some(at(5)), Some(at(5))));
    assert_eq!(kept.standing.failures, 3);
    store.set_standing(&kept, fence, &failed).await.unwrap();
    let answered = store.certificate(&id).await.unwrap();
    assert_eq!(answered.standing, failed, "a worker that knew of it has answered it");

    let mut other = edit(&answered, settings("a", &["b.example.com"], &["dep-1"]));
    other.reset_failures = true;
    other.next_at = Some(at(10));
    let ordering = obtain_run("run-0", &id, at(6));
    let revision = store.certificate(&id).await.unwrap().revision;
    let stale = store.open_obtain_run(write(&ordering, fence, None), revision - 1, Some("admin")).await;
    assert!(matches!(stale.unwrap_err(), StoreError::Stale { .. }), "it was changed while the plan was made");
    store.open_obtain_run(write(&ordering, fence, None), revision, Some("admin")).await.unwrap();
    assert_eq!(
        store.certificate(&id).await.unwrap().standing.asked_at,
        Some(at(6)),
        "asked and begun in one"
    );
    let other_run = obtain_run("run-x", &id, at(7));
    let second = store.open_obtain_run(write(&other_run, fence, None), revision, Some("admin")).await;
    assert!(matches!(second.unwrap_err(), StoreError::Busy { .. }));
    let kept = store.certificate(&id).await.unwrap().standing.asked_at;
    assert_eq!(kept, Some(at(6)), "what is not begun is not asked for");
    store.update_certificate(&other).await.unwrap();
    assert_eq!(store.run(&ordering.id).await.unwrap().stop, Stop::No);
    let renamed = store.certificate(&id).await.unwrap();
    let mut cancelling = edit(&renamed, renamed.settings.clone());
    cancelling.cancel_ordering = true;
    cancelling.next_at = Some(at(10));
    store.update_certificate(&cancelling).await.unwrap();
    let mut ordering = store.run(&ordering.id).await.unwrap();
    assert_eq!(ordering.stop, Stop::Cancel, "with the edit");
    ordering.state = RunState::Cancelled;
    store.save_run(write(&ordering, fence, None)).await.unwrap();
    store.set_standing(&answered, fence, &failed).await.unwrap();
    let reset = store.certificate(&id).await.unwrap().standing;
    assert_eq!((reset.failures, reset.not_before, reset.next_at), (0, None, Some(at(10))));

    // The same for a deployment that is asked for while its run fails.
    let none = store.ask_deployment(&"dep-1".into(), None, at(11), "admin", &[]).await.unwrap_err();
    assert!(matches!(none, StoreError::Conflict { .. }), "nothing to deploy: {none}");
    let run = obtain_run("run-1", &id, at(11));
    store.open_run(write(&run, fence, None)).await.unwrap();
    let version = version(&run);
    store.store_key(&version, b"k", b"r", fence).await.unwrap();
    let trust = Trust::Unknown { why: "no root".to_owned() };
    store.store_chain(&version.id, "PEM", &facts(at(9)), &trust, fence).await.unwrap();
    let before = store.certificate(&id).await.unwrap();
    let current = Standing { current: Some(version.id.clone()), ..Standing::default() };
    store.set_standing(&before, fence, &current).await.unwrap();
    let mut deploy = deploy_run("run-2", &id, "dep-1", at(12));
    store.open_run(write(&deploy, fence, None)).await.unwrap();
    store.ask_deployment(&"dep-1".into(), Some("seen"), at(13), "admin", &[]).await.unwrap();
    deploy.state = RunState::Failed;
    let failure = Failure::retry("reload", "reload", "no", "");
    let failed = DeploymentFailure {
        deployment: &"dep-1".into(),
        failures: 2,
        next_at: Some(at(9000)),
        failure: &failure,
        write: write(&deploy, fence, None),
        observations: &[],
    };
    store.fail_deployment(&failed).await.unwrap();
    let again = store.deployment(&"dep-1".into()).await.unwrap();
    assert_eq!((again.next_at, again.approved.as_deref()), (Some(at(13)), Some("seen")));
}

/// A run that ends without a version leaves everything it decided in one write, or nothing.
pub(crate) async fn ends(store: &dyn Store) {
    let id = CertificateId::from("cert-1");
    store.create_certificate(&new("cert-1", settings("a", &["a.example.com"], &[]))).await.unwrap();
    let old = store.claim(&id, "one", at(10), at(0)).await.unwrap().unwrap();
    let fence = store.claim(&id, "two", at(100), at(11)).await.unwrap().unwrap();
    let mut run = obtain_run("run-1", &id, at(12));
    store.open_run(write(&run, fence, None)).await.unwrap();
    let made = version(&run);
    store.store_key(&made, b"k", b"r", fence).await.unwrap();
    store.keep_refused_chain(&made.id, "PEM of another name", fence).await.unwrap();
    assert_eq!(store.version(&made.id).await.unwrap().state, VersionState::KeyStored, "not to be served");

    let before = store.certificate(&id).await.unwrap();
    let standing = Standing { failures: 1, next_at: Some(at(80)), ..Standing::default() };
    run.state = RunState::Failed;
    run.ended_at = Some(at(20));
    let end = |fence| ObtainEnd {
        version: Some(&made.id),
        before: &before,
        standing: &standing,
        write: write(&run, fence, None),
    };
    let stale = store.end_obtain(&end(old)).await.unwrap_err();
    assert!(matches!(stale, StoreError::Stale { .. }), "{stale}");
    assert_eq!(store.certificate(&id).await.unwrap(), before, "nothing of it");
    store.end_obtain(&end(fence)).await.unwrap();
    assert_eq!(store.certificate(&id).await.unwrap().standing, standing);
    assert_eq!(store.run(&run.id).await.unwrap(), run);
    assert_eq!(store.version(&made.id).await.unwrap().state, VersionState::Abandoned);
    assert_eq!(store.version_chain(&made.id).await.unwrap().as_deref(), Some("PEM of another name"));
}

/// Authorities and accounts are not deleted under those who use them.
pub(crate) async fn authorities_and_accounts(store: &dyn Store) {
    let own = authority("own");
    let row = store.put_authority(&own, None, &audit("create", "authority own")).await.unwrap();
    let twice = store.put_authority(&own, None, &audit("create", "authority own")).await.unwrap_err();
    assert!(matches!(twice, StoreError::Conflict { .. }));
    let row = store.put_authority(&own, Some(row.revision), &audit("update", "authority own")).await.unwrap();
    let lost = store.put_authority(&own, Some(1), &audit("update", "authority own")).await.unwrap_err();
    assert!(matches!(lost, StoreError::Outdated { revision: 2, .. }));
    assert_eq!(store.authorities().await.unwrap(), vec![row.clone()]);

    let mut registered = account("acct-1", "own");
    store.insert_account(&registered, b"sealed", &audit("create", "account acct-1")).await.unwrap();
    registered.state = AccountState::Valid;
    registered.url = Some("https://ca.example/acct/1".to_owned());
    let confirmed =
        store.update_account(&registered, Some(1), &audit("update", "account acct-1")).await.unwrap();
    assert_eq!(store.account(&registered.id).await.unwrap(), confirmed);
    assert_eq!(confirmed.account, registered);
    assert_eq!(store.account_key(&registered.id).await.unwrap(), b"sealed");
    assert_eq!(store.accounts(Some(&own.id)).await.unwrap().len(), 1);
    assert_eq!(store.accounts(Some(&"other".into())).await.unwrap().len(), 0);
    let used = store.delete_authority(&own.id, 2, &audit("delete", "authority own")).await.unwrap_err();
    assert!(matches!(&used, StoreError::InUse { words } if words.contains("acct-1")), "{used}");

    let mut wanted = settings("Shop", &["a.example.com"], &[]);
    wanted.account = Some("acct-1".into());
    let wrong = store.create_certificate(&new("cert-1", wanted.clone())).await.unwrap_err();
    assert!(matches!(wrong, StoreError::Conflict { field: "account", .. }), "of another authority: {wrong}");
    wanted.authority = "own".into();
    store.create_certificate(&new("cert-1", wanted)).await.unwrap();
    let used = store.delete_account(&"acct-1".into(), &audit("delete", "account acct-1")).await.unwrap_err();
    assert!(matches!(&used, StoreError::InUse { words } if words.contains("Shop")), "{used}");
    store.delete_certificate(&"cert-1".into(), 1, "admin", at(9), &[]).await.unwrap();
    store.delete_account(&"acct-1".into(), &audit("delete", "account acct-1")).await.unwrap();
    store.delete_authority(&own.id, 2, &audit("delete", "authority own")).await.unwrap();
    assert!(matches!(store.authority(&own.id).await.unwrap_err(), StoreError::NotFound { .. }));
}

/// What is owed is known after a restart, page by page, also when its certificate is gone.
pub(crate) async fn owes(store: &dyn Store) {
    let id = CertificateId::from("cert-1");
    store.create_certificate(&new("cert-1", settings("a", &["a.example.com"], &[]))).await.unwrap();
    let fence = store.claim(&id, "one", at(100), at(0)).await.unwrap().unwrap();
    let mut run = obtain_run("run-1", &id, at(1));
    store.open_run(write(&run, fence, None)).await.unwrap();
    let (first, second) = (challenge(&run, "a.example.com", "t1"), challenge(&run, "*.b.example.com", "t2"));
    let both = [first.clone(), second.clone()];
    store.owe(&both, fence).await.unwrap();
    store.owe(&both, fence).await.unwrap();
    assert_eq!(store.key_authorization("t1").await.unwrap().as_deref(), Some("t1.thumbprint"));
    assert_eq!(store.key_authorization("t3").await.unwrap(), None);
    store.challenges_removed(&run.id, &[identifier("a.example.com")]).await.unwrap();
    assert_eq!(store.key_authorization("t1").await.unwrap(), None);
    assert_eq!(store.owed_of(&run.id).await.unwrap(), vec![second.clone()]);

    run.state = RunState::Failed;
    store.save_run(write(&run, fence, None)).await.unwrap();
    store
        .put_observations(&id, &[observation("a", at(9), true), observation("a", at(8), false)])
        .await
        .unwrap();
    let seen = store.observations(&id).await.unwrap();
    assert_eq!(seen, [observation("a", at(9), true)], "the later one stays");
    store.forget_observations(&id, &[seen[0].endpoint.clone()]).await.unwrap();
    assert_eq!(store.observations(&id).await.unwrap(), []);
    store.delete_certificate(&id, 1, "admin", at(9), &[]).await.unwrap();
    assert_eq!(store.owed(None, 10).await.unwrap(), vec![second.clone()]);
    assert_eq!(store.owed(Some((&second.run, &second.identifier)), 10).await.unwrap(), []);
    let stale = store.owe(&both, fence).await.unwrap_err();
    assert!(matches!(stale, StoreError::NotFound { .. }), "{stale}");

    store.set_meta("check", b"1").await.unwrap();
    assert_eq!(store.set_meta_once("check", b"2").await.unwrap(), b"1");
    assert_eq!(store.meta("check").await.unwrap().as_deref(), Some(&b"1"[..]));
    store.prove_writable().await.unwrap();
    store.check_integrity().await.unwrap();
}

/// Of a hundred requests with one key at once, exactly one is performed; all others hear of it.
pub(crate) async fn admits_once(store: Arc<dyn Store>) {
    let calls = (0..100).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.begin_request("key", "POST /x", "hash", at(0)).await.unwrap() })
    });
    let mut admitted = 0;
    for call in calls.collect::<Vec<_>>() {
        match call.await.unwrap() {
            Admission::New => admitted += 1,
            other => assert_eq!(other, Admission::InProgress),
        }
    }
    assert_eq!(admitted, 1);
    store.forget_request("key", "POST /x").await.unwrap();
    assert_eq!(store.begin_request("key", "POST /x", "hash", at(0)).await.unwrap(), Admission::New);
    store.finish_request("key", "POST /x", 201, b"made").await.unwrap();
    store.forget_request("key", "POST /x").await.unwrap();
    let replay = Admission::Replay { status: 201, answer: b"made".to_vec() };
    assert_eq!(store.begin_request("key", "POST /x", "hash", at(1)).await.unwrap(), replay);
    assert_eq!(store.begin_request("key", "POST /x", "else", at(1)).await.unwrap(), Admission::Mismatch);
    assert_eq!(store.begin_request("key", "POST /y", "else", at(1)).await.unwrap(), Admission::New);
    assert_eq!(store.forget_unanswered_requests().await.unwrap(), 1);
    assert_eq!(store.prune_requests(at(0)).await.unwrap(), 0);
    let later = at(0) + REMEMBERED_FOR;
    assert_eq!(store.begin_request("key", "POST /x", "else", later).await.unwrap(), Admission::New);
    assert_eq!(store.prune_requests(later + REMEMBERED_FOR).await.unwrap(), 1);
}

/// Fault 31: of many editors at once nobody's change is lost without their knowing.
pub(crate) async fn loses_no_update(store: Arc<dyn Store>) {
    store.create_certificate(&new("cert-1", settings("a", &["a.example.com"], &[]))).await.unwrap();
    let editors = (0..8).map(|editor| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut conflicts = 0;
            for line in 0..5 {
                loop {
                    let now = store.certificate(&"cert-1".into()).await.unwrap();
                    let mut wanted = now.settings.clone();
                    wanted.notes.push_str(&format!("{editor}.{line}\n"));
                    match store.update_certificate(&edit(&now, wanted)).await {
                        Ok(_) => break,
                        Err(StoreError::Revision { .. }) => conflicts += 1,
                        Err(error) => panic!("{error}"),
                    }
                }
            }
            conflicts
        })
    });
    let mut conflicts = 0;
    for editor in editors.collect::<Vec<_>>() {
        conflicts += editor.await.unwrap();
    }
    let end = store.certificate(&"cert-1".into()).await.unwrap();
    assert_eq!(end.settings.notes.lines().count(), 40, "{conflicts} conflicts");
    assert_eq!(end.revision, 41);
}
