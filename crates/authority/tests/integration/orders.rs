//! Orders, authorizations, challenges, certificates, revocation: what an authority promises about each.

use crate::bench::{Bench, eventually};
use crate::hostile::ari_id;
use crate::raw_client::{Key, Raw, challenge, csr, encode, identifiers, leaf};
use certwright_core::SignedDuration;
use certwright_pki::facts;
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_not_certified_is_refused_with_a_part_for_each_name() {
    let bench = Bench::new().await;
    let client = Raw::new(&bench).await;
    let url = client.url("new-order");
    for (identifiers, problem) in [
        (json!([]), "malformed"),
        (json!(vec![json!({"type": "dns", "value": "a.home.arpa"}); 101]), "malformed"),
        (json!([{"type": "dns", "value": "example.com"}]), "rejectedIdentifier"),
        (json!([{"type": "dns", "value": "*.localhost"}]), "rejectedIdentifier"),
        (json!([{"type": "dns", "value": "bücher.home.arpa"}]), "malformed"),
        (json!([{"type": "dns", "value": "127.0.0.1"}]), "malformed"),
        (json!([{"type": "ip", "value": "10.0.0.1"}]), "rejectedIdentifier"),
        (json!([{"type": "email", "value": "a@home.arpa"}]), "unsupportedIdentifier"),
        (json!([{"type": "dns"}]), "malformed"),
        (json!({"type": "dns", "value": "a.home.arpa"}), "malformed"),
    ] {
        let seen = client.post(&url, &json!({"identifiers": identifiers})).await;
        assert_eq!(seen.problem(), problem, "{identifiers}");
    }
    let mixed = client.order(&["a.home.arpa", "example.com", "example.org"]).await;
    assert_eq!(mixed.problem(), "rejectedIdentifier");
    let parts = mixed.body["subproblems"].as_array().unwrap();
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[1]["identifier"], json!({"type": "dns", "value": "example.org"}));
    for (member, value, problem) in [
        ("notBefore", json!("2026-01-01T00:00:00Z"), "malformed"),
        ("notAfter", json!("2026-01-01T00:00:00Z"), "malformed"),
        ("profile", json!("none"), "invalidProfile"),
        ("replaces", json!("x"), "malformed"),
        ("replaces", json!("AAAA.BBBB"), "malformed"),
    ] {
        let payload = json!({"identifiers": identifiers(&["a.home.arpa"]), member: value});
        assert_eq!(client.post(&url, &payload).await.problem(), problem, "{member}");
    }
}

#[tokio::test]
async fn each_kind_of_name_has_its_challenges() {
    let bench = Bench::new().await;
    let client = Raw::new(&bench).await;
    for (name, kinds, shown) in [
        ("a.home.arpa", &["http-01", "dns-01"][..], json!({"type": "dns", "value": "a.home.arpa"})),
        ("*.home.arpa", &["dns-01"], json!({"type": "dns", "value": "home.arpa"})),
        ("demo.localhost", &["http-01"], json!({"type": "dns", "value": "demo.localhost"})),
        ("127.0.0.1", &["http-01"], json!({"type": "ip", "value": "127.0.0.1"})),
    ] {
        let order = client.order(&[name, name]).await.fine();
        assert_eq!(order.body["identifiers"], identifiers(&[name]), "each once");
        let url = order.body["authorizations"][0].as_str().unwrap();
        let authorization = client.get(url).await.fine().body;
        assert_eq!(authorization["identifier"], shown);
        assert_eq!(authorization.get("wildcard").is_some(), name.starts_with('*'));
        let found: Vec<&str> = authorization["challenges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|challenge| challenge["type"].as_str().unwrap())
            .collect();
        assert_eq!(found, kinds, "{name}");
    }
}

#[tokio::test]
async fn a_wildcard_is_proven_by_dns() {
    let bench = Bench::new().await;
    let client = Raw::new(&bench).await;
    let order = client.order(&["*.home.arpa"]).await.fine();
    let authorization = client.get(order.body["authorizations"][0].as_str().unwrap()).await.fine().body;
    let challenge = challenge(&authorization, "dns-01");
    let key_authorization = format!("{}.{}", challenge["token"].as_str().unwrap(), client.key.thumbprint());
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, key_authorization.as_bytes());
    let record = ("_acme-challenge.home.arpa".to_owned(), vec!["other".to_owned(), encode(digest)]);
    bench.board.texts.lock().unwrap().extend([record]);
    client.post(challenge["url"].as_str().unwrap(), &json!({})).await.fine();
    eventually("the order is ready", || async {
        (client.get(&order.location()).await.body["status"] == "ready").then_some(())
    })
    .await;
    let ended = client.finalize(&order, &csr(&["*.home.arpa"]).1).await.fine();
    assert_eq!(ended.body["status"], "valid");
}

