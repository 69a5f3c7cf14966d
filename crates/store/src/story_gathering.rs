//! Figures and selections over many certificates: what every store must answer alike.

use crate::samples::{at, new, settings};
use crate::{Bucket, CertificateFilter, Counted, Store, TimeLine};
use certwright_core::health::Health;
use certwright_core::id::CertificateId;

/// Tells it, on a store that holds nothing.
pub(crate) async fn tell(store: &dyn Store) {
    for (number, name) in ["alpha", "beta", "gamma"].into_iter().enumerate() {
        let mut wanted = settings(name, &[&format!("{name}.example.com")], &[&format!("dep-{number}")]);
        wanted.paused = name == "beta";
        wanted.tags = if name == "gamma" { vec![] } else { vec!["shop".to_owned()] };
        let mut created = new(&format!("cert-{number}"), wanted);
        created.next_at = (name != "beta").then(|| at(100 + 50 * i64::try_from(number).unwrap()));
        store.create_certificate(&created).await.unwrap();
    }
    let tagged = CertificateFilter { tag: Some("shop".to_owned()), ..CertificateFilter::default() };
    let numbers = |healths: Vec<(Health, u64)>| {
        healths.into_iter().filter(|(_, number)| *number > 0).collect::<Vec<_>>()
    };

    let healths = store.healths(&tagged, at(10)).await.unwrap();
    assert_eq!(healths.len(), Health::ALL.len(), "every health is there");
    assert_eq!(numbers(healths), [(Health::Paused, 1), (Health::NoneYet, 1)]);
    let narrowed = CertificateFilter { health: Some((Health::Paused, at(10))), ..tagged.clone() };
    assert_eq!(
        store.healths(&narrowed, at(10)).await.unwrap(),
        store.healths(&tagged, at(10)).await.unwrap(),
        "the chosen health does not take the others' numbers away"
    );
    assert_eq!(
        numbers(store.healths(&CertificateFilter::default(), at(10)).await.unwrap()),
        [(Health::Paused, 1), (Health::NoneYet, 2)]
    );

    let choices = store.choices(10).await.unwrap();
    assert_eq!(choices.tags, [Counted { word: "shop".to_owned(), number: 2 }]);
    assert_eq!(choices.authorities.iter().map(|counted| counted.number).sum::<u64>(), 3);
    assert_eq!(choices.targets.iter().map(|counted| counted.number).sum::<u64>(), 3);
    let target = choices.targets[0].word.clone();
    let deployed = CertificateFilter { target: Some(target), ..CertificateFilter::default() };
    assert_eq!(store.select(&deployed, None, 10).await.unwrap().len(), 3);

    // Paused ones are not due; what was due before the beginning is in the first bucket.
    let line = TimeLine { from: at(120), bucket: 60_000, buckets: 2 };
    let due: Vec<_> = store.time_line(&line).await.unwrap();
    let bucket = |index, due| Bucket { index, due, ending: 0 };
    assert_eq!(due, [bucket(0, 1), bucket(1, 1)]);

    let ids: Vec<CertificateId> = ["cert-0", "cert-1", "cert-2"].map(CertificateId::from).into();
    let all = CertificateFilter::default();
    assert_eq!(store.select(&all, None, 2).await.unwrap(), ids[..2]);
    assert_eq!(store.select(&all, Some(&ids[1]), 2).await.unwrap(), ids[2..]);
    assert_eq!(store.select(&tagged, Some(&ids[0]), 9).await.unwrap(), ids[1..2]);

    let names = store.names(&[ids[2].clone(), "cert-9".into()]).await.unwrap();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), [(ids[2].clone(), "gamma".to_owned())]);
    let held = store.holders(&["beta.example.com".to_owned(), "none.example".to_owned()]).await.unwrap();
    assert_eq!(held.into_iter().collect::<Vec<_>>(), [("beta.example.com".to_owned(), vec![ids[1].clone()])]);
}
