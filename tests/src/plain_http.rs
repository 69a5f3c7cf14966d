//! A tiny HTTP/1.1 client over plain TCP, so that asking a test server involves none of the product's code.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result};

const LIMIT: Duration = Duration::from_secs(10);

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The header lines, without the status line.
    pub head: String,
    /// The body, as it came.
    pub body: String,
}

/// `GET path` from `127.0.0.1:port`, saying `Host: host`.
pub fn get(port: u16, host: &str, path: &str) -> Result<Answer> {
    exchange(port, &format!("GET {path} HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
        .with_context(|| format!("GET http://{host}:{port}{path}"))
}

/// `POST path` with a JSON body to `127.0.0.1:port`.
pub fn post(port: u16, path: &str, body: &str) -> Result<Answer> {
    let request = format!(
        "POST {path} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    exchange(port, &request).with_context(|| format!("POST http://127.0.0.1:{port}{path}"))
}

/// Sends one request and reads until the other side closes. HTTP/1.0 keeps answers free of chunks.
fn exchange(port: u16, request: &str) -> Result<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).context("connecting")?;
    stream.set_read_timeout(Some(LIMIT)).context("setting the read limit")?;
    stream.set_write_timeout(Some(LIMIT)).context("setting the write limit")?;
    stream.write_all(request.as_bytes()).context("sending")?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).context("reading the answer")?;
    parse(&String::from_utf8_lossy(&bytes))
}

fn parse(text: &str) -> Result<Answer> {
    let (head, body) = text.split_once("\r\n\r\n").context("the answer has no end of headers")?;
    let (status_line, head) = head.split_once("\r\n").unwrap_or((head, ""));
    let status = status_line
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .with_context(|| format!("not a status line: {status_line}"))?;
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart() {
        let answer = parse("HTTP/1.1 404 Not Found\r\nServer: x\r\nA: b\r\n\r\nno\r\n\r\nsuch").unwrap();
        assert_eq!(
            answer,
            Answer { status: 404, head: "Server: x\r\nA: b".to_owned(), body: "no\r\n\r\nsuch".to_owned() }
        );
        assert!(parse("garbage").is_err());
    }
}