#[tokio::test]
async fn a_challenge_is_looked_at_three_times_and_then_fails_with_its_order() {
    let bench = Bench::new().await;
    let client = Raw::new(&bench).await;
    let order = client.order(&["a.home.arpa", "b.home.arpa"]).await.fine();
    assert_eq!(client.finalize(&order, &csr(&["a.home.arpa"]).1).await.problem(), "orderNotReady");
    let url = order.body["authorizations"][0].as_str().unwrap();
    let authorization = client.get(url).await.fine().body;
    let challenge_url = challenge(&authorization, "http-01")["url"].as_str().unwrap().to_owned();
    let begun = client.post(&challenge_url, &json!({})).await.fine();
    assert_eq!(begun.body["status"], "processing");
    assert!(begun.header("retry-after").is_some());
    let up = begun
        .response
        .headers()
        .get_all("link")
        .iter()
        .any(|link| link.to_str().unwrap() == format!("<{url}>;rel=\"up\""));
    assert!(up, "{begun:?}");
    let failed = eventually("the challenge failed", || async {
        let seen = client.get(&challenge_url).await.fine().body;
        (seen["status"] == "invalid").then_some(seen)
    })
    .await;
    assert_eq!(failed["error"]["type"], "urn:ietf:params:acme:error:incorrectResponse");
    assert!(!failed.to_string().contains("secret"), "nothing of the body is told");
    assert_eq!(bench.board.looks(), 3);
    let order = client.get(&order.location()).await.fine();
    assert_eq!((order.body["status"].as_str(), order.body["error"].is_object()), (Some("invalid"), true));
    assert_eq!(client.get(url).await.body["status"], "invalid");
    let again = client.post(&challenge_url, &json!({})).await.fine();
    assert_eq!(again.body["status"], "invalid", "saying it again changes nothing");
}

#[tokio::test]
async fn a_challenge_that_is_met_late_is_met() {
    let bench = Bench::with(|_| {}, |limits| limits.attempt_milliseconds = 300).await;
    let client = Raw::new(&bench).await;
    let order = client.order(&["a.home.arpa"]).await.fine();
    let authorization = client.get(order.body["authorizations"][0].as_str().unwrap()).await.fine().body;
    let url = challenge(&authorization, "http-01")["url"].as_str().unwrap();
    client.post(url, &json!({})).await.fine();
    eventually("a first look", || async { (bench.board.looks() > 0).then_some(()) }).await;
    client.show(&authorization);
    eventually("it is valid", || async { (client.get(url).await.body["status"] == "valid").then_some(()) })
        .await;
    assert_eq!(client.get(&order.location()).await.body["status"], "ready");
}

#[tokio::test]
async fn an_authorization_that_is_given_up_takes_its_order_with_it() {
    let bench = Bench::new().await;
    let client = Raw::new(&bench).await;
    let order = client.order(&["a.home.arpa"]).await.fine();
    client.prove(&order).await;
    let url = order.body["authorizations"][0].as_str().unwrap();
    assert_eq!(client.post(url, &json!({"status": "valid"})).await.problem(), "malformed");
    assert_eq!(
        client.post(url, &json!({"status": "deactivated"})).await.fine().body["status"],
        "deactivated"
    );
    assert_eq!(client.post(url, &json!({"status": "deactivated"})).await.problem(), "malformed");
    let (_, csr) = csr(&["a.home.arpa"]);
    assert_eq!(client.finalize(&order, &csr).await.problem(), "orderNotReady");
}

