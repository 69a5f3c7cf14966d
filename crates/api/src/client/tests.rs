//! The client against a server that says exactly what it is told to say.

use super::*;
use crate::events::EventQuery;
use crate::problem::ProblemKind;
use crate::renewals::RenewRequest;
use crate::secret::SecretText;
use futures_util::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Gives these answers, one to each connection, and then the heads of the requests it got.
async fn answering(answers: Vec<String>) -> (Client, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heads = tokio::spawn(async move {
        let mut heads = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.windows(4).any(|four| four == b"\r\n\r\n") {
                let mut some = [0; 1024];
                let read = stream.read(&mut some).await.unwrap();
                head.extend_from_slice(&some[..read]);
            }
            heads.push(String::from_utf8(head).unwrap().to_ascii_lowercase());
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
        heads
    });
    let token = SecretText::from("t0ken".to_owned());
    (Client::new(Address::from_url(&url, token, None).unwrap()), heads)
}

fn answer(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

fn stream_of(messages: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n{messages}")
}

fn message(id: i64) -> String {
    format!(
        "id: {id}\nevent: note\ndata: {{\"id\":{id},\"at\":\"2026-01-01T00:00:00Z\",\"certificate\":null,\
         \"run\":null,\"step\":null,\"kind\":\"note\",\"level\":\"info\",\"message\":\"m\"}}\n\n"
    )
}

#[tokio::test]
async fn a_request_says_who_asks_and_is_known_again() {
    let body = r#"{"started":[],"started_count":0,"refused":[],"refused_count":0}"#;
    let (client, heads) = answering(vec![answer("202 Accepted", "application/json", body)]).await;
    client.renew(&RenewRequest::default(), "key-1").await.unwrap();
    let head = heads.await.unwrap().remove(0);
    for part in [
        "post /api/v1/renew http/1.1\r\n",
        "authorization: bearer t0ken\r\n",
        "idempotency-key: key-1\r\n",
        "content-type: application/json\r\n",
    ] {
        assert!(head.contains(part), "{part} in {head}");
    }
}

#[tokio::test]
async fn a_problem_document_is_an_error_and_anything_else_is_not_understood() {
    let problem = r#"{"type":"/problems/paused","title":"t","status":409,"detail":"x is paused","extra":1}"#;
    let (client, _) = answering(vec![
        answer("409 Conflict", "application/problem+json", problem),
        answer("502 Bad Gateway", "text/html", "<h1>no</h1>"),
        answer("200 OK", "application/json", "[]"),
    ])
    .await;
    let error = client.request("x", &Default::default(), "k").await.unwrap_err();
    assert!(error.is(ProblemKind::Paused), "{error}");
    assert_eq!(error.problem().unwrap().detail, "x is paused");
    for _ in 0..2 {
        let error = client.service().await.unwrap_err();
        assert!(matches!(error, ClientError::Unreadable { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_broken_stream_goes_on_after_the_last_event() {
    let first = format!("id: 4\n\n:\n\n{}{}id: 7\ndata: {{\"cut", message(5), message(6));
    let (client, heads) = answering(vec![
        stream_of(&first),
        stream_of(&message(7)),
        answer(
            "403 Forbidden",
            "application/problem+json",
            r#"{"type":"/problems/forbidden","title":"t","status":403,"detail":"no"}"#,
        ),
    ])
    .await;
    let query = EventQuery { run: Some("run-1".to_owned()), ..EventQuery::default() };
    let items: Vec<_> = client.events(query).collect().await;
    let ids: Vec<_> = items.iter().flatten().map(|event| event.id).collect();
    assert_eq!(ids, [5, 6, 7]);
    // A problem ends the stream, once.
    assert_eq!(items.len(), 4);
    assert!(items[3].as_ref().unwrap_err().is(ProblemKind::Forbidden));
    let heads = heads.await.unwrap();
    assert!(heads[0].starts_with("get /api/v1/events?run=run-1 "));
    assert!(!heads[0].contains("last-event-id"));
    assert!(heads[1].contains("last-event-id: 6\r\n"));
    assert!(heads[2].contains("last-event-id: 7\r\n"));
}

#[tokio::test]
async fn a_stream_cut_before_its_first_event_misses_nothing() {
    let (client, heads) = answering(vec![stream_of("id: 41\n\n"), stream_of(&message(42))]).await;
    let event = client.events(EventQuery::default()).next().await;
    assert_eq!(event.unwrap().unwrap().id, 42);
    assert!(heads.await.unwrap()[1].contains("last-event-id: 41\r\n"));
}
