//! Plain HTTP looks at exactly one address, following nothing, reading little.

use async_trait::async_trait;
use bytes::Bytes;
use certwright_contract::ports::{HttpLook, HttpProbe};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_util::rt::TokioIo;
use std::borrow::Cow;
use std::net::{Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpStream;

const TIMEOUT: Duration = Duration::from_secs(10);
const MOST_BODY: usize = 4096;

#[derive(Clone, Copy, Debug)]
pub(super) struct PlainHttp;

#[async_trait]
impl HttpProbe for PlainHttp {
    async fn get(&self, address: SocketAddr, host: &str, path: &str) -> Result<HttpLook, String> {
        tokio::time::timeout(TIMEOUT, look(address, host, path))
            .await
            .map_err(|_| format!("no answer within {} s", TIMEOUT.as_secs()))?
    }
}

/// As it stands in a URL and in a `Host` header: an IPv6 address in brackets (RFC 3986 §3.2.2).
fn in_a_url(host: &str) -> Cow<'_, str> {
    match host.parse::<Ipv6Addr>() {
        Ok(address) => format!("[{address}]").into(),
        Err(_) => host.into(),
    }
}

async fn look(address: SocketAddr, host: &str, path: &str) -> Result<HttpLook, String> {
    let stream = TcpStream::connect(address).await.map_err(|error| format!("no connection: {error}"))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| format!("no HTTP: {error}"))?;
    let driver = tokio::spawn(connection);
    let request = http::Request::get(path)
        .header("Host", &*in_a_url(host))
        .header("User-Agent", concat!("certwright/", env!("CARGO_PKG_VERSION")))
        .header("Connection", "close")
        .body(Empty::<Bytes>::new())
        .map_err(|error| format!("no request can be made: {error}"))?;
    let answer = sender.send_request(request).await.map_err(|error| format!("no HTTP answer: {error}"))?;
    let header = |name: &str| {
        answer
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(|text| text.chars().take(300).collect::<String>())
    };
    let (status, location, server) = (answer.status().as_u16(), header("location"), header("server"));
    // A body that is too long is no fault of the look: what it says first is enough.
    let body = Limited::new(answer.into_body(), MOST_BODY)
        .collect()
        .await
        .map(|body| body.to_bytes())
        .unwrap_or_default();
    driver.abort();
    let body = String::from_utf8_lossy(&body).chars().filter(|c| !c.is_control() || *c == '\n').collect();
    Ok(HttpLook { status, location, server, body })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    /// The `Host` header that a server is sent.
    async fn sent(host: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            stream.write_all(b"HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n").await.unwrap();
            String::from_utf8(request).unwrap()
        });
        let look = PlainHttp.get(address, host, "/path").await.unwrap();
        assert_eq!((look.status, look.server.as_deref()), (204, Some("x")));
        let request = server.await.unwrap();
        assert!(request.starts_with("GET /path HTTP/1.1\r\n"), "{request}");
        let line = request.lines().find(|line| line.to_lowercase().starts_with("host:")).unwrap();
        line["host:".len()..].trim().to_owned()
    }

    #[tokio::test]
    async fn an_ipv6_address_is_in_brackets_and_nothing_else_is() {
        assert_eq!(sent("2001:db8::1").await, "[2001:db8::1]");
        assert_eq!(sent("192.0.2.1").await, "192.0.2.1");
        assert_eq!(sent("shop.example.test").await, "shop.example.test");
    }
}
