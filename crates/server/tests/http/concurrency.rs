//! Two who change the same thing at once (fault 31): one of them wins, the others are told how it is now, nothing is lost.

use super::running::{Running, TOKEN, draft, running};
use certwright_api::issuer_edits::IssuerDraft;
use certwright_api::issuers::{IssuerPolicy, IssuerSettings};
use certwright_api::users::UserDraft;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Barrier;

/// How many write at the same time.
const WRITERS: usize = 8;

/// Something that has revisions.
struct Resource {
    what: &'static str,
    path: String,
    method: &'static str,
    /// The change that this writer makes.
    change: fn(&Value, usize) -> Value,
    /// Where that is seen afterwards.
    mark: fn(&Value) -> String,
}

struct Answer {
    status: u16,
    revision: Option<i64>,
    body: Value,
}

/// A request, as any program may make it.
async fn send(address: SocketAddr, request: (&str, &str), if_match: Option<i64>, body: &Value) -> Answer {
    let (method, path) = request;
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let mut head = format!(
        "{method} /api/v1{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n",
        text.len()
    );
    if let Some(revision) = if_match {
        head.push_str(&format!("If-Match: \"{revision}\"\r\n"));
    }
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("{head}\r\n{text}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: \"")?.strip_suffix('"')?.parse().ok());
    Answer {
        status: head[9..12].parse().unwrap(),
        revision: tag,
        body: if body.is_empty() { Value::Null } else { serde_json::from_str(body).unwrap() },
    }
}

