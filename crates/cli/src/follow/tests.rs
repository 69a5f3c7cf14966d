//! Whole commands against a small service that tells a story: requests are answered from a table.

use crate::exit::Exit;
use crate::samples::{certificate, now, run};
use crate::{Command, Defaults, Options};
use certwright_api::events::{Event, EventKind, EventList, Level};
use certwright_api::page::Page;
use certwright_api::problem::{Problem, ProblemKind};
use certwright_api::runs::{Run, RunState};
use clap::{CommandFactory, Parser};
use std::path::PathBuf;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

#[derive(Debug, Parser)]
struct Program {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    options: Options,
}

/// What the service says of the runs, and of the request itself.
#[derive(Clone)]
struct Story {
    runs: Vec<Run>,
    refusal: Option<Problem>,
}

fn answer(story: &Story, method: &str, path: &str) -> (u16, &'static str, String) {
    let json = |text: serde_json::Result<String>| (200, "application/json", text.unwrap());
    let event = Event {
        id: 8,
        at: now(),
        certificate: Some("cert-1".to_owned()),
        run: Some("run-1".to_owned()),
        step: None,
        kind: EventKind::RunEnded,
        level: Level::Info,
        message: "obtaining the certificate: done".to_owned(),
    };
    match (method, path.split('?').next().unwrap()) {
        ("GET", "/api/v1/events/list") => {
            json(serde_json::to_string(&EventList { items: Vec::new(), latest: 7 }))
        }
        ("GET", "/api/v1/events") => {
            assert!(path.contains("after=7"), "{path}");
            let data = serde_json::to_string(&event).unwrap();
            (200, "text/event-stream", format!("id: 8\nevent: run-ended\ndata: {data}\n\n"))
        }
        ("POST", "/api/v1/certificates/shop/request") => match &story.refusal {
            Some(problem) => {
                (problem.status, "application/problem+json", serde_json::to_string(problem).unwrap())
            }
            None => json(serde_json::to_string(&run("run-1", None, RunState::Active))),
        },
        ("GET", "/api/v1/runs") => {
            let (items, total) = (story.runs.clone(), story.runs.len() as u64);
            json(serde_json::to_string(&Page { items, total, offset: 0, limit: 50 }))
        }
        ("GET", "/api/v1/certificates/cert-1") => json(serde_json::to_string(&certificate())),
        other => panic!("nobody should ask for {other:?}"),
    }
}

async fn serve(mut stream: UnixStream, story: &Story) {
    let mut request = Vec::new();
    while !request.windows(4).any(|four| four == b"\r\n\r\n") {
        if stream.read_buf(&mut request).await.unwrap() == 0 {
            return;
        }
    }
    let head = String::from_utf8_lossy(&request).into_owned();
    let mut words = head.split(' ');
    let (status, kind, body) = answer(story, words.next().unwrap(), words.next().unwrap());
    let head = format!("HTTP/1.1 {status} -\r\ncontent-type: {kind}\r\n");
    if kind == "text/event-stream" {
        // The stream stays open, as the service's does.
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.unwrap();
        let _ = stream.read(&mut [0; 1]).await;
    } else {
        let text = format!("{head}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        stream.write_all(text.as_bytes()).await.unwrap();
    }
}

async fn request(story: Story) -> Exit {
    let socket: PathBuf = std::env::temp_dir().join(format!("certwright-cli-{}", crate::session::once()));
    let listener = UnixListener::bind(&socket).unwrap();
    let service = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let story = story.clone();
            tokio::spawn(async move { serve(stream, &story).await });
        }
    });
    let line = format!("certwright cert request shop --yes --quiet --socket {}", socket.display());
    let program = Program::try_parse_from(line.split(' ')).unwrap();
    let look = |socket: PathBuf| -> crate::Look {
        Box::pin(async move { crate::samples::absence(&socket.display().to_string()) })
    };
    let defaults = Defaults { socket: "/nowhere".into(), program: Program::command(), look };
    let exit = crate::run(program.command, &program.options, defaults).await;
    service.abort();
    std::fs::remove_file(socket).unwrap();
    exit
}

#[tokio::test]
async fn a_request_is_followed_through_its_deployments_to_its_end() {
    let obtained = run("run-1", None, RunState::Done);
    let deployed = |state| run("run-2", Some("dep-1"), state);
    for (runs, exit) in [
        (vec![deployed(RunState::Done), obtained.clone()], Exit::Done),
        (vec![deployed(RunState::Failed), obtained], Exit::Failed),
        (vec![run("run-1", None, RunState::Cancelled)], Exit::Failed),
    ] {
        assert_eq!(request(Story { runs, refusal: None }).await, exit);
    }
}

#[tokio::test]
async fn a_plan_that_has_changed_is_no_request() {
    let problem = Problem {
        difference: vec!["- port 80".to_owned(), "+ webroot".to_owned()],
        ..Problem::new(ProblemKind::PlanChanged, "a step differs", "look again")
    };
    let story = Story { runs: Vec::new(), refusal: Some(problem) };
    assert_eq!(request(story).await, Exit::Changed);
}