#[tokio::test]
async fn an_order_that_is_over_comes_to_nothing() {
    let bench = Bench::new().await;
    let client = Raw::new(&bench).await;
    let order = client.order(&["a.home.arpa"]).await.fine();
    client.prove(&order).await;
    bench.clock.forward(SignedDuration::from_hours(25));
    assert_eq!(client.get(&order.location()).await.body["status"], "invalid");
    let (_, csr) = csr(&["a.home.arpa"]);
    assert_eq!(client.finalize(&order, &csr).await.problem(), "orderNotReady");
}

#[tokio::test]
async fn a_certificate_is_what_its_order_and_profile_say() {
    let profile = certwright_authority::Profile { description: "a minute".to_owned(), lifetime_seconds: 60 };
    let bench =
        Bench::with(|settings| drop(settings.profiles.insert("short".to_owned(), profile)), |_| {}).await;
    let client = Raw::new(&bench).await;
    let directory = client.send("GET", &bench.authority.directory(), "").await.body;
    assert_eq!(directory["meta"]["profiles"], json!({"short": "a minute"}));
    let (_, chain, key) = client.obtain(&["a.home.arpa", "127.0.0.1"]).await;
    let found = facts(&leaf(&chain)).unwrap();
    assert_eq!(found.key_fingerprint, key.spki_fingerprint());
    assert_eq!(found.not_before.duration_until(found.not_after), SignedDuration::from_hours(24 * 90));
    assert_eq!(certwright_pki::parse_chain(&chain).unwrap().len(), 2);

    let payload = json!({"identifiers": identifiers(&["a.home.arpa"]), "profile": "short"});
    let order = client.post(&client.url("new-order"), &payload).await.fine();
    assert_eq!(order.body["profile"], "short");
    client.prove(&order).await;
    let ended = client.finalize(&order, &csr(&["a.home.arpa"]).1).await.fine();
    let chain = client.get(ended.body["certificate"].as_str().unwrap()).await.fine();
    assert_eq!(chain.header("content-type"), Some("application/pem-certificate-chain"));
    let found = facts(&leaf(&chain.text)).unwrap();
    assert_eq!(found.not_before.duration_until(found.not_after), SignedDuration::from_secs(60));
}

#[tokio::test]
async fn renewal_information_moves_into_the_past_when_it_is_revoked() {
    let bench = Bench::new().await;
    let client = Raw::new(&bench).await;
    let (_, chain, _) = client.obtain(&["a.home.arpa"]).await;
    let found = facts(&leaf(&chain)).unwrap();
    let url = client.url(&format!("renewal-info/{}", ari_id(&chain)));
    let info = client.send("GET", &url, "").await.fine();
    assert!(info.header("retry-after").is_some() && info.header("replay-nonce").is_none());
    let moment = |info: &Value, name: &str| -> certwright_core::Timestamp {
        info["suggestedWindow"][name].as_str().unwrap().parse().unwrap()
    };
    assert_eq!(
        moment(&info.body, "start"),
        found.not_after - found.not_before.duration_until(found.not_after) / 3
    );
    client.post(&client.url("revoke-cert"), &json!({"certificate": encode(leaf(&chain))})).await.fine();
    let info = client.send("GET", &url, "").await.fine();
    assert!(moment(&info.body, "end") < certwright_core::Timestamp::now());
    for (id, status) in [
        ("x", 400),
        ("", 400),
        ("a.b.c", 400),
        ("AAAA.BBBB", 404),
        (&ari_id(&chain).replace('.', "=."), 400),
        (&"A".repeat(200), 400),
    ] {
        let seen = client.send("GET", &client.url(&format!("renewal-info/{id}")), "").await;
        assert_eq!((seen.status, seen.problem().as_str()), (status, "malformed"), "{id}");
    }
}

