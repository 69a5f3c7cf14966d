//! Connections: where the service is, how it is reached, and what to do when it is not there.

use super::{ClientError, tls};
use crate::secret::SecretText;
use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// How long to wait for a connection. A service on this machine answers at once or never.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// Where the service is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// Its Unix socket. The file system says who may connect.
    Socket(PathBuf),
    /// TCP, in the clear: for this machine only.
    Tcp {
        /// Host and port, such as `127.0.0.1:9644`.
        authority: String,
        /// The token that the service was given.
        token: SecretText,
    },
    /// TCP with TLS.
    Tls {
        /// Host and port, such as `certs.example.com:9643`.
        authority: String,
        /// The token that the service was given.
        token: SecretText,
        /// Certificates (PEM) of which one must have issued the service's, or be it; `None` trusts what the system
        /// trusts.
        roots: Option<String>,
    },
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => write!(f, "the service at {}", path.display()),
            Self::Tcp { authority, .. } => write!(f, "the service at http://{authority}"),
            Self::Tls { authority, .. } => write!(f, "the service at https://{authority}"),
        }
    }
}

impl Address {
    /// The address of a URL such as `http://127.0.0.1:9644` or `https://certs.example.com:9643`, whose port may be
    /// left out. `roots` are for https.
    ///
    /// # Errors
    /// When it is no such URL.
    pub fn from_url(url: &str, token: SecretText, roots: Option<String>) -> Result<Self, ClientError> {
        let wrong = |words: &str| ClientError::Unreachable {
            what: format!("the service at {url}"),
            words: words.to_owned(),
            remedy: format!("give an address such as http://127.0.0.1:{}", crate::PORT),
        };
        let uri: http::Uri = url.parse().map_err(|_| wrong("this is no URL"))?;
        let secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(wrong("the URL does not begin with http:// or https://")),
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(wrong("the URL has a path"));
        }
        let authority = uri.authority().ok_or_else(|| wrong("the URL names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("the URL has a user name"));
        }
        if !secure && !is_this_machine(authority.host()) {
            return Err(ClientError::Unreachable {
                what: format!("the service at {url}"),
                words: "over plain http the token could be read on the way".to_owned(),
                remedy: format!(
                    "use https://{authority}, and --trust FILE if its certificate is not publicly trusted"
                ),
            });
        }
        let authority = format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(crate::PORT));
        Ok(if secure { Self::Tls { authority, token, roots } } else { Self::Tcp { authority, token } })
    }

    /// What goes into the `Host` header.
    pub(super) fn host(&self) -> &str {
        match self {
            Self::Socket(_) => "localhost",
            Self::Tcp { authority, .. } | Self::Tls { authority, .. } => authority,
        }
    }

    pub(super) fn unreachable(&self, words: impl fmt::Display, remedy: &str) -> ClientError {
        ClientError::Unreachable {
            what: self.to_string(),
            words: words.to_string(),
            remedy: remedy.to_owned(),
        }
    }

    fn refused(&self, error: &io::Error) -> ClientError {
        let remedy = match (error.kind(), self) {
            (io::ErrorKind::PermissionDenied, _) => {
                "run this command as the user the service runs as, or as root (sudo)"
            }
            (io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused, Self::Socket(_)) => {
                "start the service: systemctl start certwright, or certwright serve"
            }
            (_, Self::Socket(_)) => "see whether the service runs: systemctl status certwright",
            (_, Self::Tcp { .. } | Self::Tls { .. }) => {
                "see whether the service runs and listens there: systemctl status certwright"
            }
        };
        self.unreachable(error, remedy)
    }

    /// A new connection.
    pub(super) async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, ClientError> {
        let connecting = async {
            match self {
                #[cfg(unix)]
                Self::Socket(path) => {
                    let stream =
                        tokio::net::UnixStream::connect(path).await.map_err(|error| self.refused(&error))?;
                    self.shake_hands(stream).await
                }
                #[cfg(not(unix))]
                Self::Socket(_) => Err(self.unreachable(
                    "there are no Unix sockets on this system",
                    "connect by TCP, with the token",
                )),
                Self::Tcp { authority, .. } => {
                    let stream = TcpStream::connect(authority).await.map_err(|error| self.refused(&error))?;
                    // Whatever the resolver makes of `localhost`: the token goes to this machine, in the clear.
                    if !stream.peer_addr().is_ok_and(|peer| peer.ip().to_canonical().is_loopback()) {
                        return Err(self.unreachable(
                            "that name leads to another machine, where the token could be read on the way",
                            "use https://, or 127.0.0.1",
                        ));
                    }
                    self.shake_hands(stream).await
                }
                Self::Tls { authority, roots, .. } => {
                    let stream = TcpStream::connect(authority).await.map_err(|error| self.refused(&error))?;
                    self.shake_hands(tls::secured(self, authority, roots.as_deref(), stream).await?).await
                }
            }
        };
        tokio::time::timeout(CONNECT_WITHIN, connecting).await.unwrap_or_else(|_| {
            Err(self.unreachable("no answer", "see whether the service runs and is not stuck"))
        })
    }

    async fn shake_hands<S>(&self, stream: S) -> Result<SendRequest<Full<Bytes>>, ClientError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.unreachable(error, "see whether it is Certwright that listens there"))?;
        // It ends with the request: hyper closes it when the sender and the answer are dropped.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(sender)
    }
}

/// Whether a URL's host is this machine, before anybody is asked (RFC 6761 §6.3).
fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => bare.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> SecretText {
        SecretText::from("t0ken".to_owned())
    }

    #[test]
    fn only_plain_addresses_are_taken() {
        for (url, expected) in [
            ("http://127.0.0.1", Some("127.0.0.1:9644")),
            ("http://localhost:80/", Some("localhost:80")),
            ("http://[::1]:9644", Some("[::1]:9644")),
            ("http://[::ffff:127.0.0.1]:9644", Some("[::ffff:127.0.0.1]:9644")),
            ("http://192.0.2.1:9644", None),
            ("http://certs.example.com", None),
            ("http://localhost.example.com", None),
            ("ftp://127.0.0.1", None),
            ("127.0.0.1:9644", None),
            ("http://127.0.0.1/api", None),
            ("http://me@127.0.0.1", None),
        ] {
            let read = Address::from_url(url, token(), None).ok();
            let expected =
                expected.map(|authority| Address::Tcp { authority: authority.to_owned(), token: token() });
            assert_eq!(read, expected, "{url}");
        }
    }

    #[test]
    fn a_token_for_another_machine_travels_by_https_alone() {
        let error =
            Address::from_url("http://certs.example.com:9643", token(), None).unwrap_err().to_string();
        assert!(error.contains("plain http") && error.contains("https://certs.example.com:9643"), "{error}");
        assert!(Address::from_url("https://certs.example.com:9643", token(), None).is_ok());
    }

    #[test]
    fn the_token_is_never_shown() {
        for url in ["http://127.0.0.1", "https://127.0.0.1"] {
            let address = Address::from_url(url, token(), None).unwrap();
            assert!(!format!("{address:?} {address}").contains("t0ken"));
        }
    }

    #[tokio::test]
    async fn a_service_that_is_not_there_comes_with_a_remedy() {
        let address = Address::Socket("/nowhere/certwright.sock".into());
        let error = address.connect().await.unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("Could not reach the service at /nowhere/certwright.sock: "), "{text}");
        assert!(text.ends_with("start the service: systemctl start certwright, or certwright serve"));
    }
}
