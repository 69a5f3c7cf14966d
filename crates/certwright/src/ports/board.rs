//! Our own http-01 listener: bound with the first answer, closed with the last, and blind to everything else.

use async_trait::async_trait;
use bytes::Bytes;
use certwright_contract::ports::ChallengeBoard;
use certwright_core::challenge::HTTP_01_PATH;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Authorities look from several places at once; more than this at a time is somebody else.
const MOST_CONNECTIONS: usize = 128;
const TIMEOUT: Duration = Duration::from_secs(10);

type Answers = Arc<Mutex<HashMap<String, String>>>;

struct Listening {
    answers: Answers,
    close: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

pub(super) struct Board {
    addresses: Vec<IpAddr>,
    ports: tokio::sync::Mutex<HashMap<u16, Listening>>,
}

impl Board {
    pub(super) fn new(addresses: Vec<IpAddr>) -> Self {
        Self { addresses, ports: tokio::sync::Mutex::default() }
    }

    /// A program that this service is just starting has our sockets for the moment between fork and exec: a port
    /// that was ours a moment ago may seem taken.
    async fn bind_patiently(&self, port: u16) -> Result<Vec<TcpListener>, String> {
        for _ in 0..20 {
            if let Ok(listeners) = self.bind(port).await {
                return Ok(listeners);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        self.bind(port).await
    }

    async fn bind(&self, port: u16) -> Result<Vec<TcpListener>, String> {
        if self.addresses.is_empty() {
            // One IPv6 socket takes IPv4 as well, except where the machine has no IPv6.
            let both = match TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).await {
                Ok(listener) => Ok(listener),
                Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Err(error),
                Err(_) => TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await,
            };
            return both.map(|listener| vec![listener]).map_err(|error| error.to_string());
        }
        let mut listeners = Vec::new();
        for address in &self.addresses {
            let address = SocketAddr::new(*address, port);
            listeners.push(TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}"))?);
        }
        Ok(listeners)
    }
}

#[async_trait]
impl ChallengeBoard for Board {
    async fn put(&self, port: u16, token: &str, key_authorization: &str) -> Result<(), String> {
        let mut ports = self.ports.lock().await;
        let listening = match ports.entry(port) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                let (answers, close) = (Answers::default(), CancellationToken::new());
                let listeners = self.bind_patiently(port).await?.into_iter();
                let tasks = listeners
                    .map(|listener| tokio::spawn(serve(listener, Arc::clone(&answers), close.clone())))
                    .collect();
                free.insert(Listening { answers, close, tasks })
            }
        };
        let mut answers = listening.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.insert(token.to_owned(), key_authorization.to_owned());
        Ok(())
    }

    async fn take(&self, port: u16, token: &str) {
        let mut ports = self.ports.lock().await;
        let Some(listening) = ports.get(&port) else { return };
        let empty = {
            let mut answers = listening.answers.lock().unwrap_or_else(PoisonError::into_inner);
            answers.remove(token);
            answers.is_empty()
        };
        if empty && let Some(listening) = ports.remove(&port) {
            listening.close.cancel();
            // Until the sockets are closed: who puts the next answer binds them again.
            for task in listening.tasks {
                let _ = task.await;
            }
        }
    }
}

async fn serve(listener: TcpListener, answers: Answers, close: CancellationToken) {
    let connections = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            () = close.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(permit) = Arc::clone(&connections).try_acquire_owned() else { continue };
        let answers = Arc::clone(&answers);
        tokio::spawn(async move {
            let _permit = permit;
            let service = service_fn(move |request| {
                let answer = answer(&request, &answers);
                async move { Ok::<_, Infallible>(answer) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(TIMEOUT)
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), service);
            let _ = tokio::time::timeout(TIMEOUT, connection).await;
        });
    }
}

fn answer(request: &http::Request<Incoming>, answers: &Answers) -> http::Response<Full<Bytes>> {
    let known = request
        .uri()
        .path()
        .strip_prefix(HTTP_01_PATH)
        .and_then(|token| answers.lock().unwrap_or_else(PoisonError::into_inner).get(token).cloned());
    let (status, body) = match known {
        Some(answer) => (http::StatusCode::OK, answer),
        None => (
            http::StatusCode::NOT_FOUND,
            "certwright answers ACME challenges here, and nothing else\n".to_owned(),
        ),
    };
    let mut response = http::Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert("server", http::HeaderValue::from_static("certwright"));
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("text/plain"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn closed_with_the_last_answer_it_can_be_opened_again_at_once() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let board = Board::new(vec![Ipv4Addr::LOCALHOST.into()]);
        for _ in 0..200 {
            board.put(port, "token", "answer").await.unwrap();
            board.take(port, "token").await;
        }
        std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap_err();
    }
}
