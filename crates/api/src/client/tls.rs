//! TLS to a service on another machine: by the system's trust, or by a certificate that was named.

use super::{Address, ClientError};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const UNTRUSTED: &str = "name the authority's root, or the service's own self-signed certificate, with --trust FILE; \
                         it is self-signed/fullchain.pem in the service's data directory";

const WRONG_NAME: &str = "connect by a name that is in its certificate; if the service got a new address or name, \
                          restart it: its self-signed certificate is made again, and a managed one is edited with \
                          certwright cert edit";

const WRONG_TIME: &str = "compare the clocks of both machines; if they are right, look at the service's own certificate \
                          on its machine: certwright status";

/// The stream, secured.
pub(super) async fn secured(
    address: &Address,
    authority: &str,
    roots: Option<&str>,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, ClientError> {
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(host)
        .map_err(|error| address.unreachable(error, "give a host name or an address"))?;
    let configuration = configuration(roots)
        .map_err(|words| address.unreachable(words, "name a file of PEM certificates"))?;
    let connector = TlsConnector::from(Arc::new(configuration));
    connector.connect(name, stream).await.map_err(|error| address.unreachable(&error, remedy(&error)))
}

/// What to do about a handshake that failed.
fn remedy(error: &std::io::Error) -> &'static str {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(reason)) => match reason {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => WRONG_NAME,
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => WRONG_TIME,
            _ => UNTRUSTED,
        },
        _ => "see whether the service speaks TLS there; on loopback it does not unless it is told to",
    }
}

fn configuration(roots: Option<&str>) -> Result<ClientConfig, String> {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let Some(roots) = roots else {
        let builder = builder.with_platform_verifier().map_err(|error| error.to_string())?;
        return Ok(builder.with_no_client_auth());
    };
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(roots.as_bytes()) {
        let certificate = certificate.map_err(|error| format!("the roots cannot be read: {error}"))?;
        store.add(certificate).map_err(|error| format!("a root cannot be used: {error}"))?;
    }
    if store.is_empty() {
        return Err("there is no certificate in the file of roots".to_owned());
    }
    Ok(builder.with_root_certificates(store).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_a_remedy_of_its_own() {
        let of = |reason| remedy(&std::io::Error::other(rustls::Error::InvalidCertificate(reason)));
        assert_eq!(of(CertificateError::NotValidForName), WRONG_NAME);
        assert_eq!(of(CertificateError::Expired), WRONG_TIME);
        assert_eq!(of(CertificateError::UnknownIssuer), UNTRUSTED);
        assert!(remedy(&std::io::Error::other("reset")).contains("speaks TLS"));
    }
}
