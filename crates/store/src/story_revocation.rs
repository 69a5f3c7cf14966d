//! The story of revocation and of an account's keys, the same for every store.

use crate::samples::{account, at, facts, new, obtain_run, settings, version, write};
use crate::{AuditFilter, NewAudit, NewChain, Page, Publication, Store, StoreError};
use certwright_core::account::{Account, AccountKeyType, KeyChange};
use certwright_core::certificate::Standing;
use certwright_core::facts::Trust;
use certwright_core::id::{CertificateId, VersionId};
use certwright_core::revocation::{
    Revocation, RevocationOrder, RevocationReason, RevocationSigner, RevocationSource,
};
use certwright_core::run::{Mark, RunState};

const LIST: &str = "http://crl.example/1.crl";

fn audit() -> NewAudit {
    crate::samples::audit("revoke", "version ver-1")
}

/// A certificate with a published version that names the list.
pub(crate) async fn published(store: &dyn Store) -> (CertificateId, VersionId) {
    let id = CertificateId::from("cert-1");
    store.create_certificate(&new("cert-1", settings("a", &["a.example.com"], &[]))).await.unwrap();
    let fence = store.claim(&id, "one", at(100), at(0)).await.unwrap().unwrap();
    let mut run = obtain_run("run-1", &id, at(1));
    store.open_run(write(&run, fence, None)).await.unwrap();
    run.learnt.version = Some("ver-1".into());
    run.learnt.certificate = Some("https://ca.example/cert/1".to_owned());
    let made = version(&run);
    store.store_key(&made, b"sealed", b"request", fence).await.unwrap();
    let trust = Trust::Unknown { why: "no root".to_owned() };
    store.store_chain(&made.id, "PEM", &facts(at(7776)), &trust, fence).await.unwrap();
    let order = RevocationOrder {
        asked_at: at(5),
        who: "admin".to_owned(),
        reason: RevocationReason::Superseded,
        by: RevocationSigner::Account,
    };
    store.order_revocation(&made.id, &order, &audit()).await.unwrap();
    store.drop_revocation(&made.id, &audit()).await.unwrap();
    run.marks = vec![Mark::Done; run.plan.steps.len()];
    run.state = RunState::Done;
    run.ended_at = Some(at(60));
    let before = store.certificate(&id).await.unwrap();
    let standing = Standing { next_at: Some(at(5000)), ..Standing::default() };
    let publication = Publication {
        version: &made.id,
        write: write(&run, fence, None),
        before: &before,
        standing: &standing,
        deployments: &[],
        watch: Some((LIST, at(70))),
        now: at(60),
    };
    store.publish(&publication).await.unwrap();
    store.release(&id, fence).await.unwrap();
    (id, made.id)
}

/// What is revoked is looked up no more, asked for no more, and its certificate is due.
pub(crate) async fn revokes(store: &dyn Store) {
    let (certificate, id) = published(store).await;
    let known = store.version(&id).await.unwrap();
    assert_eq!(known.certificate_url.as_deref(), Some("https://ca.example/cert/1"));

    assert_eq!(store.due_lists(at(69), 10).await.unwrap(), Vec::<String>::new());
    assert_eq!(store.due_lists(at(70), 10).await.unwrap(), [LIST]);
    let watched = store.watched(LIST, None, 10).await.unwrap();
    assert_eq!((watched.len(), &watched[0].version, watched[0].serial.as_str()), (1, &id, "01"));
    assert_eq!(store.watched(LIST, Some(&id), 10).await.unwrap(), []);
    store.list_looked_into(LIST, at(90), Some("no answer")).await.unwrap();
    assert_eq!(store.due_lists(at(89), 10).await.unwrap(), Vec::<String>::new());
    assert_eq!(store.list_failure(LIST).await.unwrap().as_deref(), Some("no answer"));

    let order = RevocationOrder {
        asked_at: at(80),
        who: "admin".to_owned(),
        reason: RevocationReason::KeyCompromise,
        by: RevocationSigner::Key,
    };
    store.order_revocation(&id, &order, &audit()).await.unwrap();
    assert_eq!(store.ordered_revocations(None, 10).await.unwrap(), std::slice::from_ref(&id));
    assert!(store.version(&id).await.unwrap().key_is_compromised(), "from the moment that somebody says so");

    let revocation = Revocation {
        revoked_at: at(80),
        known_at: at(81),
        reason: RevocationReason::KeyCompromise,
        source: RevocationSource::Asked,
    };
    assert!(store.record_revocation(&id, &revocation, at(81), &[], None).await.unwrap());
    assert!(!store.record_revocation(&id, &revocation, at(85), &[], None).await.unwrap(), "twice is once");
    let known = store.version(&id).await.unwrap();
    assert_eq!((known.revocation, known.revoking), (Some(revocation), None));
    assert_eq!(store.ordered_revocations(None, 10).await.unwrap(), []);
    assert_eq!(store.certificate(&certificate).await.unwrap().standing.next_at, Some(at(81)));
    let refused = store.order_revocation(&id, &order, &audit()).await.unwrap_err();
    assert!(matches!(refused, StoreError::Conflict { .. }), "{refused}");
    assert_eq!(store.watched(LIST, None, 10).await.unwrap(), []);
    store.list_looked_into(LIST, at(95), None).await.unwrap();
    assert_eq!(
        store.due_lists(at(1000), 10).await.unwrap(),
        Vec::<String>::new(),
        "nobody names it any more"
    );
}

