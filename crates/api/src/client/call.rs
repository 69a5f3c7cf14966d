//! One request and its answer; what is no success becomes an error with the problem document.

use super::connection::Address;
use super::query::{encode, query};
use super::{Client, ClientError};
use crate::problem::{CONTENT_TYPE, Problem};
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE as CONTENT_TYPE_HEADER, HOST, IF_MATCH};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use zeroize::Zeroizing;

/// A little more than the service gives itself, so that its own words arrive.
const ANSWER_WITHIN: Duration = Duration::from_secs(75);

/// The largest answer that is read. A page of 200 certificates with 100 names each is below 4 MiB.
const MOST_BYTES: usize = 32 << 20;

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A request being put together.
pub(super) struct Call {
    method: Method,
    path: String,
    body: Option<Result<Zeroizing<Vec<u8>>, String>>,
    headers: Vec<(HeaderName, String)>,
}

impl Call {
    fn new(method: Method, path: &str) -> Self {
        Self { method, path: path.to_owned(), body: None, headers: Vec::new() }
    }

    pub(super) fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    pub(super) fn post(path: &str) -> Self {
        Self::new(Method::POST, path)
    }

    pub(super) fn put(path: &str) -> Self {
        Self::new(Method::PUT, path)
    }

    pub(super) fn patch(path: &str) -> Self {
        Self::new(Method::PATCH, path)
    }

    pub(super) fn delete(path: &str) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// Adds a segment that came from a person.
    pub(super) fn segment(mut self, segment: &str) -> Self {
        self.path.push('/');
        self.path.push_str(&encode(segment));
        self
    }

    /// Adds a segment of ours.
    pub(super) fn then(mut self, segment: &str) -> Self {
        self.path.push('/');
        self.path.push_str(segment);
        self
    }

    pub(super) fn query(mut self, fields: &impl Serialize) -> Self {
        self.path.push_str(&query(fields));
        self
    }

    pub(super) fn body(mut self, body: &impl Serialize) -> Self {
        let written = serde_json::to_vec(body).map(Zeroizing::new).map_err(|error| error.to_string());
        self.body = Some(written);
        self
    }

    pub(super) fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn once(self, idempotency_key: &str) -> Self {
        self.header(IDEMPOTENCY_KEY.clone(), idempotency_key)
    }

    pub(super) fn if_revision(self, revision: i64) -> Self {
        self.header(IF_MATCH, format!("\"{revision}\""))
    }

    fn request(self, address: &Address) -> Result<Request<Full<Bytes>>, String> {
        let mut builder = Request::builder()
            .method(self.method)
            .uri(format!("{}/{}", crate::BASE, self.path))
            .header(HOST, address.host())
            .header(ACCEPT, "application/json, application/problem+json");
        if let Address::Tcp { token, .. } | Address::Tls { token, .. } = address {
            let value = Zeroizing::new(format!("Bearer {}", token.reveal()));
            let mut value =
                HeaderValue::from_str(&value).map_err(|_| "the token has odd characters".to_owned())?;
            value.set_sensitive(true);
            builder = builder.header(AUTHORIZATION, value);
        }
        for (name, value) in self.headers {
            builder = builder.header(name, value);
        }
        let body = match self.body {
            None => Bytes::new(),
            Some(body) => {
                builder = builder.header(CONTENT_TYPE_HEADER, "application/json");
                // `Bytes` takes the vector over; it is not wiped there, as hyper's own buffers are not.
                Bytes::from(std::mem::take(&mut *body?))
            }
        };
        builder.body(Full::new(body)).map_err(|error| error.to_string())
    }
}

impl Client {
    /// Sends it and gives the answer's head, if it is a success.
    pub(super) async fn open(&self, call: Call) -> Result<Response<Incoming>, ClientError> {
        let request = call.request(&self.address).map_err(|words| self.unsent(words))?;
        let mut sender = self.address.connect().await?;
        let response = sender.send_request(request).await.map_err(|error| self.unreadable(error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let is_problem = response
            .headers()
            .get(CONTENT_TYPE_HEADER)
            .is_some_and(|value| value.as_bytes().starts_with(CONTENT_TYPE.as_bytes()));
        let body = self.read(response).await?;
        Err(self.refusal(status, is_problem, &body))
    }

    async fn read(&self, response: Response<Incoming>) -> Result<Bytes, ClientError> {
        let body = Limited::new(response.into_body(), MOST_BYTES);
        let collected = body.collect().await.map_err(|error| self.unreadable(error))?;
        Ok(collected.to_bytes())
    }

    async fn answer(&self, call: Call) -> Result<Bytes, ClientError> {
        let exchange = async {
            let response = self.open(call).await?;
            self.read(response).await
        };
        tokio::time::timeout(ANSWER_WITHIN, exchange).await.unwrap_or_else(|_| {
            Err(ClientError::TimedOut { what: self.address.to_string(), seconds: ANSWER_WITHIN.as_secs() })
        })
    }

    /// Sends it and reads the answer.
    pub(super) async fn send<T: DeserializeOwned>(&self, call: Call) -> Result<T, ClientError> {
        let body = self.answer(call).await?;
        serde_json::from_slice(&body).map_err(|error| self.unreadable(error))
    }

    /// Sends it and expects nothing but success.
    pub(super) async fn send_only(&self, call: Call) -> Result<(), ClientError> {
        self.answer(call).await.map(drop)
    }

    fn refusal(&self, status: StatusCode, is_problem: bool, body: &[u8]) -> ClientError {
        match serde_json::from_slice::<Problem>(body) {
            Ok(problem) if is_problem => ClientError::Problem(Box::new(problem)),
            _ => self.unreadable(format!("status {status} without a problem document")),
        }
    }

    pub(super) fn unreadable(&self, words: impl ToString) -> ClientError {
        ClientError::Unreadable { what: self.address.to_string(), words: words.to_string() }
    }

    fn unsent(&self, words: String) -> ClientError {
        ClientError::Unreachable {
            what: self.address.to_string(),
            words: format!("the request cannot be written: {words}"),
            remedy: "leave out odd characters".to_owned(),
        }
    }
}
