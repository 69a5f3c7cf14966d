//! Accounts: opened, found, changed, given another key, given up.

use crate::bench::Bench;
use crate::raw_client::{Key, Raw, identifiers};
use serde_json::{Value, json};

#[tokio::test]
async fn an_account_is_opened_once_for_a_key_and_found_again() {
    let bench = Bench::new().await;
    let mut client = Raw::stranger(&bench);
    let url = client.url("new-account");
    let missing = client.post(&url, &json!({"onlyReturnExisting": true})).await;
    assert_eq!((missing.status, missing.problem().as_str()), (400, "accountDoesNotExist"));
    for (contact, problem) in [
        (json!(["mailto:a@b.example?cc=c@d.example"]), "invalidContact"),
        (json!(["tel:1"]), "unsupportedContact"),
        (json!(vec!["mailto:a@b.example"; 11]), "invalidContact"),
        (json!("mailto:a@b.example"), "malformed"),
    ] {
        assert_eq!(client.post(&url, &json!({"contact": contact})).await.problem(), problem);
    }
    let opened = client.post(&url, &json!({"contact": ["mailto:a@b.example"], "status": "revoked"})).await;
    assert_eq!((opened.status, opened.body["status"].as_str()), (201, Some("valid")));
    let found = client.post(&url, &json!({"onlyReturnExisting": true})).await;
    assert_eq!((found.status, found.location(), found.body), (200, opened.location(), opened.body.clone()));

    client.kid = Some(opened.location());
    assert_eq!(client.post(&url, &json!({})).await.problem(), "malformed", "a kid cannot open an account");
    let kid = opened.location();
    let changed = client.post(&kid, &json!({"contact": [], "status": "valid"})).await;
    assert_eq!(changed.fine().body["contact"], json!([]));
    assert_eq!(client.post(&kid, &json!({"status": "revoked"})).await.problem(), "malformed");
    assert_eq!(client.get(&kid).await.body["contact"], json!([]));
}

#[tokio::test]
async fn terms_must_be_agreed_to_where_there_are_some() {
    let terms = "https://ca.home.arpa/terms".to_owned();
    let bench = Bench::with(|settings| settings.terms_of_service = Some(terms), |_| {}).await;
    let client = Raw::stranger(&bench);
    let url = client.url("new-account");
    let directory = client.send("GET", &bench.authority.directory(), "").await;
    assert_eq!(directory.body["meta"]["termsOfService"], "https://ca.home.arpa/terms");
    assert_eq!(client.post(&url, &json!({})).await.problem(), "userActionRequired");
    let agreed = client.post(&url, &json!({"termsOfServiceAgreed": true})).await;
    assert_eq!((agreed.status, agreed.body["termsOfServiceAgreed"].as_bool()), (201, Some(true)));
}

#[tokio::test]
async fn an_account_that_was_given_up_does_nothing_any_more() {
    let bench = Bench::new().await;
    let client = Raw::new(&bench).await;
    let kid = client.kid.clone().unwrap();
    let order = client.order(&["a.home.arpa"]).await.fine();
    let ended = client.post(&kid, &json!({"status": "deactivated"})).await.fine();
    assert_eq!(ended.body["status"], "deactivated");
    for seen in [
        client.get(&kid).await,
        client.order(&["a.home.arpa"]).await,
        client.get(&order.location()).await,
        client.post(&client.url("key-change"), &json!({})).await,
    ] {
        assert_eq!((seen.status, seen.problem().as_str()), (403, "unauthorized"));
    }
    let again = Raw { kid: None, ..client };
    assert_eq!(again.post(&again.url("new-account"), &json!({})).await.problem(), "unauthorized");
}

fn inner(key: &Key, header: Value, payload: &Value) -> Value {
    key.sign(&header, &payload.to_string())
}

