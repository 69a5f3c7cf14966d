//! A restart goes on where the process stopped, and signs nothing twice.

use crate::bench::{Bench, eventually};
use crate::raw_client::{Raw, challenge, csr, leaf};
use certwright_core::SignedDuration;
use certwright_pki::facts;
use certwright_store::issuer::{OrderStatus, Signing};
use serde_json::json;

#[tokio::test]
async fn challenges_that_were_announced_are_looked_at_after_a_restart() {
    let mut bench = Bench::new().await;
    bench.stop().await;
    let (key, kid, order, url) = {
        let client = Raw::new(&bench).await;
        let order = client.order(&["a.home.arpa"]).await.fine();
        let authorization = client.get(order.body["authorizations"][0].as_str().unwrap()).await.fine().body;
        client.show(&authorization);
        let url = challenge(&authorization, "http-01")["url"].as_str().unwrap().to_owned();
        assert_eq!(client.post(&url, &json!({})).await.fine().body["status"], "processing");
        (client.key, client.kid, order, url)
    };
    bench.restart().await;
    bench.start();
    let client = Raw { key, kid, ..Raw::stranger(&bench) };
    eventually("it is valid", || async { (client.get(&url).await.body["status"] == "valid").then_some(()) })
        .await;
    assert_eq!(client.get(&order.location()).await.body["status"], "ready");
}

#[tokio::test]
async fn what_was_about_to_be_signed_is_signed_once_after_a_restart() {
    let mut bench = Bench::new().await;
    let (key, kid, location, signing, der_key) = {
        let client = Raw::new(&bench).await;
        let order = client.order(&["a.home.arpa"]).await.fine();
        client.prove(&order).await;
        let (der_key, request) = csr(&["a.home.arpa"]);
        let now =
            certwright_core::Timestamp::from_second(certwright_core::Timestamp::now().as_second()).unwrap();
        let signing = Signing {
            request,
            serial: format!("01{}", bench.unique()),
            not_before: now + SignedDuration::from_secs(1),
            not_after: now + SignedDuration::from_hours(1),
        };
        (client.key, client.kid, order.location(), signing, der_key)
    };
    // The process stops right after it stored what it would sign.
    bench.stop().await;
    let id = location.rsplit('/').next().unwrap().to_owned();
    assert!(bench.parts.store.begin_signing("home", &id, &signing, signing.not_before).await.unwrap());
    bench.restart().await;
    {
        let client = Raw { key, kid, ..Raw::stranger(&bench) };
        let waiting = client.get(&location).await.fine();
        assert_eq!(
            (waiting.body["status"].as_str(), waiting.header("retry-after")),
            (Some("processing"), Some("1"))
        );
        assert_eq!(client.finalize(&waiting, &signing.request).await.problem(), "orderNotReady");
        let authority = bench.authority.clone();
        let work = tokio::spawn(async move { authority.work().await });
        let ended = eventually("it is valid", || async {
            let order = client.get(&location).await.fine();
            (order.body["status"] == "valid").then_some(order)
        })
        .await;
        let chain = client.get(ended.body["certificate"].as_str().unwrap()).await.fine().text;
        let found = facts(&leaf(&chain)).unwrap();
        assert_eq!(found.serial, signing.serial);
        assert_eq!((found.not_before, found.not_after), (signing.not_before, signing.not_after));
        assert_eq!(found.key_fingerprint, der_key.spki_fingerprint());
        let page = certwright_store::Page::default();
        let issued = bench.parts.store.issued_certificates("home", page).await.unwrap();
        assert_eq!(issued.total, 1);
        let order = bench.parts.store.order("home", &id).await.unwrap().unwrap();
        assert_eq!(order.status, OrderStatus::Valid);
        work.abort();
    }
}

