//! From a request to an answer: what may come in at all, where it goes, and the headers that every answer has.

use crate::authority::{Authority, Shared};
use crate::problem::Problem;
use crate::route::Route;
use crate::settings::Reach;
use crate::signed::Signed;
use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LINK, LOCATION, RETRY_AFTER,
};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::Value;
use std::net::IpAddr;

const REPLAY_NONCE: HeaderName = HeaderName::from_static("replay-nonce");

/// An answer on its way.
#[derive(Debug)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(HeaderName, String)>,
    body: Bytes,
}

impl Answer {
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::bytes(status, "application/json", value.to_string())
    }

    pub(crate) fn bytes(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..Self::empty(status) }.with(CONTENT_TYPE, content_type)
    }

    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn at(self, location: String) -> Self {
        self.with(LOCATION, location)
    }

    pub(crate) fn linked(self, address: &str, relation: &str) -> Self {
        self.with(LINK, format!("<{address}>;rel=\"{relation}\""))
    }

    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        self.with(RETRY_AFTER, seconds.to_string())
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        let body = problem.document().to_string();
        let mut answer = Self::bytes(problem.status, "application/problem+json", body);
        if let Some(seconds) = problem.retry_after {
            answer = answer.retry_after(seconds);
        }
        if let Some(location) = problem.location {
            answer = answer.at(location);
        }
        if let Some(methods) = problem.allow {
            answer = answer.with(ALLOW, methods);
        }
        answer
    }
}

impl Authority {
    /// Answers one request. `source` is the address it came from, by which floods are counted; the request's address
    /// is its path and query. Never fails, and never panics, whatever comes in.
    ///
    /// Whoever mounts it should stop reading a body after [`Limits::body`](crate::Limits) bytes and pass on what it
    /// has: one byte more is refused here.
    pub async fn answer(&self, source: IpAddr, request: Request<Bytes>) -> Response<Bytes> {
        let shared = &self.shared;
        let is_post = request.method() == Method::POST;
        let is_head = request.method() == Method::HEAD;
        let target = request.uri().path_and_query().map_or("", |target| target.as_str());
        let route = target
            .strip_prefix(shared.addresses.path())
            .and_then(|rest| rest.strip_prefix('/'))
            .and_then(Route::read);
        let mut answer = match admit(shared, source, &request, route) {
            Ok(route) => shared.perform(source, &request, route, target).await.unwrap_or_else(Answer::from),
            Err(problem) => Answer::from(problem),
        };
        if route != Some(Route::Directory) {
            // RFC 8555 §7.1: on every answer but that of the directory itself.
            answer = answer.linked(&self.directory(), "index");
        }
        if is_post || matches!(route, Some(Route::NewNonce)) {
            // RFC 8555 §6.5: on every answer to a POST, the refusals included.
            let nonce = shared.nonces.give(shared.parts.chance.draw());
            answer = answer.with(REPLAY_NONCE, nonce).with(CACHE_CONTROL, "no-store");
        }
        respond(answer, is_head)
    }
}

fn respond(answer: Answer, is_head: bool) -> Response<Bytes> {
    let mut response = Response::new(if is_head { Bytes::new() } else { answer.body });
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        // All of ours are ASCII; what a client gave stands in bodies only.
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// Refuses what is not for us, too large, or sent in another way, before anything of it is read.
fn admit<'a>(
    shared: &Shared,
    source: IpAddr,
    request: &Request<Bytes>,
    route: Option<Route<'a>>,
) -> Result<Route<'a>, Problem> {
    let limits = &shared.parts.limits;
    if matches!(shared.settings.reach, Reach::Loopback { .. }) && !source.to_canonical().is_loopback() {
        return Err(Problem::unauthorized("this authority serves the machine it runs on, and no other"));
    }
    if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > limits.address) {
        return Err(Problem::malformed("the address is too long").with_status(414));
    }
    if size_of_headers(request.headers()) > limits.headers {
        return Err(Problem::malformed("the headers are too large").with_status(431));
    }
    if request.body().len() > limits.body {
        let detail = format!("the body has more than {} bytes", limits.body);
        return Err(Problem::malformed(detail).with_status(413));
    }
    let route = route.ok_or_else(Problem::not_found)?;
    let methods = route.methods();
    if !methods.split(", ").any(|method| method == request.method().as_str()) {
        let mut problem = Problem::malformed(format!("this address takes {methods}")).with_status(405);
        problem.allow = Some(methods);
        return Err(problem);
    }
    Ok(route)
}

fn size_of_headers(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

impl Shared {
    async fn perform(
        &self,
        source: IpAddr,
        request: &Request<Bytes>,
        route: Route<'_>,
        target: &str,
    ) -> Result<Answer, Problem> {
        match route {
            Route::RenewalInformation(id) => return self.renewal_information(id).await,
            Route::RevocationList => return self.published_list().await,
            Route::RootPem => return Ok(self.root_pem()),
            Route::RootDer => return Ok(self.root_der()),
            Route::Directory if request.method() != Method::POST => return Ok(self.directory_object()),
            Route::NewNonce if request.method() != Method::POST => {
                // RFC 8555 §7.2: 200 for HEAD, 204 for GET.
                return Ok(Answer::empty(if request.method() == Method::HEAD { 200 } else { 204 }));
            }
            _ => {}
        }
        let url = self.addresses.absolute(target);
        let signed = self.verify(request.headers(), request.body(), url).await?;
        match route {
            Route::NewAccount => self.new_account(source, signed).await,
            // It also takes requests that are signed by the certificate's own key (RFC 8555 §7.6).
            Route::RevokeCertificate => self.revoke(signed).await,
            _ => self.perform_for_account(signed, route).await,
        }
    }

    async fn perform_for_account(&self, signed: Signed, route: Route<'_>) -> Result<Answer, Problem> {
        signed.account_ref()?;
        match route {
            Route::Directory => signed.asks_only().map(|()| self.directory_object()),
            Route::NewNonce => signed.asks_only().map(|()| Answer::empty(204)),
            Route::NewOrder => self.new_order(signed).await,
            Route::KeyChange => self.change_key(signed).await,
            Route::Account(id) => self.account_request(signed, id).await,
            Route::Orders(id, after) => self.orders(signed, id, after).await,
            Route::Order(id) => self.order_request(signed, id).await,
            Route::Finalize(id) => self.finalize(signed, id).await,
            Route::Authorization(id) => self.authorization_request(signed, id).await,
            Route::Challenge(id) => self.challenge_request(signed, id).await,
            Route::Certificate(serial) => self.certificate(signed, serial).await,
            _ => Err(Problem::not_found()),
        }
    }
}
