//! Hostile requests: each gets the right problem, and costs nobody else anything.

use crate::bench::{Bench, SERVICE};
use crate::raw_client::{Key, Raw, csr, encode, identifiers, leaf};
use aws_lc_rs::hmac;
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_no_request_of_ours_is_refused_before_it_is_read() {
    let bench = Bench::new().await;
    let client = Raw::new(&bench).await;
    let good = client.key.sign(&client.header(&client.url("new-order")).await, "{}").to_string();
    let long = "a".repeat(64 * 1024 + 1);
    for (method, path, body, status) in [
        ("GET", "/", "", 404),
        ("GET", "/acme", "", 404),
        ("GET", "/acme/home", "", 404),
        ("GET", "/acme/home/", "", 404),
        ("GET", "/acme/other/directory", "", 404),
        ("GET", "/acme/home/../home/directory", "", 404),
        ("GET", "/acme/home//directory", "", 404),
        ("GET", "/acme/home/%64irectory", "", 404),
        ("GET", "/acme/home/directory/", "", 404),
        ("GET", "/acme/home/directory?x", "", 404),
        ("GET", "/acme/homedirectory", "", 404),
        ("GET", "/acme/home/order/..%2f..%2fdirectory", "", 404),
        ("GET", "/acme/home/new-order", "", 405),
        ("PUT", "/acme/home/new-order", &good, 405),
        ("DELETE", "/acme/home/directory", "", 405),
        ("CONNECT", "/acme/home/directory", "", 405),
        ("POST", "/acme/home/crl", &good, 405),
        ("POST", "/acme/home/new-order", &long, 413),
        ("GET", &format!("/acme/home/order/{}", "a".repeat(2000)), "", 414),
        ("POST", "/acme/home/new-order", "", 400),
        ("POST", "/acme/home/new-order", "{}", 400),
    ] {
        let seen = client.send(method, path, body).await;
        assert_eq!((seen.status, seen.problem().as_str()), (status, "malformed"), "{method} {path:.100}");
        let is_index = path == "/acme/home/directory";
        let link = seen.header("link").unwrap_or_default();
        assert_eq!(link.contains("directory>;rel=\"index\""), !is_index, "{method} {path:.100}");
        assert_eq!(seen.header("replay-nonce").is_some(), method == "POST", "{method} {path:.100}");
        if status == 405 {
            assert!(seen.header("allow").is_some());
        }
    }
    assert_eq!(
        client.send("POST", "/acme/home/new-order", &good).await.problem(),
        "malformed",
        "no identifiers"
    );
}

#[tokio::test]
async fn the_wrong_content_type_or_endless_headers_are_refused() {
    let bench = Bench::new().await;
    let client = Raw::new(&bench).await;
    let ask = async |name: &str, value: &str| {
        let body = client.key.sign(&client.header(&client.url("new-order")).await, "{}").to_string();
        let request =
            http::Request::post("/acme/home/new-order").header(name, value).body(body.into()).unwrap();
        bench.authority.answer(client.source, request).await.status().as_u16()
    };
    for kind in ["application/json", "text/plain", "", "application/jose", "application/jose+json+x"] {
        assert_eq!(ask("content-type", kind).await, 415, "{kind}");
    }
    assert_eq!(ask("content-type", "Application/JOSE+JSON; charset=utf-8").await, 400, "that is read");
    assert_eq!(ask("x-long", &"a".repeat(20_000)).await, 431);
    let others = http::Request::get("/acme/home/directory").body(bytes::Bytes::new()).unwrap();
    let refused = bench.authority.answer("192.0.2.1".parse().unwrap(), others).await;
    assert_eq!(refused.status(), 403, "a loopback authority serves its own machine");
}

/// What is done to an honest header.
type Change = Box<dyn Fn(&mut Value)>;

