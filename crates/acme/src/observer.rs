//! What a log may know of each request and answer: everything but signatures, MACs and keys.

use crate::retry_after::RetryAfter;
use crate::text::{clean, excerpt};
use http::Method;
use serde_json::Value;
use std::time::Duration;

/// How much of a body a log gets.
const SUMMARY_CAP: usize = 2048;

/// Stands for what a log must not have.
const WITHHELD: &str = "(a signed object, not shown)";

/// Is told of every exchange, failed ones included. Called on the requesting task: be quick.
pub trait Observer: Send + Sync {
    /// One request was sent, and answered or not.
    fn exchange(&self, exchange: &Exchange);
}

/// One request and what came of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// GET, HEAD or POST.
    pub method: Method,
    /// The URL.
    pub url: String,
    /// The payload before signing, up to 2 KiB; `None` for GET, HEAD and POST-as-GET. Objects signed on
    /// their own (an external account binding, a key change) are withheld.
    pub request: Option<String>,
    /// The HTTP status, or why there is none.
    pub status: Result<u16, String>,
    /// The beginning of the answer's body, up to 2 KiB, without control characters.
    pub answer: String,
    /// When the CA wants to be asked again.
    pub retry_after: Option<RetryAfter>,
    /// How long it took.
    pub took: Duration,
}

/// The payload as a log may have it.
pub(crate) fn request_summary(payload: &Value) -> String {
    clean(&withheld(payload).to_string(), SUMMARY_CAP)
}

/// The body as a log may have it; RFC 8555 §7.1.2 lets an account object echo the binding's MAC.
pub(crate) fn answer_summary(body: &[u8]) -> String {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => clean(&withheld(&value).to_string(), SUMMARY_CAP),
        Err(_) => excerpt(body, SUMMARY_CAP),
    }
}

fn withheld(value: &Value) -> Value {
    match value {
        Value::Object(fields) if fields.contains_key("signature") => Value::from(WITHHELD),
        Value::Object(fields) => {
            let shown = |(name, value): (&String, &Value)| {
                let hide = name == "externalAccountBinding";
                (name.clone(), if hide { Value::from(WITHHELD) } else { withheld(value) })
            };
            Value::Object(fields.iter().map(shown).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(withheld).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn signed_objects_are_withheld_at_any_depth() {
        let signed = json!({"protected": "p", "payload": "x", "signature": "secret"});
        for payload in [
            signed.clone(),
            json!({"contact": [], "externalAccountBinding": signed}),
            json!({"externalAccountBinding": "secret"}),
            json!([{"a": {"signature": "secret"}}]),
        ] {
            let said = request_summary(&payload);
            assert!(!said.contains("secret"), "{said}");
            assert!(!answer_summary(payload.to_string().as_bytes()).contains("secret"));
        }
        assert_eq!(request_summary(&json!({"csr": "abc"})), r#"{"csr":"abc"}"#);
    }

    #[test]
    fn a_long_or_odd_body_is_cut_and_cleaned() {
        assert!(answer_summary(&[b'x'; 1 << 20]).len() <= SUMMARY_CAP + '…'.len_utf8());
        assert_eq!(answer_summary(b"<html>\x1b[2J</html>"), "<html> [2J</html>");
    }
}
