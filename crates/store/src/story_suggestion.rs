//! The story of a question to the authority: asked after publication, at the stored moment, and never about a version
//! that was replaced.

use crate::samples::{at, event, facts, new, obtain_run, settings, version, write};
use crate::{Fence, Page, Publication, RunWrite, Store, Suggestion, Work};
use certwright_core::certificate::Standing;
use certwright_core::facts::Trust;
use certwright_core::id::{CertificateId, VersionId};
use certwright_core::renewal_information::{Answer, RenewalInformation};
use certwright_core::run::RunState;

pub(crate) async fn tell(store: &dyn Store) {
    let id = store
        .create_certificate(&new("cert-ari", settings("Ari", &["ari.example.com"], &[])))
        .await
        .unwrap()
        .id;
    let fence = store.claim(&id, "one", at(500), at(100)).await.unwrap().unwrap();
    let first = published(store, &id, fence, "run-ari-1", 110).await;
    store.release(&id, fence).await.unwrap();
    let question =
        |version: &VersionId| Work::RenewalInformation { version: version.clone(), certificate: id.clone() };
    assert!(!store.due(at(109), 50).await.unwrap().contains(&question(&first)));
    assert!(store.due(at(110), 50).await.unwrap().contains(&question(&first)), "asked right after issuance");

    let fence = store.claim(&id, "one", at(500), at(120)).await.unwrap().unwrap();
    assert!(!store.due(at(120), 50).await.unwrap().contains(&question(&first)), "held");
    let before = store.certificate(&id).await.unwrap();
    let answer = Answer::Window { start: at(300), end: at(400), explanation_url: Some("https://ca".into()) };
    let (known, ask_at) = RenewalInformation::default().absorb(answer, None, at(99_999), at(120), 0.5);
    let standing = Standing { next_at: Some(at(350)), ..before.standing.clone() };
    let told = [event(&id, "the authority suggests")];
    let suggestion = Suggestion {
        version: &first,
        known: &known,
        ask_at,
        before: &before,
        standing: &standing,
        fence,
        events: &told,
    };
    store.store_suggestion(&suggestion).await.unwrap();
    let stale = Suggestion { fence: Fence(fence.0 - 1), ..suggestion.clone() };
    assert!(store.store_suggestion(&stale).await.is_err(), "another worker's answer is refused");
    let row = store.certificate_row(&id).await.unwrap();
    assert_eq!(row.version.unwrap().renewal_information, known);
    assert_eq!(row.certificate.standing.next_at, Some(at(350)));
    store.release(&id, fence).await.unwrap();
    let ask_at = ask_at.unwrap();
    let soon = store.due(at(121), 50).await.unwrap();
    assert!(!soon.contains(&question(&first)), "not before its moment");
    assert!(store.due(ask_at, 50).await.unwrap().contains(&question(&first)), "then again");

    let fence = store.claim(&id, "one", at(90_000), ask_at).await.unwrap().unwrap();
    let second = published(store, &id, fence, "run-ari-2", 30_000).await;
    let before = store.certificate(&id).await.unwrap();
    let late = Suggestion { fence, before: &before, standing: &before.standing, ..suggestion };
    store.store_suggestion(&late).await.unwrap();
    store.release(&id, fence).await.unwrap();
    let due = store.due(at(90_000), 50).await.unwrap();
    assert!(due.contains(&question(&second)) && !due.contains(&question(&first)), "replaced: {due:?}");
    assert_eq!(store.versions(&id, Page::default()).await.unwrap().total, 2);
    let revision = before.revision;
    store.delete_certificate(&id, revision, "admin", at(90_001), &[]).await.unwrap();
    assert!(!store.due(at(90_002), 50).await.unwrap().contains(&question(&second)));
}

async fn published(store: &dyn Store, id: &CertificateId, fence: Fence, run: &str, moment: i64) -> VersionId {
    let mut run = obtain_run(run, id, at(moment));
    run.learnt.version = Some(format!("ver-of-{}", run.id).into());
    store.open_run(write(&run, fence, None)).await.unwrap();
    let made = version(&run);
    store.store_key(&made, b"sealed", b"request", fence).await.unwrap();
    let issued =
        certwright_core::facts::CertificateFacts { renewal_info_id: Some("a.b".into()), ..facts(at(99_999)) };
    let trust = Trust::Unknown { why: "a test".to_owned() };
    store.store_chain(&made.id, "PEM", &issued, &trust, fence).await.unwrap();
    run.state = RunState::Done;
    run.ended_at = Some(at(moment));
    let before = store.certificate(id).await.unwrap();
    let publication = Publication {
        version: &made.id,
        write: RunWrite { run: &run, fence, wake_at: None, events: &[] },
        before: &before,
        standing: &before.standing,
        deployments: &[],
        watch: None,
        now: at(moment),
    };
    store.publish(&publication).await.unwrap();
    made.id
}
