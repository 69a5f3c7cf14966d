//! The story of those who wait for one authority: they hide nobody who waits for another, and whoever is asked for, or
//! ends first, comes first.

use crate::samples::{at, facts, new, obtain_run, settings, version, write};
use crate::{Lane, NewCertificate, Publication, Store};
use certwright_core::certificate::Standing;
use certwright_core::facts::Trust;
use certwright_core::id::{AuthorityId, CertificateId};
use certwright_core::run::RunState;

pub(crate) async fn tell(store: &dyn Store) {
    let lane = |authority: &str| Lane { authority: authority.into(), account: None };
    let (busy, quiet) = (lane("busy"), lane("quiet"));
    for number in 0..700 {
        create(store, &format!("busy-{number:03}"), "busy", number).await;
    }
    create(store, "quiet-0", "quiet", 999).await;
    create(store, "later-0", "later", 5_000).await;

    let lanes = store.lanes(at(1_000)).await.unwrap();
    let due: Vec<_> = lanes.iter().filter(|state| state.due).map(|state| &state.lane).collect();
    assert_eq!(due, [&busy, &quiet], "a lane in which nothing is due is none of them");
    assert!(lanes.iter().all(|state| state.live == 0));
    let ids = |certificates: Vec<CertificateId>| -> Vec<String> {
        certificates.into_iter().map(|id| id.to_string()).collect()
    };
    assert_eq!(ids(store.due_in_lane(&quiet, at(1_000), 5).await.unwrap()), ["quiet-0"]);
    assert_eq!(ids(store.due_in_lane(&quiet, at(998), 5).await.unwrap()), Vec::<String>::new());
    assert_eq!(
        ids(store.due_in_lane(&busy, at(1_000), 2).await.unwrap()),
        ["busy-000", "busy-001"],
        "of those without a certificate whoever waits longest"
    );

    // The last of them was issued, and ends in a day: it goes before all that have time, however long they wait.
    let urgent = CertificateId::from("busy-699");
    issued(store, &urgent, at(86_400)).await;
    store.ask(&"busy-650".into(), at(900), "ada", &[]).await.unwrap();
    assert_eq!(
        ids(store.due_in_lane(&busy, at(1_000), 3).await.unwrap()),
        ["busy-650", "busy-699", "busy-000"],
        "by hand, then what ends first, then the rest"
    );

    // A run that obtains something counts in its lane until it is over, and its certificate is not given again.
    let first = CertificateId::from("busy-000");
    let fence = store.claim(&first, "one", at(2_000), at(1_000)).await.unwrap().unwrap();
    assert!(!store.due_in_lane(&busy, at(1_000), 9).await.unwrap().contains(&first), "held");
    let mut run = obtain_run("run-lane", &first, at(1_000));
    store.open_run(write(&run, fence, Some(at(1_500)))).await.unwrap();
    store.release(&first, fence).await.unwrap();
    let live = async |authority: &str| {
        let authority = AuthorityId::from(authority);
        let lanes = store.lanes(at(1_000)).await.unwrap();
        lanes
            .into_iter()
            .filter(|state| state.lane.authority == authority)
            .map(|state| state.live)
            .sum::<u32>()
    };
    assert_eq!((live("busy").await, live("quiet").await), (1, 0));
    assert!(!store.due_in_lane(&busy, at(1_000), 9).await.unwrap().contains(&first), "its run goes on");
    let fence = store.claim(&first, "one", at(2_000), at(1_000)).await.unwrap().unwrap();
    run.state = RunState::Cancelled;
    run.ended_at = Some(at(1_001));
    store.save_run(write(&run, fence, None)).await.unwrap();
    store.release(&first, fence).await.unwrap();
    assert_eq!(live("busy").await, 0);
    assert!(store.due_in_lane(&busy, at(1_000), 9).await.unwrap().contains(&first));
    assert!(store.due_beside(at(1_000), 50).await.unwrap().is_empty(), "certificates are no work beside");
}

async fn create(store: &dyn Store, id: &str, authority: &str, due: i64) {
    let mut wanted = settings(id, &[&format!("{id}.example.com")], &[]);
    wanted.authority = authority.into();
    let made = NewCertificate { next_at: Some(at(due)), now: at(due - 9_000), ..new(id, wanted) };
    store.create_certificate(&made).await.unwrap();
}

/// Publishes a version that ends at this moment, and leaves the certificate due.
async fn issued(store: &dyn Store, id: &CertificateId, end: certwright_core::Timestamp) {
    let fence = store.claim(id, "one", at(2_000), at(0)).await.unwrap().unwrap();
    let mut run = obtain_run("run-urgent", id, at(0));
    store.open_run(write(&run, fence, None)).await.unwrap();
    let stored = version(&run);
    store.store_key(&stored, b"sealed", b"request", fence).await.unwrap();
    let trust = Trust::Unknown { why: "test".to_owned() };
    store.store_chain(&stored.id, "chain", &facts(end), &trust, fence).await.unwrap();
    run.state = RunState::Done;
    run.ended_at = Some(at(1));
    let before = store.certificate(id).await.unwrap();
    let standing =
        Standing { next_at: Some(at(800)), next_why: Some("due".to_owned()), ..Standing::default() };
    store
        .publish(&Publication {
            version: &stored.id,
            write: write(&run, fence, None),
            before: &before,
            standing: &standing,
            deployments: &[],
            watch: None,
            now: at(1),
        })
        .await
        .unwrap();
    store.release(id, fence).await.unwrap();
}
