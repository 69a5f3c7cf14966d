//! Pages of others: what they may cause is nothing.

use super::browser::{Browser, PASSWORD};
use super::running::{TOKEN, running};
use serde_json::json;

#[tokio::test]
async fn a_change_by_cookie_comes_from_our_own_page() {
    let running = running().await;
    let alice = Browser::administrator(&running, "alice").await;
    let draft = || Some(json!({ "identifiers": ["a.example.com"], "deployments": [] }));
    let evil = Some("http://evil.example".to_owned());
    let other_port = Some(format!("http://127.0.0.1:{}", running.address.port() ^ 1));
    let site = |site: &str| vec![format!("Sec-Fetch-Site: {site}")];
    for (origin, headers, status, kind) in [
        (None, Vec::new(), 403, "forbidden"),
        (evil.clone(), Vec::new(), 403, "forbidden"),
        (other_port, Vec::new(), 403, "forbidden"),
        (Some("null".to_owned()), Vec::new(), 403, "forbidden"),
        (None, site("cross-site"), 401, "unauthorized"),
        (None, site("same-site"), 401, "unauthorized"),
        (None, site("same-origin"), 201, ""),
    ] {
        let mut browser = Browser { origin, headers, ..alice.clone() };
        let answer = browser.send("POST", "/certificates", draft()).await;
        assert_eq!((answer.status, answer.kind()), (status, kind), "{browser:?}");
    }
    // Nor is anything read by them, and nobody is signed in by them.
    let mut framed = Browser { headers: site("cross-site"), origin: None, ..alice.clone() };
    assert_eq!(framed.get("/certificates").await.kind(), "unauthorized");
    assert_eq!(framed.get("/session").await.body["signed_in"], false);
    let mut forced = Browser { origin: evil, ..Browser::new(running.address) };
    assert_eq!(forced.sign_in("alice", PASSWORD, None).await.kind(), "forbidden");
}

#[tokio::test]
async fn a_name_that_leads_here_by_a_trick_opens_nothing() {
    let running = running().await;
    let alice = Browser::administrator(&running, "alice").await;
    let port = running.address.port();
    let host = format!("rebound.example:{port}");
    let origin = Some(format!("http://{host}"));
    for browser in [
        Browser { host: host.clone(), origin: origin.clone(), ..alice.clone() },
        Browser { host: host.clone(), origin: None, ..alice.clone() },
        Browser { host, origin: None, ..Browser::program(running.address, TOKEN) },
    ] {
        for path in
            ["/api/v1/certificates", "/api/v1/session", "/", "/welcome", "/metrics", "/acme/x/directory"]
        {
            let answer = browser.ask("GET", path, None).await;
            assert_eq!((answer.status, answer.kind()), (403, "forbidden"), "{path} {browser:?}");
        }
    }
    let by_name = Browser { host: format!("localhost:{port}"), origin: None, ..alice };
    assert_eq!(by_name.ask("GET", "/api/v1/certificates", None).await.status, 200);
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    let running = running().await;
    let browser = Browser::new(running.address);
    for path in ["/", "/assets/none.js", "/api/v1/session", "/api/v1/certificates", "/metrics", "/healthz"] {
        let answer = browser.ask("GET", path, None).await;
        let policy = answer.header("content-security-policy").unwrap_or_default();
        for rule in
            ["default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
    }
    let answer = browser.ask("GET", "/api/v1/session", None).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}