#[tokio::test]
async fn headers_that_lie_are_refused_with_the_right_problem() {
    let bench = Bench::new().await;
    let client = Raw::new(&bench).await;
    let url = client.url("new-order");
    let change = |name: &'static str, value: Value| move |header: &mut Value| header[name] = value.clone();
    let remove = |name: &'static str| {
        move |header: &mut Value| {
            header.as_object_mut().unwrap().remove(name);
        }
    };
    let cases: Vec<(&str, Change, &str)> = vec![
        ("no algorithm", Box::new(remove("alg")), "malformed"),
        ("none", Box::new(change("alg", json!("none"))), "badSignatureAlgorithm"),
        ("a MAC", Box::new(change("alg", json!("HS256"))), "badSignatureAlgorithm"),
        ("an unknown algorithm", Box::new(change("alg", json!("ES512"))), "badSignatureAlgorithm"),
        ("lower case", Box::new(change("alg", json!("es256"))), "badSignatureAlgorithm"),
        ("another key's algorithm", Box::new(change("alg", json!("RS256"))), "malformed"),
        ("another curve's algorithm", Box::new(change("alg", json!("ES384"))), "malformed"),
        ("no url", Box::new(remove("url")), "unauthorized"),
        ("another url", Box::new(change("url", json!(client.url("new-account")))), "unauthorized"),
        ("another host", Box::new(change("url", json!("http://x/acme/home/new-order"))), "unauthorized"),
        ("a longer url", Box::new(change("url", json!(format!("{url}/")))), "unauthorized"),
        ("no nonce", Box::new(remove("nonce")), "badNonce"),
        ("an invented nonce", Box::new(change("nonce", json!("AAAAAAAAAAAAAAAAAAAAAA"))), "badNonce"),
        ("a padded nonce", Box::new(change("nonce", json!("AAAA=="))), "badNonce"),
        ("no key", Box::new(remove("kid")), "malformed"),
        ("both keys", Box::new(change("jwk", client.key.jwk())), "malformed"),
        ("critical members", Box::new(change("crit", json!(["x"]))), "malformed"),
        ("an unencoded payload", Box::new(change("b64", json!(false))), "malformed"),
        (
            "an unknown account",
            Box::new(change("kid", json!(client.url("account/x")))),
            "accountDoesNotExist",
        ),
        ("no account", Box::new(change("kid", json!("x"))), "accountDoesNotExist"),
        ("an order as account", Box::new(change("kid", json!(client.url("order/x")))), "accountDoesNotExist"),
    ];
    for (what, change, problem) in cases {
        let mut header = client.header(&url).await;
        change(&mut header);
        let seen = client.send_signed(&url, &header, "{}").await;
        assert_eq!(seen.problem(), problem, "{what}: {seen:?}");
        assert!(seen.header("replay-nonce").is_some(), "{what}");
        if problem == "badSignatureAlgorithm" {
            assert_eq!(seen.body["algorithms"], json!(["ES256", "ES384", "RS256"]));
        }
    }
}

#[tokio::test]
async fn a_nonce_is_good_once_and_only_for_whoever_signs() {
    let bench = Bench::new().await;
    let client = Raw::new(&bench).await;
    let url = client.kid.clone().unwrap();
    let header = client.header(&url).await;
    let forged = Key::new().sign(&header, "").to_string();
    assert_eq!(client.send("POST", &url, &forged).await.problem(), "malformed", "signed by somebody else");
    assert_eq!(client.send_signed(&url, &header, "").await.status, 200, "the nonce was not used up by that");
    assert_eq!(client.send_signed(&url, &header, "").await.problem(), "badNonce", "replayed");
    let first = client.send("GET", &client.url("new-nonce"), "").await;
    assert_eq!((first.status, first.header("cache-control")), (204, Some("no-store")));
    assert_eq!(client.send("HEAD", &client.url("new-nonce"), "").await.status, 200);
}

