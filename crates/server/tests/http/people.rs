//! How people come in, are kept out, and are ended.

use super::browser::{Browser, OTHER, PASSWORD, code};
use super::running::{TOKEN, draft, running};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

#[tokio::test]
async fn the_first_administrator_is_made_by_a_link_once() {
    let running = running().await;
    let mut browser = Browser::new(running.address);
    assert_eq!(browser.get("/session").await.body["administrator_exists"], false);
    let link = code(&running, None).await;
    let spare = code(&running, None).await;
    let set_up = |code: &str, name: &str, password: &str| {
        Some(json!({ "code": code, "name": name, "password": password }))
    };
    let wrong = browser.send("POST", "/setup", set_up("0000", "alice", PASSWORD)).await;
    assert_eq!((wrong.status, wrong.kind()), (401, "link-refused"));
    let weak = browser.send("POST", "/setup", set_up(&link, "", "password1234")).await;
    assert_eq!((weak.status, weak.kind()), (422, "refused"));
    let fields: Vec<_> = weak.body["refusals"].as_array().unwrap().iter().map(|one| &one["field"]).collect();
    assert_eq!(fields, ["name", "password"], "all complaints together, and the link is still good");
    let made = browser.send("POST", "/setup", set_up(&link, "alice", PASSWORD)).await;
    assert_eq!(made.status, 200, "{made:?}");
    assert_eq!(made.body["user"]["role"], "administrator");
    let cookie = made.header("set-cookie").unwrap();
    let port = running.address.port();
    assert!(cookie.starts_with(&format!("certwright-{port}=")), "{cookie}");
    for flag in ["; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=604800"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert_eq!(made.header("cache-control"), Some("no-store"));
    assert!(browser.is_signed_in().await);
    let mut late = Browser::new(running.address);
    for code in [&link, &spare] {
        let again = late.send("POST", "/setup", set_up(code, "mallory", PASSWORD)).await;
        assert_eq!((again.status, again.kind()), (409, "already-set-up"));
        let refused = late.send("POST", "/session/link", Some(json!({ "code": code }))).await;
        assert_eq!((refused.status, refused.kind()), (401, "link-refused"));
    }
    assert!(!late.is_signed_in().await);
}

#[tokio::test]
async fn a_link_signs_in_once_and_for_fifteen_minutes() {
    let running = running().await;
    let mut alice = Browser::administrator(&running, "alice").await;
    Browser::somebody(&running, "bob", "viewer").await;
    let open = |code: &str| Some(json!({ "code": code }));
    let mut browser = Browser::new(running.address);
    let link = code(&running, Some("bob")).await;
    let opened = browser.send("POST", "/session/link", open(&link)).await;
    assert_eq!(opened.body["user"]["name"], "bob", "{opened:?}");
    assert_eq!(browser.clone().send("POST", "/session/link", open(&link)).await.kind(), "link-refused");
    let old = code(&running, None).await;
    running.clock.pass(15 * 60 + 1);
    assert_eq!(browser.send("POST", "/session/link", open(&old)).await.kind(), "link-refused");
    let asked = browser.send("POST", "/links", Some(json!({}))).await;
    assert_eq!(asked.kind(), "role-not-enough", "a viewer gets no link");
    let own = alice.send("POST", "/links", Some(json!({}))).await;
    assert_eq!((own.status, &own.body["user"]), (201, &json!("alice")));
}

#[tokio::test]
async fn a_wrong_name_is_answered_like_a_wrong_password() {
    let running = running().await;
    Browser::administrator(&running, "alice").await;
    let mut answers = Vec::new();
    for name in ["alice", "nobody"] {
        let begun = Instant::now();
        let mut browser = Browser::new(running.address);
        let mut answer = browser.sign_in(name, OTHER, None).await;
        assert_eq!((answer.status, answer.kind()), (401, "sign-in-refused"));
        assert!(answer.header("set-cookie").is_none());
        answer.head = answer.head.lines().filter(|line| !line.starts_with("date")).collect();
        answers.push((answer.head, answer.body, begun.elapsed()));
    }
    assert_eq!(answers[0].0, answers[1].0);
    assert_eq!(answers[0].1, answers[1].1);
    // Both hash a password, which is most of the time; without that it would be a hundredth.
    let (known, unknown) = (answers[0].2, answers[1].2);
    assert!(unknown * 4 > known && known * 4 > unknown, "{known:?} {unknown:?}");
}

#[tokio::test]
async fn guessing_is_locked_out_also_over_a_restart_and_the_machine_itself_stays_open() {
    let running = running().await;
    Browser::administrator(&running, "alice").await;
    let mut guesser = Browser::new(running.address);
    for name in ["alice", "nobody"] {
        for _ in 0..5 {
            assert_eq!(guesser.sign_in(name, OTHER, None).await.kind(), "sign-in-refused");
        }
        let locked = guesser.sign_in(name, PASSWORD, None).await;
        assert_eq!((locked.status, locked.kind()), (429, "locked-out"), "{name}");
        let wait: u64 = locked.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=31).contains(&wait), "{wait}");
        assert_eq!(locked.body["retry_after"], wait);
    }
    let running = running.again().await;
    let mut guesser = Browser::new(running.address);
    for name in ["ALICE", "Nobody"] {
        assert_eq!(guesser.sign_in(name, PASSWORD, None).await.kind(), "locked-out", "{name}: it is durable");
    }
    let link = code(&running, None).await;
    let opened = guesser.send("POST", "/session/link", Some(json!({ "code": link }))).await;
    assert_eq!(opened.status, 200, "whoever holds the machine gets in: {opened:?}");
    running.clock.pass(60);
    let mut again = Browser::new(running.address);
    assert_eq!(again.sign_in("alice", PASSWORD, None).await.status, 200, "a lock ends");
    let mut program = Browser::program(running.address, TOKEN);
    let audit = program.get("/audit?action=sign-in-locked").await;
    assert!(audit.body["total"].as_u64().unwrap() >= 1, "{audit:?}");
}

