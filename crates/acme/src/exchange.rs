//! One request and its answer, with the limits that hold for all of them.

use crate::client::Client;
use crate::error::Error;
use crate::failure::{failure, is_success};
use crate::nonce;
use crate::observer::{Exchange, answer_summary};
use crate::retry_after::RetryAfter;
use crate::transport::{Answer, Request, TransportError};
use crate::url;
use http::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use std::time::Instant;

const AGENT: HeaderValue = HeaderValue::from_static(concat!("certwright/", env!("CARGO_PKG_VERSION")));
const JOSE: HeaderValue = HeaderValue::from_static("application/jose+json");

/// A request as the rest of this crate speaks of it.
pub(crate) struct Call<'a> {
    pub(crate) attempted: &'a str,
    pub(crate) method: Method,
    pub(crate) url: &'a str,
    pub(crate) accept: &'static str,
    pub(crate) body: Vec<u8>,
    pub(crate) summary: Option<&'a str>,
}

impl Client {
    /// A plain GET, for the few resources that need no signature (RFC 8555 §6.3, RFC 9773 §4.1).
    pub(crate) async fn get(&self, attempted: &str, url: &str) -> Result<Answer, Error> {
        let call = Call {
            attempted,
            method: Method::GET,
            url,
            accept: "application/json",
            body: Vec::new(),
            summary: None,
        };
        let answer = self.exchange(call).await?;
        self.harvest(&answer.headers);
        if is_success(&answer) { Ok(answer) } else { Err(failure(attempted, &answer)) }
    }

    /// Keeps the answer's nonce for the next request.
    pub(crate) fn harvest(&self, headers: &HeaderMap) {
        if let Some(nonce) = nonce::of(headers) {
            self.shared.nonces.put(nonce);
        }
    }

    /// Sends one request within the limits, and tells the observer. Answers of every status are `Ok`.
    pub(crate) async fn exchange(&self, call: Call<'_>) -> Result<Answer, Error> {
        let Call { attempted, method, url, accept, body, summary } = call;
        let hostile = |what: &str| Error::HostileAnswer {
            attempted: attempted.to_owned(),
            what: what.to_owned(),
            status: None,
            retry_after: None,
        };
        url::check(url).map_err(hostile)?;
        if url::is_downgrade(&self.shared.directory_url, url) {
            return Err(hostile("an address without encryption, though its directory is encrypted"));
        }
        let settings = self.shared.settings;
        let request = Request {
            method: method.clone(),
            url: url.to_owned(),
            headers: headers(accept, !body.is_empty()),
            body,
            body_cap: settings.body_cap,
        };
        let started = Instant::now();
        let sent = tokio::time::timeout(settings.timeout, self.shared.transport.send(request)).await;
        let took = started.elapsed();
        let too_large = |status, headers: &HeaderMap| Error::TooLarge {
            attempted: attempted.to_owned(),
            cap: settings.body_cap,
            status,
            retry_after: RetryAfter::of(headers),
        };
        let outcome = match sent {
            Err(_) => Err(Error::TimedOut { attempted: attempted.to_owned(), after: settings.timeout }),
            Ok(Ok(answer)) if answer.body.len() > settings.body_cap => {
                self.harvest(&answer.headers);
                Err(too_large(answer.status, &answer.headers))
            }
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(TransportError::TimedOut { .. })) => {
                Err(Error::TimedOut { attempted: attempted.to_owned(), after: took })
            }
            Ok(Err(TransportError::TooLarge { status, headers })) => {
                self.harvest(&headers);
                Err(too_large(status, &headers))
            }
            Ok(Err(source)) => Err(Error::Transport { attempted: attempted.to_owned(), source }),
        };
        let status = outcome.as_ref().map_or_else(Error::status, |answer| Some(answer.status));
        tracing::debug!(%method, url, status, took_ms = took.as_millis(), "acme exchange");
        if let Some(observer) = &self.observer {
            observer.exchange(&Exchange {
                method,
                url: url.to_owned(),
                request: summary.map(str::to_owned),
                status: outcome.as_ref().map(|answer| answer.status).map_err(ToString::to_string),
                answer: outcome.as_ref().map(|answer| answer_summary(&answer.body)).unwrap_or_default(),
                retry_after: match &outcome {
                    Ok(answer) => RetryAfter::of(&answer.headers),
                    Err(error) => error.retry_after(),
                },
                took,
            });
        }
        outcome
    }
}

