//! What the service promises whoever asks.

use super::running::{TOKEN, draft, running};
use certwright_api::audit::AuditQuery;
use certwright_api::certificates::CertificateQuery;
use certwright_api::edits::{CertificateChanges, DeploymentDraft};
use certwright_api::events::{EventKind, EventQuery};
use certwright_api::health::Health;
use certwright_api::problem::ProblemKind;
use futures_util::StreamExt;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Status and whole answer of a request written by hand.
async fn raw(address: SocketAddr, head: &str, body: &str) -> (u16, String) {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let text = format!("{head}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    (answer[9..12].parse().unwrap(), answer)
}

#[tokio::test]
async fn a_certificate_is_created_once_changed_in_order_and_deleted() {
    let running = running().await;
    let client = &running.local;
    let created = client.create_certificate(&draft("a.example.com"), "key").await.unwrap();
    let again = client.create_certificate(&draft("a.example.com"), "key").await.unwrap();
    assert_eq!(created, again);
    assert_eq!(created.health, Health::NoneYet);
    let other = client.create_certificate(&draft("b.example.com"), "key").await.unwrap_err();
    assert!(other.is(ProblemKind::IdempotencyMismatch), "{other}");
    // The same key of somebody else is another request.
    let stranger = running.tcp.create_certificate(&draft("a.example.com"), "key").await.unwrap_err();
    assert!(stranger.is(ProblemKind::IdempotencyMismatch), "{stranger}");

    let notes = CertificateChanges { notes: Some("hello".to_owned()), ..CertificateChanges::default() };
    let changed = client.update_certificate("a.example.com", created.revision, &notes).await.unwrap();
    assert_eq!(changed.notes, "hello");
    let lost = client.update_certificate("a.example.com", created.revision, &notes).await.unwrap_err();
    assert!(lost.is(ProblemKind::Outdated), "{lost}");
    let current = lost.problem().unwrap().current.clone().unwrap();
    assert_eq!(current["revision"], changed.revision);

    let page = client.certificates(&CertificateQuery::default()).await.unwrap();
    assert_eq!((page.total, page.limit), (1, 50));
    let audit = running.tcp.audit(&AuditQuery::default()).await.unwrap();
    let uid = audit.items[0].who.strip_prefix("local uid ").unwrap();
    assert!(uid.parse::<u32>().is_ok());

    client.delete_certificate(&created.id, changed.revision).await.unwrap();
    let gone = client.certificate(&created.id).await.unwrap_err();
    assert!(gone.is(ProblemKind::NotFound), "{gone}");
}

#[tokio::test]
async fn refusals_name_fields_and_a_key_may_be_used_again_after_one() {
    let running = running().await;
    let mut wrong = draft("https://a.example.com/");
    let error = running.local.create_certificate(&wrong, "key").await.unwrap_err();
    assert!(error.is(ProblemKind::Refused), "{error}");
    assert_eq!(error.problem().unwrap().refusals[0].field, "identifiers[0]");
    wrong.identifiers = vec!["a.example.com".to_owned()];
    running.local.create_certificate(&wrong, "key").await.unwrap();
    wrong.deployments =
        Some(vec![DeploymentDraft { target: "toaster".to_owned(), settings: serde_json::Map::new() }]);
    wrong.name = Some("other".to_owned());
    let error = running.local.create_certificate(&wrong, "key-2").await.unwrap_err();
    assert_eq!(error.problem().unwrap().refusals[0].field, "deployments[0].target", "{error}");
}

#[tokio::test]
async fn the_door_is_shut_to_strangers_and_to_web_pages() {
    let running = running().await;
    let host = format!("Host: {}", running.address);
    let bearer = format!("Authorization: Bearer {TOKEN}");
    let json = "Content-Type: application/json";
    for (line, headers, body, status, slug) in [
        ("GET /api/v1/service", vec![&*host, &bearer], "", 200, ""),
        ("GET /api/v1/health", vec![&*host], "", 200, ""),
        ("GET /api/v1/health", vec!["Host: rebound.example"], "", 403, "forbidden"),
        ("GET /api/v1/service", vec![&*host], "", 401, "unauthorized"),
        ("GET /api/v1/service", vec![&*host, "Authorization: Bearer x"], "", 401, "unauthorized"),
        ("GET /api/v1/service", vec!["Host: rebound.example", &bearer], "", 403, "forbidden"),
        ("GET /api/v1/service", vec![&*host, &bearer, "Origin: http://evil.example"], "", 403, "forbidden"),
        ("GET /api/v1/nothing", vec![&*host, &bearer], "", 404, "no-such-path"),
        ("GET /api/v1/nothing", vec![&*host], "", 404, "no-such-path"),
        ("GET /assets/nothing", vec![&*host], "", 404, "no-such-path"),
        ("GET /", vec!["Host: rebound.example"], "", 403, "forbidden"),
        ("DELETE /api/v1/service", vec![&*host, &bearer], "", 405, "wrong-method"),
        ("GET /api/v1/runs?wat=1", vec![&*host, &bearer], "", 400, "unreadable"),
        ("POST /api/v1/certificates", vec![&*host, &bearer, json], "{", 400, "unreadable"),
        ("POST /api/v1/certificates", vec![&*host, &bearer], "{\"identifiers\":[]}", 400, "unreadable"),
        ("PATCH /api/v1/certificates/x", vec![&*host, &bearer, json], "{}", 428, "precondition-required"),
        ("DELETE /api/v1/certificates/x", vec![&*host, &bearer, "If-Match: \"1\""], "", 404, "not-found"),
    ] {
        let head = format!("{line} HTTP/1.1\r\n{}", headers.join("\r\n"));
        let (found, answer) = raw(running.address, &head, body).await;
        assert_eq!(found, status, "{head}\n{answer}");
        if !slug.is_empty() {
            assert!(answer.contains(&format!("/problems/{slug}")), "{head}\n{answer}");
            assert!(answer.contains("application/problem+json"), "{head}\n{answer}");
        }
    }
    let large = format!("{{\"identifiers\":[\"{}\"]}}", "a".repeat(2 << 20));
    let head = format!("POST /api/v1/certificates HTTP/1.1\r\n{host}\r\n{bearer}\r\n{json}");
    let mut stream = tokio::net::TcpStream::connect(running.address).await.unwrap();
    let text = format!("{head}\r\nContent-Length: {}\r\n\r\n", large.len());
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 413");
}

#[tokio::test]
async fn lists_come_compressed_to_whoever_takes_that_and_events_come_at_once() {
    let running = running().await;
    for name in ["a.example.com", "b.example.com", "c.example.com"] {
        running.local.create_certificate(&draft(name), name).await.unwrap();
    }
    let asked = |path: &str, more: &str| {
        format!(
            "GET /api/v1{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close{more}\r\n\r\n",
            running.address
        )
    };
    let answer = async |request: String| {
        let mut stream = tokio::net::TcpStream::connect(running.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let at = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        (String::from_utf8_lossy(&answer[..at]).to_lowercase(), answer.len() - at)
    };
    let (plain, whole) = answer(asked("/certificates", "")).await;
    let (packed, small) = answer(asked("/certificates", "\r\nAccept-Encoding: gzip")).await;
    assert!(!plain.contains("content-encoding"), "{plain}");
    assert!(packed.contains("content-encoding: gzip"), "{packed}");
    assert!(small * 2 < whole, "{small} bytes of {whole}");

    let mut stream = tokio::net::TcpStream::connect(running.address).await.unwrap();
    let request = asked("/events?after=0", "\r\nAccept: text/event-stream\r\nAccept-Encoding: gzip");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut seen = String::new();
    while !seen.contains("certificate-changed") {
        let mut part = [0; 4096];
        let number = stream.read(&mut part).await.unwrap();
        assert!(number > 0, "the stream ended: {seen}");
        seen.push_str(std::str::from_utf8(&part[..number]).unwrap());
    }
}

#[tokio::test]
async fn events_are_replayed_and_then_come_as_they_happen_until_the_shutdown() {
    let running = running().await;
    let client = running.local.clone();
    client.create_certificate(&draft("a.example.com"), "1").await.unwrap();
    let mut all = client.events(EventQuery { after: Some(0), ..EventQuery::default() });
    let mut fresh = client.events(EventQuery::default());
    let first = all.next().await.unwrap().unwrap();
    assert_eq!(first.kind, EventKind::CertificateChanged);
    let newest = tokio::spawn(async move { fresh.next().await.unwrap().unwrap() });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let second = client.create_certificate(&draft("b.example.com"), "2").await.unwrap();
    let event = newest.await.unwrap();
    assert_eq!(event.certificate.as_deref(), Some(second.id.as_str()));
    let list = client.event_list(&EventQuery::default()).await.unwrap();
    assert_eq!(list.latest, event.id);
    assert_eq!(list.items.last(), Some(&event));

    let socket = running.folder.path().join("api.sock");
    assert!(socket.exists());
    running.shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(5), running.served).await.unwrap().unwrap();
    assert!(!socket.exists());
}

#[tokio::test]
async fn what_the_client_reads_is_what_the_service_says() {
    let running = running().await;
    for client in [&running.local, &running.tcp] {
        let service = client.service().await.unwrap();
        assert_eq!(service.listeners.len(), 2);
        assert_eq!(client.health().await.unwrap().status, "ok");
        assert!(client.authorities().await.unwrap().iter().any(|authority| authority.id == "letsencrypt"));
        assert!(client.accounts().await.unwrap().is_empty());
        assert!(!client.targets().await.unwrap().is_empty());
        assert!(client.openapi().await.unwrap()["paths"]["/api/v1/runs"].is_object());
    }
}
