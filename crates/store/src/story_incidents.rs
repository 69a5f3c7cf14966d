//! The story of incidents: one open for each cause, listed, closed, forgotten; those that are to be replaced before.

use crate::samples::{at, edit, event};
use crate::story_revocation::published;
use crate::{EventFilter, Page, Store, StoreError};
use certwright_core::id::CertificateId;
use certwright_core::incident::{Cause, CauseKind, Example, Gathered, Incident, Member, Members};

fn incident(id: &str, of: &str) -> Incident {
    let example = Example {
        at: at(0),
        certificate: Some("cert-1".into()),
        name: "shop".to_owned(),
        words: "no answer".to_owned(),
    };
    Incident {
        id: id.into(),
        cause: Cause::new(CauseKind::AuthorityOutage, of),
        words: format!("{of} is out of order"),
        remedy: "nothing".to_owned(),
        gathered: Gathered::new(example),
        resolved: 0,
        opened_at: at(0),
        closed_at: None,
        end: None,
    }
}

pub(crate) async fn tell(store: &dyn Store) {
    let (mut one, other) = (incident("inc-1", "ca"), incident("inc-2", "other"));
    let opened = event(&CertificateId::from("cert-1"), "out of order");
    store.save_incident(&one, &[], Some(&opened)).await.unwrap();
    store.save_incident(&other, &[], None).await.unwrap();
    let events = store.recent_events(&EventFilter::default(), 10).await.unwrap();
    assert_eq!(events.len(), 1, "only what is to be told is told");

    // A second one of the same cause is refused while the first is open.
    let again = incident("inc-3", "ca");
    let refused = store.save_incident(&again, &[], None).await;
    assert!(matches!(refused, Err(StoreError::Conflict { field: "cause", .. })), "{refused:?}");

    one.gathered.count = 7;
    store.save_incident(&one, &[], None).await.unwrap();
    assert_eq!(store.incident(&one.id).await.unwrap(), one);
    assert_eq!(store.open_incidents().await.unwrap(), [one.clone(), other.clone()]);

    one.closed_at = Some(at(60));
    store.save_incident(&one, &[], None).await.unwrap();
    store.save_incident(&again, &[], None).await.unwrap();
    let ids = |open| async move {
        let listing = store.incidents(open, Page::default()).await.unwrap();
        let ids: Vec<_> = listing.items.iter().map(|incident| incident.id.to_string()).collect();
        assert_eq!(listing.total, ids.len() as u64);
        ids
    };
    assert_eq!(ids(None).await, ["inc-3", "inc-2", "inc-1"], "the newest first");
    assert_eq!(ids(Some(true)).await, ["inc-3", "inc-2"]);
    assert_eq!(ids(Some(false)).await, ["inc-1"]);

    assert_eq!(store.prune_incidents(at(60)).await.unwrap(), 0);
    assert_eq!(store.prune_incidents(at(61)).await.unwrap(), 1);
    assert!(matches!(store.incident(&one.id).await, Err(StoreError::NotFound { .. })));
    assert_eq!(ids(None).await, ["inc-3", "inc-2"], "an open one is never forgotten");
    members(store).await;
}

/// Those that are to be replaced: pending until they have another version, are paused, expired or deleted.
async fn members(store: &dyn Store) {
    let (certificate, version) = published(store).await;
    let mut mass = Incident { cause: Cause::new(CauseKind::MassRenewal, "ca"), ..incident("inc-9", "ca") };
    let pending = |replaced, pending| Members { replaced, pending };
    let found = async |moment| store.incident_members(&"inc-9".into(), moment).await.unwrap();
    assert_eq!(found(at(100)).await, pending(0, 0), "there is no such incident yet");
    let joining = |version: &str| Member { certificate: certificate.clone(), version: version.into() };
    let gone = Member { certificate: "cert-gone".into(), version: "ver-0".into() };
    store.save_incident(&mass, &[joining("ver-0"), gone], None).await.unwrap();
    assert_eq!(found(at(100)).await, pending(1, 0), "it has another version than that one");
    store.save_incident(&mass, &[joining(version.as_str())], None).await.unwrap();
    assert_eq!(found(at(100)).await, pending(0, 1), "that one is to go too");
    assert_eq!(found(at(7776)).await, pending(0, 0), "what has expired is waited for by nobody");

    let current = store.certificate(&certificate).await.unwrap();
    let mut settings = current.settings.clone();
    settings.paused = true;
    let paused = store.update_certificate(&edit(&current, settings)).await.unwrap();
    assert_eq!(found(at(100)).await, pending(0, 0), "nor what is paused");
    let mut settings = paused.settings.clone();
    settings.paused = false;
    let resumed = store.update_certificate(&edit(&paused, settings)).await.unwrap();
    assert_eq!(found(at(100)).await, pending(0, 1));

    mass.closed_at = Some(at(110));
    store.save_incident(&mass, &[], None).await.unwrap();
    assert_eq!(found(at(100)).await, pending(0, 0), "a closed one has no members");
    let again = Incident { id: "inc-10".into(), closed_at: None, ..mass };
    store.save_incident(&again, &[joining(version.as_str())], None).await.unwrap();
    store.delete_certificate(&certificate, resumed.revision, "admin", at(120), &[]).await.unwrap();
    assert_eq!(store.incident_members(&again.id, at(120)).await.unwrap(), pending(0, 0));
}