/// A chain is replaced only where it is the one that was looked at.
pub(crate) async fn replaces_chains(store: &dyn Store) {
    let (certificate, id) = published(store).await;
    let trust = Trust::Trusted { root: "Root".to_owned() };
    let (new_facts, audit) = (facts(at(8000)), audit());
    let new = |before| NewChain {
        version: &id,
        before,
        chain: "OTHER PEM",
        facts: &new_facts,
        trust: &trust,
        now: at(100),
        events: &[],
        audit: &audit,
    };
    let stale = store.replace_chain(&new("ANOTHER")).await.unwrap_err();
    assert!(matches!(stale, StoreError::Conflict { .. }), "{stale}");
    store.replace_chain(&new("PEM")).await.unwrap();
    assert_eq!(store.version_chain(&id).await.unwrap().as_deref(), Some("OTHER PEM"));
    assert_eq!(store.version(&id).await.unwrap().trust, Some(trust.clone()));
    assert_eq!(store.certificate_row(&certificate).await.unwrap().not_after(), Some(at(8000)));
}

/// Two keys are stored until it is known which one holds.
pub(crate) async fn changes_keys(store: &dyn Store) {
    let first = account("acct-1", "letsencrypt");
    store.insert_account(&first, b"old", &audit()).await.unwrap();
    let change = KeyChange { thumbprint: "new".to_owned(), key_type: AccountKeyType::ES384, began_at: at(5) };
    let begun = Account { key_change: Some(change), ..first.clone() };
    let row = store.begin_key_change(&begun, b"new", 1, &audit()).await.unwrap();
    let late = store.begin_key_change(&begun, b"third", 1, &audit()).await.unwrap_err();
    assert!(matches!(late, StoreError::Outdated { .. }), "{late}");
    let keys =
        (store.account_key(&first.id).await.unwrap(), store.account_next_key(&first.id).await.unwrap());
    assert_eq!(keys, (b"old".to_vec(), Some(b"new".to_vec())));
    let kept = store.end_key_change(&first, None, row.revision, &audit()).await.unwrap();
    let keys =
        (store.account_key(&first.id).await.unwrap(), store.account_next_key(&first.id).await.unwrap());
    assert_eq!(keys, (b"old".to_vec(), None), "the old one stays");

    let row = store.begin_key_change(&begun, b"new", kept.revision, &audit()).await.unwrap();
    let changed = Account { thumbprint: "new".to_owned(), ..first.clone() };
    store.end_key_change(&changed, Some(b"resealed"), row.revision, &audit()).await.unwrap();
    let keys =
        (store.account_key(&first.id).await.unwrap(), store.account_next_key(&first.id).await.unwrap());
    assert_eq!(keys, (b"resealed".to_vec(), None));
    let audited = store.audit(&AuditFilter::default(), Page::default()).await.unwrap();
    assert_eq!(audited.total, 5, "what was refused left nothing");
    assert_eq!(store.forgive(&changed, &["account-blocked"], at(9)).await.unwrap(), 0);
}
