//! A browser in small: it keeps its cookie, says which page it comes from, and shows every header of an answer.

use super::running::Running;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A password that is taken.
pub(crate) const PASSWORD: &str = "plain sailing in fog";
/// Another one.
pub(crate) const OTHER: &str = "seven red lanterns";

/// An answer, whole.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Answer {
    /// The kind of problem, without `/problems/`.
    pub(crate) fn kind(&self) -> &str {
        self.body["type"].as_str().unwrap_or_default().trim_start_matches("/problems/")
    }

    /// The first value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

/// A browser, or whatever else speaks HTTP.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    pub(crate) address: SocketAddr,
    /// `name=value`, once there is one.
    pub(crate) cookie: Option<String>,
    /// What stands for `Host` and `Origin`.
    pub(crate) host: String,
    pub(crate) origin: Option<String>,
    /// Further header lines.
    pub(crate) headers: Vec<String>,
}

impl Browser {
    /// One that has not signed in.
    pub(crate) fn new(address: SocketAddr) -> Self {
        let host = address.to_string();
        let origin = Some(format!("http://{host}"));
        Self { address, cookie: None, host, origin, headers: Vec::new() }
    }

    /// A program with this token, and no page.
    pub(crate) fn program(address: SocketAddr, token: &str) -> Self {
        let headers = vec![format!("Authorization: Bearer {token}")];
        Self { headers, origin: None, ..Self::new(address) }
    }

    /// The first administrator, signed in.
    pub(crate) async fn administrator(running: &Running, name: &str) -> Self {
        let mut browser = Self::new(running.address);
        let code = code(running, None).await;
        let set_up = json!({ "code": code, "name": name, "password": PASSWORD });
        let answer = browser.send("POST", "/setup", Some(set_up)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        browser
    }

    /// Somebody else, made by an administrator's program and signed in.
    pub(crate) async fn somebody(running: &Running, name: &str, role: &str) -> Self {
        let draft = json!({ "name": name, "password": PASSWORD, "role": role });
        let program = Self::program(running.address, super::running::TOKEN);
        let made = program.clone().send("POST", "/users", Some(draft)).await;
        assert_eq!(made.status, 201, "{made:?}");
        let mut browser = Self::new(running.address);
        assert_eq!(browser.sign_in(name, PASSWORD, None).await.status, 200);
        browser
    }

    /// Signs in, or tries to.
    pub(crate) async fn sign_in(&mut self, name: &str, password: &str, code: Option<&str>) -> Answer {
        let mut body = json!({ "name": name, "password": password });
        if let Some(code) = code {
            body["code"] = code.into();
        }
        self.send("POST", "/session", Some(body)).await
    }

    /// Reads.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    /// Whether it is signed in.
    pub(crate) async fn is_signed_in(&mut self) -> bool {
        self.get("/session").await.body["signed_in"] == true
    }

    /// Sends a request and keeps the cookie that comes back.
    pub(crate) async fn send(&mut self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let answer = self.ask(method, &format!("/api/v1{path}"), body).await;
        if let Some(set) = answer.header("set-cookie") {
            let pair = set.split(';').next().unwrap();
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        answer
    }

    /// The same at any path, keeping nothing.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.host);
        let mut line = |name: &str, value: &str| head.push_str(&format!("{name}: {value}\r\n"));
        if let Some(cookie) = &self.cookie {
            line("Cookie", cookie);
        }
        if let Some(origin) = &self.origin {
            line("Origin", origin);
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        if !body.is_empty() {
            line("Content-Type", "application/json");
        }
        line("Content-Length", &body.len().to_string());
        for header in &self.headers {
            head.push_str(&format!("{header}\r\n"));
        }
        let mut stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.unwrap();
        whole(stream).await
    }
}

/// The answer; of a stream without an end the head alone.
async fn whole(mut stream: tokio::net::TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let end = loop {
        let mut part = [0; 8192];
        let read = stream.read(&mut part).await.unwrap();
        bytes.extend_from_slice(&part[..read]);
        let head = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let endless = |head: &usize| bytes[..*head].windows(17).any(|window| window == b"text/event-stream");
        if read == 0 || head.as_ref().is_some_and(endless) {
            break head.expect("an answer has a head");
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head[9..12].parse().unwrap();
    let text = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
    let chunked = head.to_lowercase().contains("transfer-encoding: chunked");
    let text = if chunked { unchunked(&text) } else { text };
    Answer { status, head, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}

/// The chunks put together (RFC 9112 §7.1).
fn unchunked(text: &str) -> String {
    let mut rest = text;
    let mut whole = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let Some(chunk) = usize::from_str_radix(size.trim(), 16).ok().and_then(|size| after.get(..size))
        else {
            break;
        };
        whole.push_str(chunk);
        rest = after.get(chunk.len() + 2..).unwrap_or_default();
    }
    whole
}

/// The code of a new one-time link.
pub(crate) async fn code(running: &Running, user: Option<&str>) -> String {
    let link = running.local.create_link(user).await.unwrap();
    let path = link.path.reveal().to_owned();
    assert_eq!(link.url.unwrap().reveal(), format!("http://{}{path}", running.address));
    path.strip_prefix("/welcome#code=").unwrap().to_owned()
}