fn headers(accept: &'static str, has_body: bool) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, AGENT);
    headers.insert(ACCEPT, HeaderValue::from_static(accept));
    // RFC 8555 §6.1 asks for it: problem details are for humans.
    headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("en"));
    if has_body {
        headers.insert(CONTENT_TYPE, JOSE);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Settings;
    use crate::observer::Observer;
    use crate::script::{Script, client, directory, reply};
    use crate::transport::Transport;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    struct Silent;

    #[async_trait::async_trait]
    impl Transport for Silent {
        async fn send(&self, _request: Request) -> Result<Answer, TransportError> {
            std::future::pending().await
        }
    }

    #[derive(Default)]
    struct Log(Mutex<Vec<Exchange>>);

    impl Observer for Log {
        fn exchange(&self, exchange: &Exchange) {
            self.0.lock().unwrap().push(exchange.clone());
        }
    }

    #[tokio::test]
    async fn a_silent_server_ends_in_a_timeout() {
        let settings = Settings { timeout: Duration::from_millis(20), ..Settings::default() };
        let client = Client::new(Arc::new(Silent), "https://ca.example/dir", settings).unwrap();
        let error = client.directory().await.unwrap_err();
        assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
        assert_eq!(
            error.to_string(),
            "could not fetch the directory https://ca.example/dir: no answer within 0.02 s"
        );
        assert!(error.is_passing());
    }

    #[tokio::test]
    async fn a_huge_answer_is_refused_whether_or_not_the_transport_stopped() {
        let headers = reply(200, &[("retry-after", "5")], "").unwrap().headers;
        for line in [
            reply(200, &[("retry-after", "5")], &"x".repeat((1 << 20) + 1)),
            Err(TransportError::TooLarge { status: 200, headers: Box::new(headers) }),
        ] {
            let error = client(&Script::new([line])).directory().await.unwrap_err();
            assert!(matches!(error, Error::TooLarge { cap: 1_048_576, status: 200, .. }), "{error:?}");
            assert_eq!(error.retry_after(), Some(RetryAfter::Seconds(5)));
            assert!(!error.is_passing());
        }
    }

    #[tokio::test]
    async fn encryption_is_not_left() {
        let script = Script::new([]);
        let error = client(&script).get("look", "http://ca.example/order/1").await.unwrap_err();
        assert!(matches!(error, Error::HostileAnswer { .. }), "{error:?}");
        assert!(script.asked().is_empty());
    }

    #[tokio::test]
    async fn what_the_transport_said_is_kept_and_observed() {
        let said = || "dns error".to_owned();
        let script = Script::new([Err(TransportError::NameNotResolved { said: said() }), directory()]);
        let log = Arc::new(Log::default());
        let client = client(&script).observed_by(Arc::clone(&log) as Arc<dyn Observer>);
        let error = client.directory().await.unwrap_err();
        assert!(error.to_string().ends_with("the name could not be resolved: dns error"), "{error}");
        client.directory().await.unwrap();
        client.directory().await.unwrap();
        let log = log.0.lock().unwrap();
        assert_eq!(log.len(), 2, "the second directory came from memory");
        assert!(log[0].status.as_ref().unwrap_err().contains("dns error"));
        assert_eq!(log[1].status, Ok(200));
        assert!(log[1].answer.contains("newNonce"));
    }
}
