//! The story of a clock that was a year ahead for a while: what it has stored lasts no longer than what a right one stores.

use crate::people::{Link, NewSession, Session, User};
use crate::samples::{at, audit, facts, new, obtain_run, settings, version, write};
use crate::{NewCertificate, Publication, Store, Work};
use certwright_core::certificate::Certificate;
use certwright_core::facts::{CertificateFacts, Trust};
use certwright_core::id::{AuthorityId, CertificateId};
use certwright_core::ledger::{Subject, Wait};
use certwright_core::lockout::Tries;
use certwright_core::rate_limit::Scope;
use certwright_core::role::Role;
use certwright_core::run::{Mark, RunState};
use certwright_core::version::Version;

const HOUR: i64 = 3600;
const YEAR: i64 = 365 * 24 * HOUR;
const LIST: &str = "http://crl.example/1.crl";

pub(crate) async fn tell(store: &dyn Store) {
    let ca = AuthorityId::from("ca");
    let id = asked_about_and_watched(store, YEAR).await;
    let subject = Subject::new(Scope::Accounts, "");
    store.count_use(&ca, &subject, at(YEAR)).await.unwrap();
    let words = "too often".to_owned();
    let wait =
        Wait { subject: subject.clone(), since: at(YEAR), until: at(YEAR + 3 * HOUR), words: words.clone() };
    store.wait(&ca, &wait).await.unwrap();
    signed_in(store, YEAR).await;
    let link = Link { owner: None, expires_at: at(YEAR + 600) };
    store.add_link(&link, &[2; 32], &audit("link", "")).await.unwrap();

    let rows = store.bring_back_to(at(0)).await.unwrap();
    assert_eq!(
        rows, 9,
        "a certificate, a version, a run, a question, a list, a use, a wait, a session, a link"
    );
    assert_eq!(store.bring_back_to(at(0)).await.unwrap(), 0, "twice is once");

    let due = store.due(at(6 * HOUR), 50).await.unwrap();
    let is_question = |work: &Work| matches!(work, Work::RenewalInformation { .. });
    assert!(due.iter().any(|work| is_question(work) && *work.certificate() == id), "{due:?}");
    assert_eq!(store.due_lists(at(6 * HOUR), 10).await.unwrap(), [LIST]);
    let row = store.certificate_row(&id).await.unwrap();
    let Certificate { created_at, updated_at, standing, .. } = row.certificate;
    assert_eq!((created_at, updated_at, standing.asked_at), (at(0), at(0), None));
    let version = row.version.unwrap();
    assert_eq!((version.created_at, version.published_at), (at(0), Some(at(0))));
    assert_eq!(store.run(&"run-1".into()).await.unwrap().created_at, at(0));
    let used = store.most_used(&ca, Scope::Accounts, at(-1), 10).await.unwrap();
    assert_eq!(used[0].uses, [at(0)], "it counts, as late as it can have been");
    let waits = store.waits(&ca, at(1), 10).await.unwrap();
    assert_eq!((waits[0].since, waits[0].until), (at(0), at(3 * HOUR)), "as long as the authority wanted");
    let (session, _) = store.session(&[1; 32], at(1)).await.unwrap().unwrap();
    assert_eq!((session.created_at, session.ends_at), (at(0), at(12 * HOUR)));
    assert!(store.link(&[2; 32], at(14 * 60)).await.unwrap().is_some());
    assert!(store.link(&[2; 32], at(15 * 60)).await.unwrap().is_none());
}

/// A certificate whose authority is asked about it, and its revocation list looked into, at this moment.
async fn asked_about_and_watched(store: &dyn Store, moment: i64) -> CertificateId {
    let id = CertificateId::from("cert-1");
    let new = new("cert-1", settings("a", &["a.example.com"], &[]));
    store.create_certificate(&NewCertificate { now: at(moment), ..new }).await.unwrap();
    let fence = store.claim(&id, "one", at(moment + 100), at(moment)).await.unwrap().unwrap();
    let mut run = obtain_run("run-1", &id, at(moment));
    store.open_run(write(&run, fence, None)).await.unwrap();
    run.learnt.version = Some("ver-1".into());
    let made = Version { created_at: at(moment), ..version(&run) };
    store.store_key(&made, b"sealed", b"request", fence).await.unwrap();
    let issued = CertificateFacts { renewal_info_id: Some("a.b".into()), ..facts(at(2 * YEAR)) };
    let trust = Trust::Unknown { why: "no root".to_owned() };
    store.store_chain(&made.id, "PEM", &issued, &trust, fence).await.unwrap();
    run.marks = vec![Mark::Done; run.plan.steps.len()];
    (run.state, run.ended_at) = (RunState::Done, Some(at(moment)));
    let before = store.certificate(&id).await.unwrap();
    let publication = Publication {
        version: &made.id,
        write: write(&run, fence, None),
        before: &before,
        standing: &before.standing,
        deployments: &[],
        watch: Some((LIST, at(moment + 24 * HOUR))),
        now: at(moment),
    };
    store.publish(&publication).await.unwrap();
    store.release(&id, fence).await.unwrap();
    id
}

async fn signed_in(store: &dyn Store, moment: i64) {
    let user = User {
        id: "user-1".into(),
        name: "ada".to_owned(),
        role: Role::Administrator,
        disabled: false,
        second_factor: false,
        recovery_codes: 0,
        created_at: at(0),
        last_signed_in_at: None,
        tries: Tries::default(),
        revision: 1,
    };
    store.create_user(&user, None, &audit("create", "user")).await.unwrap();
    let session = Session {
        id: "sess-1".into(),
        owner: user.id,
        created_at: at(moment),
        last_seen_at: at(moment),
        ends_at: at(moment + 12 * HOUR),
        address: "192.0.2.1".to_owned(),
        user_agent: "browser".to_owned(),
    };
    store
        .open_session(NewSession { session: &session, digest: &[1; 32] }, &audit("sign-in", "ada"))
        .await
        .unwrap();
}
