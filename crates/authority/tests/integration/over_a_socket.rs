//! The authority behind a real socket, a web server for challenges, and a transport for our client.

use async_trait::async_trait;
use bytes::Bytes;
use certwright_acme::{Answer, Request, Transport, TransportError};
use certwright_authority::Authority;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Something that listens until it is dropped.
pub(crate) struct Listening {
    task: JoinHandle<()>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Answers every connection with this.
fn listen<F, Fut>(listener: TcpListener, answer: F) -> Listening
where
    F: Fn(SocketAddr, http::Request<Bytes>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = http::Response<Bytes>> + Send + 'static,
{
    let task = tokio::spawn(async move {
        loop {
            let Ok((stream, peer)) = listener.accept().await else { return };
            let answer = answer.clone();
            let service = service_fn(move |request: http::Request<Incoming>| {
                let answer = answer.clone();
                async move {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
                    let response = answer(peer, http::Request::from_parts(head, body)).await;
                    Ok::<_, Infallible>(response.map(Full::new))
                }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    Listening { task }
}

/// Serves an authority.
pub(crate) fn serve(listener: TcpListener, authority: Authority) -> Listening {
    listen(listener, move |peer, request| {
        let authority = authority.clone();
        async move { authority.answer(peer.ip(), request).await }
    })
}

/// Serves bodies by path; a body that is a path of its own is a redirect to it.
pub(crate) fn serve_challenges(
    listener: TcpListener,
    bodies: Arc<Mutex<HashMap<String, String>>>,
) -> Listening {
    listen(listener, move |_, request| {
        let body = bodies.lock().unwrap().get(request.uri().path()).cloned();
        async move {
            let builder = http::Response::builder();
            match body {
                Some(path) if path.starts_with('/') => {
                    builder.status(302).header("location", path).body(Bytes::new()).unwrap()
                }
                Some(body) => builder.body(Bytes::from(body)).unwrap(),
                None => builder.status(404).body(Bytes::new()).unwrap(),
            }
        }
    })
}

/// Plain HTTP to one address, for our client.
pub(crate) struct Plain(pub(crate) SocketAddr);

#[async_trait]
impl Transport for Plain {
    async fn send(&self, request: Request) -> Result<Answer, TransportError> {
        let said = |error: &dyn std::fmt::Display| TransportError::Other { said: error.to_string() };
        let stream = TcpStream::connect(self.0).await.map_err(|error| said(&error))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| said(&error))?;
        let driver = tokio::spawn(connection);
        let path = request.url.splitn(4, '/').nth(3).unwrap_or_default();
        let mut message = http::Request::new(Full::new(Bytes::from(request.body)));
        *message.method_mut() = request.method;
        *message.uri_mut() = format!("/{path}").parse().map_err(|error| said(&error))?;
        *message.headers_mut() = request.headers;
        message.headers_mut().insert("host", self.0.to_string().parse().map_err(|error| said(&error))?);
        let response = sender.send_request(message).await.map_err(|error| said(&error))?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| said(&error))?.to_bytes().to_vec();
        driver.abort();
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }
}
