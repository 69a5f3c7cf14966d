//! Handshakes: what is served, whatever it is. Trust is judged elsewhere; that the server holds the key of
//! what it serves is proved here by its signature.

use async_trait::async_trait;
use certwright_contract::ports::Handshake;
use certwright_core::endpoint::Endpoint;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

const TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct TlsHandshake {
    configuration: Arc<ClientConfig>,
}

impl TlsHandshake {
    pub(super) fn new() -> Result<Self, rustls::Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut configuration = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyCertificate { provider }))
            .with_no_client_auth();
        // A resumed session shows no certificate, and an old one would hide a change.
        configuration.resumption = rustls::client::Resumption::disabled();
        Ok(Self { configuration: Arc::new(configuration) })
    }
}

#[async_trait]
impl Handshake for TlsHandshake {
    async fn served_chain(&self, endpoint: &Endpoint) -> Result<Vec<Vec<u8>>, String> {
        let name = ServerName::try_from(endpoint.host.clone())
            .map_err(|_| format!("{} is no host name", endpoint.host))?;
        let shake = async {
            let stream = TcpStream::connect(endpoint.address)
                .await
                .map_err(|error| format!("no connection: {error}"))?;
            let connector = TlsConnector::from(Arc::clone(&self.configuration));
            let stream = connector
                .connect(name, stream)
                .await
                .map_err(|error| format!("no TLS handshake: {error}"))?;
            let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
            Ok(chain.iter().map(|certificate| certificate.as_ref().to_vec()).collect())
        };
        tokio::time::timeout(TIMEOUT, shake)
            .await
            .map_err(|_| format!("no answer within {} s", TIMEOUT.as_secs()))?
    }
}

#[derive(Debug)]
struct AnyCertificate {
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