#[tokio::test]
async fn a_key_is_changed_by_both_keys_together() {
    let bench = Bench::new().await;
    let (mut client, other) = (Raw::new(&bench).await, Raw::new(&bench).await);
    let url = client.url("key-change");
    let kid = client.kid.clone().unwrap();
    let new = Key::new();
    let header = |key: &Key| json!({"alg": "ES256", "jwk": key.jwk(), "url": url});
    let payload = json!({"account": kid, "oldKey": client.key.jwk()});
    let with = |name: &str, value: Value| {
        let mut changed = header(&new);
        changed[name] = value;
        changed
    };
    for (what, request, problem) in [
        ("no JWS", json!({"account": kid}), "malformed"),
        ("another url", inner(&new, with("url", json!("x")), &payload), "malformed"),
        ("a nonce", inner(&new, with("nonce", json!("x")), &payload), "malformed"),
        ("a wrong algorithm", inner(&new, with("alg", json!("HS256")), &payload), "badSignatureAlgorithm"),
        ("not the new key's signature", inner(&client.key, header(&new), &payload), "malformed"),
        ("no jwk", inner(&new, json!({"alg": "ES256", "kid": kid, "url": url}), &payload), "malformed"),
        (
            "another account",
            inner(&new, header(&new), &json!({"account": other.kid, "oldKey": client.key.jwk()})),
            "malformed",
        ),
        (
            "another old key",
            inner(&new, header(&new), &json!({"account": kid, "oldKey": other.key.jwk()})),
            "malformed",
        ),
    ] {
        assert_eq!(client.post(&url, &request).await.problem(), problem, "{what}");
    }
    let taken = client.post(&url, &inner(&other.key, header(&other.key), &payload)).await;
    assert_eq!((taken.status, taken.location()), (409, other.kid.clone().unwrap()));

    client.post(&url, &inner(&new, header(&new), &payload)).await.fine();
    assert_eq!(client.get(&kid).await.problem(), "malformed", "the old key is nobody's now");
    client.key = new;
    assert_eq!(client.get(&kid).await.status, 200);
}

#[tokio::test]
async fn the_list_of_orders_has_pages_and_no_failures() {
    let bench = Bench::new().await;
    let client = Raw::new(&bench).await;
    let mut urls = Vec::new();
    for _ in 0..52 {
        let names = identifiers(&["a.home.arpa"]);
        urls.push(client.post(&client.url("new-order"), &json!({"identifiers": names})).await.location());
    }
    let failed = client.get(&urls[0]).await.body["authorizations"][0].as_str().unwrap().to_owned();
    client.post(&failed, &json!({"status": "deactivated"})).await.fine();
    let account = client.get(&client.kid.clone().unwrap()).await.fine();
    let first = client.get(account.body["orders"].as_str().unwrap()).await.fine();
    let links: Vec<&str> =
        first.response.headers().get_all("link").iter().map(|value| value.to_str().unwrap()).collect();
    let next = links.iter().find(|link| link.ends_with("rel=\"next\"")).unwrap();
    let next = next[1..].split('>').next().unwrap();
    let second = client.get(next).await.fine();
    let mut listed: Vec<String> = [&first, &second]
        .iter()
        .flat_map(|seen| seen.body["orders"].as_array().unwrap().clone())
        .map(|url| url.as_str().unwrap().to_owned())
        .collect();
    let mut expected = urls[1..].to_vec();
    listed.sort();
    expected.sort();
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn an_account_that_is_bound_to_nobody_may_ask_for_nothing_once_keys_are_required() {
    let mut bench = Bench::new().await;
    let (key, kid) = {
        let client = Raw::new(&bench).await;
        client.order(&["a.home.arpa"]).await.fine();
        (client.key, client.kid)
    };
    let mut issuer = bench.parts.store.issuer("home").await.unwrap();
    issuer.settings["external_account_required"] = json!(true);
    let audit = certwright_store::NewAudit {
        at: issuer.created_at,
        who: "test".to_owned(),
        action: "update".to_owned(),
        object: "issuer home".to_owned(),
        before: None,
        after: None,
    };
    let store = &bench.parts.store;
    store.update_issuer("home", &issuer.settings, issuer.enabled, issuer.revision, &audit).await.unwrap();
    bench.restart().await;
    let client = Raw { key, kid, ..Raw::stranger(&bench) };
    assert_eq!(client.order(&["a.home.arpa"]).await.problem(), "rejectedIdentifier");
}