#[tokio::test]
async fn an_address_is_locked_out_over_all_names() {
    let running = running().await;
    Browser::administrator(&running, "alice").await;
    let mut guesser = Browser::new(running.address);
    let mut kinds = Vec::new();
    for number in 0..21 {
        let name = format!("name-{number}");
        kinds.push(guesser.sign_in(&name, "x", None).await.kind().to_owned());
    }
    assert_eq!(kinds[..20], vec!["sign-in-refused"; 20]);
    assert_eq!(kinds[20], "locked-out");
    assert_eq!(guesser.sign_in("alice", PASSWORD, None).await.kind(), "locked-out");
    let running = running.again().await;
    let mut guesser = Browser::new(running.address);
    assert_eq!(guesser.sign_in("alice", PASSWORD, None).await.kind(), "locked-out", "it is durable");
    running.clock.pass(31);
    assert_eq!(guesser.sign_in("alice", PASSWORD, None).await.status, 200);
}

#[tokio::test]
async fn another_password_ends_all_sessions_and_streams() {
    let running = running().await;
    let mut here = Browser::administrator(&running, "alice").await;
    let mut there = Browser::new(running.address);
    there.sign_in("alice", PASSWORD, None).await;
    let mine = here.get("/sessions").await;
    assert_eq!(mine.body["total"], 2);
    let current = mine.body["items"].as_array().unwrap().iter().filter(|one| one["current"] == true).count();
    assert_eq!(current, 1);
    let (begun, begins) = oneshot::channel();
    let stream = tokio::spawn({
        let there = there.clone();
        async move { followed(&there, running.address, begun).await }
    });
    begins.await.unwrap();
    let change = |current: &str, new: &str| Some(json!({ "current": current, "new": new }));
    let wrong = here.send("PUT", "/session/password", change(OTHER, OTHER)).await;
    assert_eq!((wrong.kind(), &wrong.body["refusals"][0]["field"]), ("refused", &json!("current")));
    let weak = here.send("PUT", "/session/password", change(PASSWORD, "short")).await;
    assert_eq!(weak.body["refusals"][0]["field"], "new");
    let before = here.cookie.clone();
    let changed = here.send("PUT", "/session/password", change(PASSWORD, OTHER)).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_ne!(here.cookie, before);
    assert!(here.is_signed_in().await, "this browser goes on with a new session");
    assert!(!there.is_signed_in().await);
    assert!(!Browser { cookie: before, ..here.clone() }.is_signed_in().await, "the old cookie opens nothing");
    tokio::time::timeout(Duration::from_secs(10), stream).await.expect("the stream ends").unwrap();
    assert_eq!(there.sign_in("alice", PASSWORD, None).await.kind(), "sign-in-refused");
    assert_eq!(there.sign_in("alice", OTHER, None).await.status, 200);
}