async fn read(address: SocketAddr, path: &str) -> Answer {
    let read = send(address, ("GET", path), None, &Value::Null).await;
    assert_eq!(read.status, 200, "{path}: {}", read.body);
    assert_eq!(read.body["revision"], json!(read.revision.unwrap()), "{path}: the tag is the revision");
    read
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn window(name: String) -> Value {
    json!({ "name": name, "time_zone": "UTC", "ordering": [{ "from": "22:00", "to": "04:00" }] })
}

/// Everything that has revisions, one of each.
async fn resources(running: &Running) -> Vec<Resource> {
    let client = &running.local;
    let certificate = client.create_certificate(&draft("a.example.com"), "a").await.unwrap();
    let user = UserDraft {
        name: "ada".to_owned(),
        password: "correct horse battery".to_owned().into(),
        role: certwright_api::sign_in::Role::Operator,
    };
    let user = client.create_user(&user).await.unwrap();
    let policy = IssuerPolicy { names: vec!["localhost".to_owned()], ..IssuerPolicy::default() };
    let settings = IssuerSettings { policy, ..IssuerSettings::default() };
    let issuer = IssuerDraft { name: "home".to_owned(), title: "Home".to_owned(), settings, enabled: false };
    client.create_issuer(&issuer, "home").await.unwrap();
    let authority = json!({ "title": "Ours", "directory": "https://ca.internal/acme" });
    client.put_authority("internal", &serde_json::from_value(authority).unwrap()).await.unwrap();
    vec![
        Resource {
            what: "a certificate",
            path: format!("/certificates/{}", certificate.id),
            method: "PATCH",
            change: |_, writer| json!({ "notes": format!("by {writer}") }),
            mark: |body| text(&body["notes"]),
        },
        Resource {
            what: "the settings with their windows",
            path: "/settings".to_owned(),
            method: "PUT",
            change: |current, writer| {
                let mut settings = current.clone();
                settings["windows"] = json!([window(format!("by-{writer}"))]);
                settings
            },
            mark: |body| text(&body["windows"][0]["name"]).replace('-', " "),
        },
        Resource {
            what: "a user",
            path: format!("/users/{}", user.id),
            method: "PATCH",
            change: |_, writer| json!({ "name": format!("by {writer}") }),
            mark: |body| text(&body["name"]),
        },
        Resource {
            what: "an authority of this service",
            path: "/issuers/home".to_owned(),
            method: "PATCH",
            change: |_, writer| {
                let terms = format!("https://terms.example/{writer}");
                json!({ "settings": { "terms_of_service": terms } })
            },
            mark: |body| text(&body["settings"]["terms_of_service"]).replace("https://terms.example/", "by "),
        },
        Resource {
            what: "an entry of one's own",
            path: "/authorities/internal".to_owned(),
            method: "PATCH",
            change: |_, writer| json!({ "title": format!("by {writer}") }),
            mark: |body| text(&body["title"]),
        },
        Resource {
            what: "an authority of the catalogue",
            path: "/authorities/letsencrypt".to_owned(),
            method: "PATCH",
            change: |_, writer| json!({ "details": { "pace": { "open_orders": writer + 1 } } }),
            mark: |body| {
                let open = body["details"]["pace"]["open_orders"].as_u64().unwrap_or_default();
                format!("by {}", open.saturating_sub(1))
            },
        },
    ]
}

/// All of them at the same time; gives their answers.
async fn at_once(address: SocketAddr, resource: &Resource, revision: i64, current: &Value) -> Vec<Answer> {
    let start = Arc::new(Barrier::new(WRITERS));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (start, path, method) = (Arc::clone(&start), resource.path.clone(), resource.method);
            let change = (resource.change)(current, writer);
            tokio::spawn(async move {
                start.wait().await;
                send(address, (method, &path), Some(revision), &change).await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for writer in writers {
        answers.push(writer.await.unwrap());
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fault_31_of_several_who_change_the_same_thing_one_wins_and_the_others_are_told() {
    let running = running().await;
    let address = running.address;
    for resource in resources(&running).await {
        let Resource { what, path, method, change, mark } = &resource;
        let before = read(address, path).await;
        let revision = before.revision.unwrap();

        // A change that does not say what it was made for changes nothing.
        let blind = send(address, (method, path), None, &change(&before.body, 90)).await;
        assert_eq!(blind.status, 428, "{what}: {}", blind.body);
        assert_eq!(read(address, path).await.body, before.body, "{what}");

        let answers = at_once(address, &resource, revision, &before.body).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().enumerate().partition(|(_, it)| it.status == 200);
        assert_eq!(won.len(), 1, "{what}: {} won", won.len());
        let (writer, won) = won[0];
        let now = read(address, path).await;
        assert_eq!(mark(&now.body), format!("by {writer}"), "{what}: whose change is there");
        assert_eq!((won.revision, &won.body), (now.revision, &now.body), "{what}: the winner knows it");
        assert_eq!(now.revision, Some(revision + 1), "{what}: changed once");
        for (_, lost) in lost {
            assert_eq!(lost.status, 412, "{what}: {}", lost.body);
            assert!(text(&lost.body["type"]).ends_with("/problems/outdated"), "{what}: {}", lost.body);
            assert_eq!(lost.body["current"], now.body, "{what}: the loser is told how it is now");
            assert!(text(&lost.body["detail"]).contains(&format!("revision {}", revision + 1)), "{what}");
        }

        // The next one after them, for what was read before them.
        let late = send(address, (method, path), Some(revision), &change(&before.body, 91)).await;
        assert_eq!((late.status, &late.body["current"]), (412, &now.body), "{what}");
        // One that was never given is no better, whichever way it is wrong.
        let early = send(address, (method, path), Some(revision + 7), &change(&before.body, 92)).await;
        assert_eq!(early.status, 412, "{what}: {}", early.body);
        assert_eq!(read(address, path).await.body, now.body, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fault_31_what_is_changed_since_is_not_deleted_and_of_two_who_delete_it_one_does() {
    let running = running().await;
    let address = running.address;
    for Resource { what, path, method, change, .. } in resources(&running).await {
        if path == "/settings" || path.starts_with("/authorities/") {
            continue;
        }
        let before = read(address, &path).await;
        let stale = before.revision.unwrap();
        let changed = send(address, (method, &path), Some(stale), &change(&before.body, 1)).await;
        assert_eq!(changed.status, 200, "{what}: {}", changed.body);
        let blind = send(address, ("DELETE", &path), None, &Value::Null).await;
        assert_eq!(blind.status, 428, "{what}");
        let late = send(address, ("DELETE", &path), Some(stale), &Value::Null).await;
        assert_eq!((late.status, &late.body["current"]), (412, &changed.body), "{what}");
        let right = changed.revision;
        let (one, other) = tokio::join!(
            send(address, ("DELETE", &path), right, &Value::Null),
            send(address, ("DELETE", &path), right, &Value::Null)
        );
        let mut both = [one.status, other.status];
        both.sort_unstable();
        assert_eq!(both, [204, 404], "{what}: {} {}", one.body, other.body);
    }
}

/// Each adds its own to a list, and does so again on what it is told when another one was faster.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fault_31_who_makes_the_change_again_on_what_is_told_loses_nothing() {
    let running = running().await;
    let address = running.address;
    let certificate = running.local.create_certificate(&draft("a.example.com"), "a").await.unwrap();
    let path = format!("/certificates/{}", certificate.id);
    let tag = |current: &Value, writer: usize| {
        let mut tags = current["tags"].as_array().unwrap().clone();
        tags.push(json!(format!("by-{writer}")));
        json!({ "tags": tags })
    };
    let add_window = |current: &Value, writer: usize| {
        let mut settings = current.clone();
        settings["windows"].as_array_mut().unwrap().push(window(format!("by-{writer}")));
        settings
    };
    add_all(address, &path, "PATCH", tag).await;
    add_all(address, "/settings", "PUT", add_window).await;
    let mut tags: Vec<_> =
        read(address, &path).await.body["tags"].as_array().unwrap().iter().map(text).collect();
    tags.sort();
    let all: Vec<_> = (0..WRITERS).map(|writer| format!("by-{writer}")).collect();
    assert_eq!(tags, all);
    let settings = read(address, "/settings").await;
    let mut windows: Vec<_> =
        settings.body["windows"].as_array().unwrap().iter().map(|window| text(&window["name"])).collect();
    windows.sort();
    assert_eq!(windows, all);
    // What is stored is also what holds: a certificate may keep to each of them.
    for name in all {
        let before = read(address, &path).await;
        let window = json!({ "window": { "window": "named", "name": name } });
        let kept = send(address, ("PATCH", &path), before.revision, &window).await;
        assert_eq!(kept.status, 200, "{name}: {}", kept.body);
    }
}

async fn add_all(address: SocketAddr, path: &str, method: &'static str, change: fn(&Value, usize) -> Value) {
    let start = Arc::new(Barrier::new(WRITERS));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (start, path) = (Arc::clone(&start), path.to_owned());
            tokio::spawn(async move {
                let first = read(address, &path).await;
                let (mut current, mut revision) = (first.body, first.revision);
                start.wait().await;
                for _ in 0..=WRITERS {
                    let answer = send(address, (method, &path), revision, &change(&current, writer)).await;
                    if answer.status == 200 {
                        return;
                    }
                    assert_eq!(answer.status, 412, "{}", answer.body);
                    current = answer.body["current"].clone();
                    revision = current["revision"].as_i64();
                }
                panic!("writer {writer} has lost against more than there are");
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
}
