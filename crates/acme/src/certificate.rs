//! The issued certificate (RFC 8555 §7.4.2): the chain as sent, and where other chains are.

use crate::error::Error;
use crate::failure::{hostile, unexpected};
use crate::transport::Answer;
use crate::{link, url};

const BEGIN: &str = "-----BEGIN ";
const CERTIFICATE: &str = "CERTIFICATE-----";

/// A chain. Whether it fits key, names and trust is for the caller to verify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateChain {
    /// The end-entity certificate first; PEM, nothing but certificates.
    pub pem: String,
    /// Where the CA offers the same certificate with other chains.
    pub alternates: Vec<String>,
}

impl CertificateChain {
    pub(crate) fn read(attempted: &str, base: &str, answer: &Answer) -> Result<Self, Error> {
        let text = std::str::from_utf8(&answer.body)
            .map_err(|_| unexpected(attempted, answer, "with a body that is not PEM"))?;
        let mut blocks = 0;
        for block in text.split(BEGIN).skip(1) {
            // RFC 8555 §11.4: a private key smuggled into the chain would be installed along with it.
            if !block.starts_with(CERTIFICATE) {
                return Err(hostile(attempted, answer, "a PEM block that is not a certificate"));
            }
            blocks += 1;
        }
        if blocks == 0 {
            return Err(unexpected(attempted, answer, "without a certificate"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic() || b" \t\r\n".contains(&byte)) {
            return Err(hostile(attempted, answer, "a certificate chain with control characters"));
        }
        let alternates = link::targets(&answer.headers, "alternate");
        Ok(Self {
            pem: text.to_owned(),
            alternates: alternates
                .iter()
                .map(|target| url::absolute(base, target))
                .filter(|target| url::check(target).is_ok())
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::reply;

    const CHAIN: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    fn read(headers: &[(&'static str, &str)], body: &str) -> Result<CertificateChain, Error> {
        CertificateChain::read("fetch", "https://ca.example/cert/1", &reply(200, headers, body).unwrap())
    }

    #[test]
    fn the_chain_and_its_alternates() {
        let headers = [
            ("link", r#"<https://ca.example/dir>;rel="index""#),
            ("link", r#"</cert/1/alternate/1>;rel="alternate""#),
            ("link", r#"<file:///etc/passwd>;rel="alternate""#),
        ];
        let chain = read(&headers, &CHAIN.repeat(2)).unwrap();
        assert_eq!(chain.pem, CHAIN.repeat(2));
        assert_eq!(chain.alternates, ["https://ca.example/cert/1/alternate/1"]);
    }

    #[test]
    fn anything_but_certificates_is_refused() {
        for (body, expected) in [
            (String::new(), "without a certificate"),
            ("<html></html>".to_owned(), "without a certificate"),
            (format!("{CHAIN}-----BEGIN PRIVATE KEY-----\n"), "not a certificate"),
            (format!("{CHAIN}\u{1b}[2J"), "control characters"),
        ] {
            let said = read(&[], &body).unwrap_err().to_string();
            assert!(said.contains(expected), "{said}");
        }
    }
}
