//! Plain HTTP looks at exactly one address, following nothing, reading little.

use async_trait::async_trait;
use bytes::Bytes;
use certwright_contract::ports::{HttpLook, HttpProbe};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
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

async fn look(address: SocketAddr, host: &str, path: &str) -> Result<HttpLook, String> {
    let stream = TcpStream::connect(address).await.map_err(|error| format!("no connection: {error}"))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| format!("no HTTP: {error}"))?;
    let driver = tokio::spawn(connection);
    let request = http::Request::get(path)
        .header("Host", host)
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
