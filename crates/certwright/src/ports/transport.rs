//! Transports to authorities: HTTPS by the system's trust store, or by the roots in the authority's entry.

use async_trait::async_trait;
use certwright_acme::{Answer, Request, Transport, TransportError};
use certwright_engine::TransportFactory;
use reqwest::{Certificate, Client, redirect};
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

/// Makes transports.
#[derive(Clone, Copy, Debug, Default)]
pub struct Transports;

impl TransportFactory for Transports {
    fn transport(&self, roots: Option<&str>) -> Result<Arc<dyn Transport>, String> {
        // A signed request names its URL (RFC 8555 §6.4): following a redirect would sign for somewhere else.
        let mut builder = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(Duration::from_secs(15))
            .pool_idle_timeout(Duration::from_secs(30));
        if let Some(roots) = roots {
            let roots = Certificate::from_pem_bundle(roots.as_bytes()).map_err(|error| words(&error))?;
            builder = builder.tls_certs_only(roots);
        }
        Ok(Arc::new(Https { client: builder.build().map_err(|error| words(&error))? }))
    }
}

struct Https {
    client: Client,
}

#[async_trait]
impl Transport for Https {
    async fn send(&self, request: Request) -> Result<Answer, TransportError> {
        let sent = self
            .client
            .request(request.method, &request.url)
            .headers(request.headers)
            .body(request.body)
            .send();
        let mut answer = sent.await.map_err(|error| told(&error.without_url()))?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| told(&error.without_url()))? {
            if body.len() + chunk.len() > request.body_cap {
                return Err(TransportError::TooLarge { status, headers: Box::new(headers) });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, headers, body })
    }
}

/// The whole chain of causes: the outermost says only "error sending request".
fn words(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}

fn told(error: &reqwest::Error) -> TransportError {
    let said = words(error);
    let lower = said.to_lowercase();
    if error.is_timeout() {
        TransportError::TimedOut { said }
    } else if lower.contains("certificate") {
        TransportError::Untrusted { reason: said }
    } else if lower.contains("dns error") || lower.contains("failed to lookup") {
        TransportError::NameNotResolved { said }
    } else if error.is_connect() {
        TransportError::Unreachable { said }
    } else {
        TransportError::Other { said }
    }
}
