//! A transport for tests: answers from a script, and remembers what was asked.

use crate::base64url;
use crate::client::{Client, Settings};
use crate::transport::{Answer, Request, Transport, TransportError};
use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

pub(crate) type Line = Result<Answer, TransportError>;

pub(crate) struct Script {
    lines: Mutex<VecDeque<Line>>,
    asked: Mutex<Vec<Request>>,
}

impl Script {
    pub(crate) fn new(lines: impl IntoIterator<Item = Line>) -> Arc<Self> {
        Arc::new(Self { lines: Mutex::new(lines.into_iter().collect()), asked: Mutex::default() })
    }

    /// A script that starts with a directory and one nonce.
    pub(crate) fn opened(lines: impl IntoIterator<Item = Line>) -> Arc<Self> {
        let script = Self::new([directory(), reply(200, &[("replay-nonce", "first")], "")]);
        lines.into_iter().for_each(|line| script.push(line));
        script
    }

    pub(crate) fn push(&self, line: Line) {
        self.lines.lock().unwrap().push_back(line);
    }

    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn methods(&self) -> Vec<String> {
        self.asked().iter().map(|request| request.method.to_string()).collect()
    }

    /// The nonces of all signed requests.
    pub(crate) fn nonces(&self) -> Vec<String> {
        let signed = self.asked().into_iter().filter(|request| !request.body.is_empty());
        signed.map(|request| part(&request, "protected")["nonce"].as_str().unwrap().to_owned()).collect()
    }

    /// The header and payload of the last signed request.
    pub(crate) fn last(&self) -> (Value, Value) {
        let request = self.asked().pop().unwrap();
        (part(&request, "protected"), part(&request, "payload"))
    }
}

fn part(request: &Request, name: &str) -> Value {
    let signed: Value = serde_json::from_slice(&request.body).unwrap();
    let bytes = base64url::decode(signed[name].as_str().unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

#[async_trait]
impl Transport for Script {
    async fn send(&self, request: Request) -> Result<Answer, TransportError> {
        assert!(request.headers["user-agent"].to_str().unwrap().starts_with("certwright/"));
        self.asked.lock().unwrap().push(request);
        let line = self.lines.lock().unwrap().pop_front();
        line.expect("the script has an answer for every request")
    }
}

pub(crate) fn client(script: &Arc<Script>) -> Client {
    Client::new(Arc::clone(script) as Arc<dyn Transport>, "https://ca.example/dir", Settings::default())
        .unwrap()
}

pub(crate) fn reply(status: u16, headers: &[(&'static str, &str)], body: &str) -> Line {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    Ok(Answer { status, headers: map, body: body.as_bytes().to_vec() })
}

pub(crate) fn json_answer(status: u16, body: Value) -> Line {
    reply(status, &[("content-type", "application/json"), ("replay-nonce", "next")], &body.to_string())
}

pub(crate) fn directory() -> Line {
    let url = |name: &str| format!("https://ca.example/{name}");
    let body = json!({"newNonce": url("nonce"), "newAccount": url("account"), "newOrder": url("order"),
        "revokeCert": url("revoke"), "keyChange": url("key"), "renewalInfo": url("renewal")});
    reply(200, &[], &body.to_string())
}

pub(crate) fn bad_nonce(nonce: &str) -> Line {
    let body = json!({"type": "urn:ietf:params:acme:error:badNonce", "detail": "stale", "status": 400});
    reply(400, &[("replay-nonce", nonce)], &body.to_string())
}
