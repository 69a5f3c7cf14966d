//! What is known of an authority counts in the health of its certificates, the same in every store.

use crate::samples::{at, audit, authority, new, settings};
use crate::{Store, StoreError};
use certwright_core::authority_settings::AuthoritySettings;
use certwright_core::health::{Health, HealthReason};
use certwright_core::probe::{Found, Probe};

const DAY: i64 = 86_400;

async fn reason(store: &dyn Store, certificate: &str) -> HealthReason {
    store.certificate_row(&certificate.into()).await.unwrap().graded.reason
}

async fn found(store: &dyn Store, id: &str, found: Found, day: i64) {
    let before = store.probes().await.unwrap().into_iter().find(|probe| probe.authority.as_str() == id);
    store.store_probe(&Probe::after(before.as_ref(), &id.into(), found, at(day * DAY))).await.unwrap();
}

/// A retired authority is told by its certificates, as long as it is retired and as long as they are ordered there.
pub(crate) async fn retired(store: &dyn Store) {
    store.put_authority(&authority("own"), None, &audit("create", "authority own")).await.unwrap();
    for (id, name, of) in [("cert-1", "a", "own"), ("cert-2", "b", "own"), ("cert-3", "c", "pebble")] {
        let mut wanted = settings(name, &["a.example.com"], &[]);
        wanted.authority = of.into();
        store.create_certificate(&new(id, wanted)).await.unwrap();
    }
    let nothing = || Found::Nothing("404".to_owned());
    found(store, "own", nothing(), 0).await;
    assert_eq!(reason(store, "cert-1").await, HealthReason::New, "a day is no retirement");
    found(store, "own", nothing(), 4).await;
    assert_eq!(reason(store, "cert-1").await, HealthReason::AuthorityRetired);
    assert_eq!(reason(store, "cert-2").await, HealthReason::AuthorityRetired);
    assert_eq!(reason(store, "cert-3").await, HealthReason::New, "it is ordered elsewhere");
    let counts = store.counts(at(0)).await.unwrap();
    let warned = counts.healths.iter().find(|(health, _)| *health == Health::Warning);
    assert_eq!(warned.map(|(_, number)| *number), Some(2));

    // One that is moved is well by that; one that comes is not.
    for (id, of, expected) in
        [("cert-2", "pebble", HealthReason::New), ("cert-3", "own", HealthReason::AuthorityRetired)]
    {
        let before = store.certificate(&id.into()).await.unwrap();
        let mut wanted = before.settings.clone();
        wanted.authority = of.into();
        store.update_certificate(&crate::samples::edit(&before, wanted)).await.unwrap();
        assert_eq!(reason(store, id).await, expected, "{id}");
    }
    found(store, "own", Found::Directory, 5).await;
    assert_eq!(reason(store, "cert-1").await, HealthReason::New, "it answers again");

    // What was found at one address says nothing of another.
    found(store, "own", nothing(), 6).await;
    found(store, "own", nothing(), 10).await;
    assert_eq!(reason(store, "cert-1").await, HealthReason::AuthorityRetired);
    let mut elsewhere = authority("own");
    elsewhere.directory = "https://new.example/dir".to_owned();
    store.put_authority(&elsewhere, Some(1), &audit("update", "authority own")).await.unwrap();
    assert_eq!(reason(store, "cert-1").await, HealthReason::New);
    assert_eq!(store.probes().await.unwrap(), []);
}

/// One that is switched off is told by its certificates, whether it came with the program or not.
pub(crate) async fn switched_off(store: &dyn Store) {
    store.put_authority(&authority("own"), None, &audit("create", "authority own")).await.unwrap();
    for (id, of) in [("cert-1", "own"), ("cert-2", "built-in")] {
        let mut wanted = settings(id, &["a.example.com"], &[]);
        wanted.authority = of.into();
        store.create_certificate(&new(id, wanted)).await.unwrap();
    }
    let mut off = authority("own");
    off.details.disabled = true;
    store.put_authority(&off, Some(1), &audit("update", "authority own")).await.unwrap();
    assert_eq!(reason(store, "cert-1").await, HealthReason::AuthorityOff);
    store.put_authority(&authority("own"), Some(2), &audit("update", "authority own")).await.unwrap();
    assert_eq!(reason(store, "cert-1").await, HealthReason::New);

    let id = "built-in".into();
    assert_eq!(store.authority_settings(Some(&id)).await.unwrap(), []);
    let off = AuthoritySettings { disabled: true, ..AuthoritySettings::default() };
    let line = audit("update", "authority built-in");
    let row = store.put_authority_settings(&id, &off, 0, &line).await.unwrap();
    assert_eq!((row.revision, &row.settings), (1, &off));
    let lost = store.put_authority_settings(&id, &AuthoritySettings::default(), 0, &line).await;
    assert!(matches!(lost.unwrap_err(), StoreError::Outdated { revision: 1, .. }));
    assert_eq!(store.authority_settings(None).await.unwrap(), std::slice::from_ref(&row));
    assert_eq!(store.authority_settings(Some(&id)).await.unwrap(), [row]);
    assert_eq!(store.authority_settings(Some(&"own".into())).await.unwrap(), []);
    assert_eq!(reason(store, "cert-2").await, HealthReason::AuthorityOff);
    store.put_authority_settings(&id, &AuthoritySettings::default(), 1, &line).await.unwrap();
    assert_eq!(reason(store, "cert-2").await, HealthReason::New);
}
