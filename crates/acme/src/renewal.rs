//! When the CA wants a certificate renewed (RFC 9773 §4): fetched here, acted on elsewhere.

use crate::answered::Answered;
use crate::base64url;
use crate::client::Client;
use crate::error::Error;
use crate::fields::{Fields, moment_of};
use crate::transport::Answer;
use jiff::Timestamp;
use serde_json::Value;

/// The window to renew in. Ask again at the answer's Retry-After.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewalInformation {
    /// Its beginning.
    pub start: Timestamp,
    /// Its end, always later.
    pub end: Timestamp,
    /// Where the CA explains an unusual window.
    pub explanation_url: Option<String>,
}

impl RenewalInformation {
    fn read(attempted: &str, answer: &Answer) -> Result<Self, Error> {
        let fields = Fields::read(attempted, answer)?;
        let window = fields.get("suggestedWindow").and_then(Value::as_object);
        let edge = |name| window.and_then(|window| moment_of(window, name));
        let (Some(start), Some(end)) = (edge("start"), edge("end")) else {
            return Err(fields.unexpected("without a suggested window"));
        };
        // RFC 9773 §4.2: such an answer is to be treated as none.
        if end <= start {
            return Err(fields.unexpected("with a suggested window that ends before it starts"));
        }
        // Only shown, so a bad one is no reason to miss a renewal.
        Ok(Self { start, end, explanation_url: fields.url("explanationURL").unwrap_or_default() })
    }
}

impl Client {
    /// Asks when to renew; `certificate_id` is the ARI identifier (RFC 9773 §4.1) of the certificate.
    pub async fn renewal_information(
        &self,
        certificate_id: &str,
    ) -> Result<Answered<RenewalInformation>, Error> {
        let directory = self.directory().await?;
        let attempted = "ask the CA when to renew".to_owned();
        let Some(base) = directory.renewal_info.as_deref() else {
            return Err(Error::NotOffered { attempted, missing: "renewalInfo" });
        };
        if certificate_id.is_empty() || !certificate_id.split('.').all(base64url::is_alphabet) {
            return Err(Error::invalid(attempted, "the certificate's ARI identifier is malformed"));
        }
        let url = format!("{}/{certificate_id}", base.trim_end_matches('/'));
        let attempted = format!("ask the CA when to renew at {url}");
        let answer = self.get(&attempted, &url).await?;
        Ok(Answered::new(&url, &answer, RenewalInformation::read(&attempted, &answer)?))
    }
}

#[cfg(test)]
mod tests {
    use crate::retry_after::RetryAfter;
    use crate::script::{Script, client, directory, reply};

    #[tokio::test]
    async fn the_window_is_fetched_without_a_signature() {
        let body = r#"{"suggestedWindow": {"start": "2026-12-01T00:00:00Z", "end": "2026-12-03T00:00:00Z"},
            "explanationURL": "javascript:x"}"#;
        let script = Script::new([directory(), reply(200, &[("retry-after", "21600")], body)]);
        let answered =
            client(&script).renewal_information("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE").await.unwrap();
        assert_eq!(answered.retry_after, Some(RetryAfter::Seconds(21600)));
        assert_eq!(answered.value.explanation_url, None);
        assert!(answered.value.start < answered.value.end);
        assert_eq!(script.asked()[1].url, "https://ca.example/renewal/aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
        assert_eq!(script.methods(), ["GET", "GET"]);
    }

    #[tokio::test]
    async fn bad_answers_keep_retry_after() {
        for body in [
            "{}",
            r#"{"suggestedWindow": {"start": "2026-12-03T00:00:00Z", "end": "2026-12-03T00:00:00Z"}}"#,
            r#"{"suggestedWindow": {"start": "soon", "end": "later"}}"#,
            "malformed",
        ] {
            let script = Script::new([directory(), reply(200, &[("retry-after", "60")], body)]);
            let error = client(&script).renewal_information("a.b").await.unwrap_err();
            assert_eq!(error.retry_after(), Some(RetryAfter::Seconds(60)), "{body}");
        }
        let script = Script::new([directory()]);
        assert!(client(&script).renewal_information("../x").await.is_err());
    }
}