#[tokio::test]
async fn signatures_and_payloads_that_were_touched_are_refused() {
    let bench = Bench::new().await;
    let client = Raw::new(&bench).await;
    let url = client.url("new-order");
    let signed = async |payload: &str| client.key.sign(&client.header(&url).await, payload);
    let good = json!({"identifiers": identifiers(&["a.home.arpa"])}).to_string();
    let with = |mut jws: Value, name: &str, value: Value| {
        jws[name] = value;
        jws
    };
    for (what, body) in [
        ("another payload", with(signed(&good).await, "payload", json!(encode("{}")))),
        ("no signature", with(signed(&good).await, "signature", json!(""))),
        ("a short signature", with(signed(&good).await, "signature", json!("AAAA"))),
        ("zeros", with(signed(&good).await, "signature", json!(encode([0; 64])))),
        ("an unprotected header", with(signed(&good).await, "header", json!({"alg": "ES256"}))),
        ("several signatures", with(signed(&good).await, "signatures", json!([]))),
        ("no object", signed("[]").await),
        ("no JSON", signed("{").await),
        ("text after it", signed(&format!("{good} x")).await),
        ("no UTF-8 names", signed("{\"identifiers\": [{\"type\": \"dns\", \"value\": \"\\ud800\"}]}").await),
        ("deep nesting", signed(&"[".repeat(10_000)).await),
        ("numbers for texts", signed(r#"{"identifiers": [{"type": 1, "value": 2}]}"#).await),
    ] {
        assert_eq!(client.send("POST", &url, &body.to_string()).await.problem(), "malformed", "{what}");
    }
    let odd = json!({"identifiers": identifiers(&["a.home.arpa"]), "unknown": {"a": [1]}, "nonce": 7});
    assert_eq!(client.post(&url, &odd).await.status, 201, "unknown members are passed over");
}

#[tokio::test]
async fn what_belongs_to_others_stays_theirs() {
    let bench = Bench::new().await;
    let (owner, other) = (Raw::new(&bench).await, Raw::new(&bench).await);
    let (order, chain, _) = owner.obtain(&["a.home.arpa"]).await;
    let authorization = order.body["authorizations"][0].as_str().unwrap().to_owned();
    let shown = owner.get(&authorization).await;
    let challenge = shown.body["challenges"][0]["url"].as_str().unwrap().to_owned();
    let kid = owner.kid.clone().unwrap();
    for url in [
        order.location(),
        authorization.clone(),
        challenge.clone(),
        order.body["certificate"].as_str().unwrap().to_owned(),
        kid.clone(),
        format!("{kid}/orders"),
    ] {
        let seen = other.get(&url).await;
        assert_eq!((seen.status, seen.problem().as_str()), (403, "unauthorized"), "{url}");
        assert_eq!(owner.get(&url).await.status, 200, "{url}");
    }
    let (_, csr) = csr(&["a.home.arpa"]);
    for (url, payload) in [
        (order.body["finalize"].as_str().unwrap().to_owned(), json!({"csr": encode(csr)})),
        (authorization, json!({"status": "deactivated"})),
        (challenge, json!({})),
        (kid, json!({"status": "deactivated"})),
        (other.url("revoke-cert"), json!({"certificate": encode(leaf(&chain))})),
        (
            other.url("new-order"),
            json!({"identifiers": identifiers(&["a.home.arpa"]), "replaces": ari_id(&chain)}),
        ),
    ] {
        let seen = other.post(&url, &payload).await;
        assert_eq!((seen.status, seen.problem().as_str()), (403, "unauthorized"), "{url}");
    }
    for rest in ["order/x/finalize", "challenge/x", "authorization/x"] {
        assert_eq!(other.post(&other.url(rest), &json!({"csr": ""})).await.status, 404, "{rest}");
    }
    for rest in ["order/x", "authorization/x", "challenge/x", "certificate/x"] {
        assert_eq!(other.get(&other.url(rest)).await.status, 404, "{rest}");
    }
}

pub(crate) fn ari_id(chain: &str) -> String {
    certwright_pki::facts(&leaf(chain)).unwrap().renewal_info_id.unwrap()
}

#[tokio::test]
async fn keys_of_accounts_and_of_certificates_are_kept_apart() {
    let bench = Bench::new().await;
    let (client, other) = (Raw::new(&bench).await, Raw::new(&bench).await);
    let names = [certwright_core::identifier::Identifier::parse("a.home.arpa").unwrap()];
    let order = client.order(&["a.home.arpa"]).await.fine();
    client.prove(&order).await;
    for key in [&client.key, &other.key] {
        let key = certwright_pki::PrivateKey::from_pkcs8_der(&key.pkcs8()).unwrap();
        let csr = certwright_pki::certificate_request(&key, &names, None).unwrap();
        let seen = client.finalize(&order, &csr).await;
        assert_eq!(seen.problem(), "badCSR");
        assert!(seen.body["detail"].as_str().unwrap().contains("key of an account"));
    }
    for (what, csr) in [
        ("other names", csr(&["b.home.arpa"]).1),
        ("more names", csr(&["a.home.arpa", "b.home.arpa"]).1),
        ("a wildcard", csr(&["*.home.arpa"]).1),
        ("nothing", Vec::new()),
        ("rubbish", vec![0x30; 300]),
    ] {
        assert_eq!(client.finalize(&order, &csr).await.problem(), "badCSR", "{what}");
    }
    let url = order.body["finalize"].as_str().unwrap();
    assert_eq!(client.post(url, &json!({"csr": "AA=="})).await.problem(), "badCSR");
    assert_eq!(client.post(url, &json!({})).await.problem(), "malformed");
    assert_eq!(client.get(&order.location()).await.body["status"], "ready", "a bad request costs no order");

    let (_, csr) = csr(&["a.home.arpa"]);
    assert_eq!(client.finalize(&order, &csr).await.fine().body["status"], "valid");
    let again = client.finalize(&order, &csr).await;
    assert_eq!((again.status, again.problem().as_str()), (403, "orderNotReady"), "finalized once");
}

#[tokio::test]
async fn a_stolen_binding_or_an_invented_one_opens_no_account() {
    let bench = Bench::with(|settings| settings.external_account_required = true, |_| {}).await;
    let policy = certwright_authority::NamePolicy {
        names: vec!["one.home.arpa".to_owned()],
        ..certwright_authority::NamePolicy::default()
    };
    let given =
        certwright_authority::external_key(&bench.parts, "home", &policy, None, "test").await.unwrap();
    let secret = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, &*given.secret);
    let secret = secret.unwrap();
    let mut client = Raw::stranger(&bench);
    let url = client.url("new-account");
    assert_eq!(client.post(&url, &json!({})).await.problem(), "externalAccountRequired");
    let bind = |algorithm: hmac::Algorithm, secret: &[u8], header: Value, payload: &Value| {
        let (protected, payload) = (encode(header.to_string()), encode(payload.to_string()));
        let key = hmac::Key::new(algorithm, secret);
        let mac = hmac::sign(&key, format!("{protected}.{payload}").as_bytes());
        json!({"externalAccountBinding":
            {"protected": protected, "payload": payload, "signature": encode(mac)}})
    };
    let header = |change: Value| {
        let mut header = json!({"alg": "HS256", "kid": given.id, "url": url});
        for (name, value) in change.as_object().unwrap() {
            header[name] = value.clone();
        }
        header
    };
    let jwk = client.key.jwk();
    let sha256 = hmac::HMAC_SHA256;
    for (what, binding, problem) in [
        ("another secret", bind(sha256, b"guess", header(json!({})), &jwk), "unauthorized"),
        ("another id", bind(sha256, &secret, header(json!({"kid": "x"})), &jwk), "unauthorized"),
        ("a long id", bind(sha256, &secret, header(json!({"kid": "x".repeat(500)})), &jwk), "unauthorized"),
        ("another key", bind(sha256, &secret, header(json!({})), &Key::new().jwk()), "malformed"),
        ("another url", bind(sha256, &secret, header(json!({"url": "x"})), &jwk), "malformed"),
        ("a nonce", bind(sha256, &secret, header(json!({"nonce": "x"})), &jwk), "malformed"),
        ("no MAC", bind(sha256, &secret, header(json!({"alg": "ES256"})), &jwk), "badSignatureAlgorithm"),
        ("none", bind(sha256, &secret, header(json!({"alg": "none"})), &jwk), "badSignatureAlgorithm"),
        ("another MAC", bind(sha256, &secret, header(json!({"alg": "HS384"})), &jwk), "unauthorized"),
        ("no JWS", json!({"externalAccountBinding": "x"}), "malformed"),
    ] {
        assert_eq!(client.post(&url, &binding).await.problem(), problem, "{what}");
    }
    let good = bind(hmac::HMAC_SHA384, &secret, header(json!({"alg": "HS384"})), &jwk);
    let opened = client.post(&url, &good).await;
    assert_eq!(opened.status, 201, "{opened:?}");
    let thief = Raw::stranger(&bench);
    let stolen = bind(sha256, &secret, header(json!({})), &thief.key.jwk());
    assert_eq!(thief.post(&url, &stolen).await.problem(), "unauthorized", "it bound one account");

    client.kid = Some(opened.location());
    assert_eq!(client.order(&["two.home.arpa"]).await.problem(), "rejectedIdentifier");
    assert_eq!(client.order(&["one.home.arpa"]).await.status, 201);
    let audit = certwright_store::NewAudit {
        at: certwright_authority::Clock::now(&*bench.clock),
        who: "test".to_owned(),
        action: "delete".to_owned(),
        object: "key".to_owned(),
        before: None,
        after: None,
    };
    bench.parts.store.remove_external_key("home", &given.id, &audit).await.unwrap();
    assert_eq!(client.order(&["one.home.arpa"]).await.problem(), "rejectedIdentifier", "nothing without it");
    assert!(SERVICE.starts_with("http://127"));
}
