//! The seam to HTTP: whoever implements [`Transport`] owns the TLS roots, proxies and connections.

use async_trait::async_trait;
use http::{HeaderMap, Method};
use std::fmt;

/// Sends one request and reads one answer.
///
/// Implementors must not follow redirects: a signed request names the URL it is for (RFC 8555 §6.4),
/// and a redirect could lead anywhere.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends `request` once, without retrying, and reads at most [`Request::body_cap`] bytes of the body.
    async fn send(&self, request: Request) -> Result<Answer, TransportError>;
}

/// One HTTP request, complete with all headers this crate wants sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// GET, HEAD or POST.
    pub method: Method,
    /// An http or https URL, already checked.
    pub url: String,
    /// User-Agent (which RFC 8555 §6.1 demands), Accept-Language, Accept and, with a body, Content-Type.
    pub headers: HeaderMap,
    /// The body; empty for GET and HEAD.
    pub body: Vec<u8>,
    /// After this many bytes of the answer's body, stop reading and return [`TransportError::TooLarge`].
    pub body_cap: usize,
}

/// One HTTP answer, of whatever status.
#[derive(Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Vec<u8>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Answer")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body_length", &self.body.len())
            .finish()
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TransportError {
    /// The host name has no address.
    #[error("the name could not be resolved: {said}")]
    NameNotResolved {
        /// What the resolver said.
        said: String,
    },
    /// Refused, reset, or no route.
    #[error("no connection: {said}")]
    Unreachable {
        /// What the operating system or the proxy said.
        said: String,
    },
    /// The server's certificate is not one that the roots vouch for.
    #[error("the server's certificate is not trusted: {reason}")]
    Untrusted {
        /// Why: unknown issuer, expired, other name.
        reason: String,
    },
    /// The transport's own time limit passed.
    #[error("no answer in time: {said}")]
    TimedOut {
        /// What was waited for.
        said: String,
    },
    /// The body went past [`Request::body_cap`]; the head of the answer is kept.
    #[error("the answer ({status}) is larger than is read")]
    TooLarge {
        /// The HTTP status.
        status: u16,
        /// All headers.
        headers: Box<HeaderMap>,
    },
    /// Anything else: a broken answer, a proxy that refused.
    #[error("{said}")]
    Other {
        /// What was said.
        said: String,
    },
}