#[tokio::test]
async fn many_finalize_at_once_and_one_certificate_comes_of_it() {
    let bench = Bench::new().await;
    let client = Raw::new(&bench).await;
    let order = client.order(&["a.home.arpa"]).await.fine();
    client.prove(&order).await;
    let (_, csr) = csr(&["a.home.arpa"]);
    let (first, second, third) = tokio::join!(
        client.finalize(&order, &csr),
        client.finalize(&order, &csr),
        client.finalize(&order, &csr)
    );
    let fine = [&first, &second, &third].iter().filter(|seen| seen.status == 200).count();
    assert_eq!(fine, 1, "the others are told that it is not ready");
    let page = certwright_store::Page::default();
    assert_eq!(bench.parts.store.issued_certificates("home", page).await.unwrap().total, 1);
}

#[tokio::test]
async fn what_is_over_is_forgotten_and_the_account_stays() {
    let mut bench = Bench::new().await;
    let (key, kid, order) = {
        let client = Raw::new(&bench).await;
        let (order, _, _) = client.obtain(&["a.home.arpa"]).await;
        (client.key, client.kid, order)
    };
    bench.clock.forward(SignedDuration::from_hours(24 * 200));
    bench.restart().await;
    bench.start();
    let client = Raw { key, kid, ..Raw::stranger(&bench) };
    eventually("the order is forgotten", || async {
        (client.get(&order.location()).await.status == 404).then_some(())
    })
    .await;
    eventually("the certificate is forgotten", || async {
        (client.get(order.body["certificate"].as_str().unwrap()).await.status == 404).then_some(())
    })
    .await;
    assert_eq!(client.get(&client.kid.clone().unwrap()).await.status, 200);
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "for OpenSSL to read, once")]
async fn an_intermediate_is_renewed_with_its_key_long_before_it_ends() {
    let mut bench = Bench::with(|settings| settings.lifetime_seconds = 398 * 24 * 3600, |_| {}).await;
    let before = bench.parts.store.issuer("home").await.unwrap();
    let old = issued(&bench, "old.home.arpa").await;
    bench.clock.forward(SignedDuration::from_hours(24 * (1826 - 429)));
    bench.restart().await;
    assert_eq!(
        bench.parts.store.issuer("home").await.unwrap().intermediate,
        before.intermediate,
        "a day too early"
    );

    bench.clock.forward(SignedDuration::from_hours(48));
    bench.restart().await;
    bench.start();
    let after = bench.parts.store.issuer("home").await.unwrap();
    assert_ne!(after.intermediate, before.intermediate);
    assert_eq!(after.revision, before.revision);
    let new = issued(&bench, "new.home.arpa").await;
    let length = new.not_before.duration_until(new.not_after);
    assert_eq!(length, SignedDuration::from_hours(24 * 398), "nothing is cut short");
    let (was, is) = (facts(&before.intermediate).unwrap(), facts(&after.intermediate).unwrap());
    assert_eq!((was.subject, was.not_before), (is.subject, is.not_before));
    assert!(is.not_after > was.not_after + SignedDuration::from_hours(24 * 365));
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, der: &[u8]| {
        let path = folder.path().join(name);
        let pem = certwright_pki::chain_pem(&[der.to_vec()]);
        std::fs::write(&path, pem).unwrap();
        path
    };
    let root = write("root", &before.root);
    for (leaf, intermediates) in [(&old.leaf, [&before, &after]), (&new.leaf, [&before, &after])] {
        for issuer in intermediates {
            let (leaf, issuer) = (write("leaf", leaf), write("intermediate", &issuer.intermediate));
            let judged = std::process::Command::new("openssl")
                .args(["verify", "-no_check_time", "-x509_strict", "-CAfile"])
                .arg(&root)
                .arg("-untrusted")
                .args([issuer, leaf])
                .output()
                .unwrap();
            assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stderr));
        }
    }
}

struct Issued {
    leaf: Vec<u8>,
    not_before: certwright_core::Timestamp,
    not_after: certwright_core::Timestamp,
}

async fn issued(bench: &Bench, name: &str) -> Issued {
    let client = Raw::new(bench).await;
    let (_, chain, _) = client.obtain(&[name]).await;
    let leaf = leaf(&chain);
    let facts = facts(&leaf).unwrap();
    Issued { leaf, not_before: facts.not_before, not_after: facts.not_after }
}