/// Follows events until the service ends the stream.
async fn followed(browser: &Browser, address: std::net::SocketAddr, begun: oneshot::Sender<()>) {
    let mut begun = Some(begun);
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let cookie = browser.cookie.as_ref().unwrap();
    let head = format!("GET /api/v1/events HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut text = String::new();
    let mut part = [0; 4096];
    while !text.contains("\r\n0\r\n") {
        let read = stream.read(&mut part).await.unwrap();
        if read == 0 {
            break;
        }
        text.push_str(&String::from_utf8_lossy(&part[..read]));
        if let Some(begun) = begun.take_if(|_| text.contains("\r\n\r\n")) {
            begun.send(()).unwrap();
        }
    }
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_and_end_by_themselves() {
    let running = running().await;
    let mut alice = Browser::administrator(&running, "alice").await;
    let mut bob = Browser::somebody(&running, "bob", "operator").await;
    assert_eq!(bob.get("/sessions?all=true").await.kind(), "role-not-enough");
    let all = alice.get("/sessions?all=true").await;
    assert_eq!(all.body["total"], 2);
    let hers = alice.get("/sessions").await.body["items"][0]["id"].as_str().unwrap().to_owned();
    let foreign = bob.send("DELETE", &format!("/sessions/{hers}"), None).await;
    assert_eq!(foreign.kind(), "not-found", "an operator ends no session of others");
    let his = bob.get("/sessions").await.body["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(alice.send("DELETE", &format!("/sessions/{his}"), None).await.status, 204);
    assert!(!bob.is_signed_in().await);
    assert_eq!(bob.get("/certificates").await.kind(), "unauthorized");

    let mut other = Browser::new(running.address);
    other.sign_in("alice", PASSWORD, None).await;
    let ended = alice.send("DELETE", "/sessions", None).await;
    assert_eq!(ended.body["ended"], 1);
    assert!(alice.is_signed_in().await && !other.is_signed_in().await);

    running.clock.pass(11 * 3600);
    assert!(alice.is_signed_in().await, "use prolongs it");
    running.clock.pass(11 * 3600);
    assert!(alice.is_signed_in().await);
    running.clock.pass(12 * 3600 + 1);
    assert!(!alice.is_signed_in().await, "twelve idle hours end it");

    other.sign_in("alice", PASSWORD, None).await;
    let cookie = other.cookie.clone();
    let out = other.send("DELETE", "/session", None).await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert!(!Browser { cookie, ..other }.is_signed_in().await, "signed out is signed out, cookie or not");
}

#[tokio::test]
async fn users_are_changed_in_order_and_the_last_administrator_stays() {
    let running = running().await;
    let mut alice = Browser::administrator(&running, "alice").await;
    let mut bob = Browser::somebody(&running, "Bob", "viewer").await;
    let taken = json!({ "name": "BOB", "password": PASSWORD, "role": "viewer" });
    assert_eq!(alice.send("POST", "/users", Some(taken)).await.kind(), "conflict");
    for (change, method) in [
        (Some(json!({ "role": "viewer" })), "PATCH"),
        (Some(json!({ "disabled": true })), "PATCH"),
        (None, "DELETE"),
    ] {
        let tag = alice.get("/users/alice").await.header("etag").unwrap().to_owned();
        let mut careful = Browser { headers: vec![format!("If-Match: {tag}")], ..alice.clone() };
        let refused = careful.send(method, "/users/alice", change).await;
        assert_eq!((refused.status, refused.kind()), (409, "in-use"), "{refused:?}");
        assert!(refused.body["remedy"].as_str().unwrap().contains("administrator"), "{refused:?}");
    }
    let tag = alice.get("/users/bob").await.header("etag").unwrap().to_owned();
    let mut careful = Browser { headers: vec![format!("If-Match: {tag}")], ..alice.clone() };
    let promoted = careful.send("PATCH", "/users/bob", Some(json!({ "role": "operator" }))).await;
    assert_eq!(promoted.body["role"], "operator");
    assert_eq!(bob.get("/session").await.body["user"]["role"], "operator", "from the next request on");
    let lost = careful.send("PATCH", "/users/bob", Some(json!({ "disabled": true }))).await;
    assert_eq!((lost.kind(), &lost.body["current"]["role"]), ("outdated", &json!("operator")));
    careful.headers = vec![format!("If-Match: {}", promoted.header("etag").unwrap())];
    let disabled = careful.send("PATCH", "/users/bob", Some(json!({ "disabled": true }))).await;
    assert_eq!(disabled.body["disabled"], true);
    assert!(!bob.is_signed_in().await, "a disabled user is out at once");
    assert_eq!(bob.sign_in("bob", PASSWORD, None).await.kind(), "sign-in-refused");

    let reset = alice.send("PUT", "/users/bob/password", Some(json!({ "password": OTHER }))).await;
    assert_eq!(reset.status, 204);
    let tag = alice.get("/users/bob").await.header("etag").unwrap().to_owned();
    careful.headers = vec![format!("If-Match: {tag}")];
    assert_eq!(careful.send("DELETE", "/users/bob", None).await.status, 204);
    assert_eq!(alice.get("/users/bob").await.kind(), "not-found");
    let lines = alice.get("/audit").await.body["items"].as_array().unwrap().clone();
    let update = lines.iter().find(|line| line["action"] == "update").unwrap();
    assert_eq!(update["who"], "user alice");
    assert_eq!((&update["before"]["disabled"], &update["after"]["disabled"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn no_secret_is_in_audit_events_or_any_file() {
    let running = running().await;
    let link = code(&running, None).await;
    let mut alice = Browser::new(running.address);
    let set_up = json!({ "code": link, "name": "alice", "password": PASSWORD });
    assert_eq!(alice.send("POST", "/setup", Some(set_up)).await.status, 200);
    // Typed into the wrong field, as people do.
    Browser::new(running.address).sign_in("my secret password", OTHER, None).await;
    let token = alice.send("POST", "/tokens", Some(json!({ "name": "t", "role": "viewer" }))).await;
    let totp = alice.send("POST", "/session/totp", None).await;
    alice.send("POST", "/certificates", Some(serde_json::to_value(draft("a.example.com")).unwrap())).await;
    let cookie = alice.cookie.clone().unwrap();
    let secrets = [
        link.as_str(),
        PASSWORD,
        OTHER,
        "my secret password",
        cookie.split_once('=').unwrap().1,
        token.body["secret"].as_str().unwrap(),
        totp.body["secret"].as_str().unwrap(),
    ];
    assert!(secrets.iter().all(|secret| secret.len() > 12), "{secrets:?}");
    for path in
        ["/audit?limit=200", "/events/list?limit=200", "/users", "/sessions", "/tokens", "/users/alice"]
    {
        let answer = alice.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        let text = answer.body.to_string();
        assert!(!secrets.iter().any(|secret| text.contains(secret)), "{path}: {text}");
    }
    let mut files = 0;
    let mut folders = vec![running.folder.path().join("data")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = std::fs::read(&path) {
                files += 1;
                let found = secrets
                    .iter()
                    .find(|secret| bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
                assert_eq!(found, None, "{}", path.display());
            }
        }
    }
    assert!(files >= 3, "database, its log and the data key were read");
    assert_ne!(alice.get("/audit").await.body["items"], Value::Array(Vec::new()));
}
