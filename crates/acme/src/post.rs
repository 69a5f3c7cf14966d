//! Signed requests: a nonce for each, and patience with a CA that refuses it (RFC 8555 §6.5).

use crate::client::Client;
use crate::error::Error;
use crate::exchange::Call;
use crate::failure::{failure, is_bad_nonce, is_success, unexpected};
use crate::jws::Signer;
use crate::nonce;
use crate::observer::request_summary;
use crate::transport::Answer;
use http::Method;
use serde_json::Value;

/// How often one request is sent when the CA keeps refusing the nonce. At Pebble's 5 % that fails once in
/// 25 thousand million requests; three attempts, as others make, failed five times in 6,000 certificates.
const ATTEMPTS: u32 = 8;

/// What nearly every resource is asked for.
pub(crate) const JSON: &str = "application/json";

impl Client {
    /// Sends a signed request until it is answered with anything but badNonce. No payload is POST-as-GET.
    /// Only a success is `Ok`.
    pub(crate) async fn post(
        &self,
        attempted: &str,
        url: &str,
        signer: Signer<'_>,
        payload: Option<&Value>,
        accept: &'static str,
    ) -> Result<Answer, Error> {
        let text = payload.map(Value::to_string).unwrap_or_default();
        let summary = self.observer.as_ref().and(payload).map(request_summary);
        let mut from_refusal = None;
        let mut refusal = None;
        for _ in 0..ATTEMPTS {
            let nonce = match from_refusal.take().or_else(|| self.shared.nonces.take()) {
                Some(nonce) => nonce,
                None => self.new_nonce().await?,
            };
            let body = signer.sign(url, Some(&nonce), &text)?.to_string().into_bytes();
            let summary = summary.as_deref();
            let call = Call { attempted, method: Method::POST, url, accept, body, summary };
            let answer = self.exchange(call).await?;
            if is_success(&answer) {
                self.harvest(&answer.headers);
                return Ok(answer);
            }
            let error = failure(attempted, &answer);
            if is_bad_nonce(&error) {
                from_refusal = nonce::of(&answer.headers);
                refusal = Some(error);
                continue;
            }
            self.harvest(&answer.headers);
            if answer.status == 404 {
                self.forget_directory();
            }
            return Err(error);
        }
        Err(exhausted(refusal, attempted))
    }

    async fn new_nonce(&self) -> Result<String, Error> {
        let directory = self.directory().await?;
        // The directory's own answer may have brought one along.
        if let Some(nonce) = self.shared.nonces.take() {
            return Ok(nonce);
        }
        let url = directory.new_nonce.as_str();
        let attempted = format!("fetch a nonce at {url}");
        let call = Call {
            attempted: &attempted,
            method: Method::HEAD,
            url,
            accept: JSON,
            body: Vec::new(),
            summary: None,
        };
        let answer = self.exchange(call).await?;
        if !is_success(&answer) {
            if answer.status == 404 {
                self.forget_directory();
            }
            return Err(failure(&attempted, &answer));
        }
        nonce::of(&answer.headers)
            .ok_or_else(|| unexpected(&attempted, &answer, "without a usable Replay-Nonce header"))
    }
}

fn exhausted(refusal: Option<Error>, attempted: &str) -> Error {
    match refusal {
        Some(Error::Problem { attempted, problem, retry_after }) => {
            Error::BadNonce { attempted, attempts: ATTEMPTS, problem, retry_after }
        }
        _ => Error::crypto(attempted, "no attempt was made"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{AccountKey, KeyAlgorithm};
    use crate::script::{Script, bad_nonce, client, directory, json_answer, reply};
    use serde_json::json;

    const URL: &str = "https://ca.example/thing";

    async fn ask(client: &Client) -> Result<Answer, Error> {
        let key = AccountKey::generate(KeyAlgorithm::Es256).unwrap();
        client.post("ask", URL, Signer::bare(&key), None, JSON).await
    }

    #[tokio::test]
    async fn seven_bad_nonces_pass_with_the_nonce_of_each_refusal() {
        let script = Script::new([directory(), reply(200, &[("replay-nonce", "first")], "")]);
        for number in 0..7 {
            script.push(bad_nonce(&format!("refusal{number}")));
        }
        script.push(json_answer(200, json!({})));
        ask(&client(&script)).await.unwrap();
        let expected =
            ["first", "refusal0", "refusal1", "refusal2", "refusal3", "refusal4", "refusal5", "refusal6"];
        assert_eq!(script.nonces(), expected);
        assert_eq!(
            script.methods(),
            ["GET", "HEAD", "POST", "POST", "POST", "POST", "POST", "POST", "POST", "POST"]
        );
    }

    #[tokio::test]
    async fn endless_bad_nonces_end_in_a_clear_error() {
        let script = Script::new([directory(), reply(200, &[("replay-nonce", "first")], "")]);
        for number in 0..20 {
            script.push(bad_nonce(&format!("refusal{number}")));
        }
        let error = ask(&client(&script)).await.unwrap_err();
        assert!(matches!(error, Error::BadNonce { attempts: 8, .. }), "{error:?}");
        assert!(error.is_passing());
        assert_eq!(error.status(), Some(400));
        assert!(error.to_string().contains("refused 8 nonces in a row"), "{error}");
        assert_eq!(script.nonces().len(), 8);
    }

    #[tokio::test]
    async fn nonces_of_answers_and_errors_are_used_again_by_every_clone() {
        let script = Script::new([
            directory(),
            reply(200, &[("replay-nonce", "one")], ""),
            reply(200, &[("replay-nonce", "two")], "{}"),
            reply(503, &[("replay-nonce", "three"), ("retry-after", "7")], "<html>\u{1b}[2Jdown</html>"),
            reply(200, &[], "{}"),
        ]);
        let client = client(&script);
        ask(&client).await.unwrap();
        let error = ask(&client.clone()).await.unwrap_err();
        assert_eq!(error.status(), Some(503));
        assert_eq!(error.retry_after(), Some(crate::RetryAfter::Seconds(7)));
        assert!(error.to_string().contains("<html> [2Jdown</html>"), "{error}");
        ask(&client).await.unwrap();
        assert_eq!(script.nonces(), ["one", "two", "three"]);
        assert_eq!(script.methods().iter().filter(|method| *method == "HEAD").count(), 1);
    }
}