#[tokio::test]
async fn a_certificate_is_replaced_by_one_order() {
    let bench = Bench::new().await;
    let client = Raw::new(&bench).await;
    let (_, chain, _) = client.obtain(&["a.home.arpa"]).await;
    let replacing = async |names: &[&str]| {
        let payload = json!({"identifiers": identifiers(names), "replaces": ari_id(&chain)});
        client.post(&client.url("new-order"), &payload).await
    };
    assert_eq!(replacing(&["b.home.arpa"]).await.problem(), "malformed", "nothing in common");
    let order = replacing(&["a.home.arpa", "b.home.arpa"]).await.fine();
    assert_eq!(order.body["replaces"], ari_id(&chain));
    let second = replacing(&["a.home.arpa"]).await;
    assert_eq!((second.status, second.problem().as_str()), (409, "alreadyReplaced"));
    let authorization = order.body["authorizations"][0].as_str().unwrap();
    client.post(authorization, &json!({"status": "deactivated"})).await.fine();
    assert_eq!(replacing(&["a.home.arpa"]).await.status, 201, "the other order failed");
}

#[tokio::test]
async fn a_certificate_is_revoked_by_account_proof_or_key_and_by_nobody_else() {
    let bench = Bench::new().await;
    let (client, rival) = (Raw::new(&bench).await, Raw::new(&bench).await);
    let url = client.url("revoke-cert");
    let revocation = |chain: &str, reason: u64| json!({"certificate": encode(leaf(chain)), "reason": reason});
    let (_, first, _) = client.obtain(&["a.home.arpa"]).await;
    for reason in [2, 6, 7, 8, 10, 11, 256] {
        assert_eq!(client.post(&url, &revocation(&first, reason)).await.problem(), "badRevocationReason");
    }
    for (what, certificate, status) in [
        ("rubbish", encode([0; 100]), 400),
        ("not base64url", "a+b=".to_owned(), 400),
        ("the authority's own", encode(bench.authority.root()), 404),
        ("touched", encode(touched(&first)), 404),
    ] {
        let seen = client.post(&url, &json!({"certificate": certificate})).await;
        assert_eq!((seen.status, seen.problem().as_str()), (status, "malformed"), "{what}");
    }
    assert_eq!(rival.post(&url, &revocation(&first, 0)).await.problem(), "unauthorized");
    client.post(&url, &revocation(&first, 4)).await.fine();
    assert_eq!(client.post(&url, &revocation(&first, 4)).await.problem(), "alreadyRevoked");

    // By whoever has proven all the names (RFC 8555 §7.6).
    let (_, second, _) = client.obtain(&["a.home.arpa", "b.home.arpa"]).await;
    rival.obtain(&["a.home.arpa"]).await;
    assert_eq!(rival.post(&url, &revocation(&second, 0)).await.problem(), "unauthorized", "one of two");
    rival.obtain(&["b.home.arpa"]).await;
    rival.post(&url, &revocation(&second, 0)).await.fine();

    // By the certificate's own key, without an account.
    let (_, third, key) = client.obtain(&["a.home.arpa"]).await;
    let holder = Raw { key: Key::from_pkcs8(key.pkcs8_der()), ..Raw::stranger(&bench) };
    let stranger = Raw::stranger(&bench);
    assert_eq!(stranger.post(&url, &revocation(&third, 1)).await.problem(), "unauthorized");
    holder.post(&url, &revocation(&third, 1)).await.fine();

    let list = client.send("GET", &client.url("crl"), "").await.fine();
    assert_eq!(list.header("content-type"), Some("application/pkix-crl"));
    for chain in [&first, &second, &third] {
        let serial = facts(&leaf(chain)).unwrap().serial;
        let bytes: Vec<u8> =
            (0..17).map(|at| u8::from_str_radix(&serial[2 * at..2 * at + 2], 16).unwrap()).collect();
        assert!(list.response.body().windows(17).any(|window| window == bytes), "{serial}");
    }
    let again = client.send("GET", &client.url("crl"), "").await.fine();
    assert_eq!(again.response.body(), list.response.body(), "signed once");
}

fn touched(chain: &str) -> Vec<u8> {
    let mut der = leaf(chain);
    *der.last_mut().unwrap() ^= 1;
    der
}
