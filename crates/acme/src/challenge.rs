//! Challenges (RFC 8555 §8): the CA's JSON kept as it is, so that types unknown here can still be solved.

use crate::error::Error;
use crate::fields::{moment_of, word_of};
use crate::problem::Problem;
use crate::text::clean;
use crate::{base64url, url};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Real tokens have some 43 characters.
const TOKEN_CAP: usize = 512;

/// The state of a challenge (RFC 8555 §7.1.6).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ChallengeStatus {
    /// Waits for the client.
    Pending,
    /// The CA is validating.
    Processing,
    /// Validated.
    Valid,
    /// Failed.
    Invalid,
    /// Anything else, including none at all.
    Unknown(String),
}

/// One way to prove control over an identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge(Map<String, Value>);

impl Challenge {
    pub(crate) const fn new(fields: Map<String, Value>) -> Self {
        Self(fields)
    }

    /// The type, such as `http-01`; empty if there is none. Types that you do not know are to be ignored.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.0.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    /// Where to say that it is ready; `None` if the CA gave no address, an error if a dangerous one.
    pub fn url(&self) -> Result<Option<&str>, Error> {
        let Some(text) = self.0.get("url").and_then(Value::as_str) else {
            return Ok(None);
        };
        url::check(text).map_err(|what| hostile("use a challenge", what))?;
        Ok(Some(text))
    }

    /// The token; `None` for types that have none (dns-persist-01), an error for one that is not base64url:
    /// it becomes a file name, and `../../x` must not.
    pub fn token(&self) -> Result<Option<&str>, Error> {
        let Some(token) = self.0.get("token").and_then(Value::as_str) else {
            return Ok(None);
        };
        check_token(token)?;
        Ok(Some(token))
    }

    /// The state. A challenge may be pending and still have an [`Self::error`] (Caddy's CA does that).
    #[must_use]
    pub fn status(&self) -> ChallengeStatus {
        match self.0.get("status").and_then(Value::as_str).unwrap_or_default() {
            "pending" => ChallengeStatus::Pending,
            "processing" => ChallengeStatus::Processing,
            "valid" => ChallengeStatus::Valid,
            "invalid" => ChallengeStatus::Invalid,
            other => ChallengeStatus::Unknown(clean(other, 64)),
        }
    }

    /// Why the last validation failed, whatever the state.
    #[must_use]
    pub fn error(&self) -> Option<Problem> {
        self.0.get("error")?.as_object().map(Problem::read)
    }

    /// When it was validated.
    #[must_use]
    pub fn validated(&self) -> Option<Timestamp> {
        moment_of(&self.0, "validated")
    }

    /// A short text member, made harmless; for types with members of their own, such as `accounturi`.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        word_of(&self.0, name)
    }

    /// Everything the CA sent, unchecked.
    #[must_use]
    pub const fn fields(&self) -> &Map<String, Value> {
        &self.0
    }
}

/// RFC 8555 §8.1 and §8.3: a token is base64url, and anything else is an attack.
pub(crate) fn check_token(token: &str) -> Result<(), Error> {
    if token.is_empty() || token.len() > TOKEN_CAP {
        return Err(hostile("use a challenge", "a token that is empty or longer than 512 characters"));
    }
    if !base64url::is_alphabet(token) {
        let what = format!("a token with characters that none has: {}", clean(token, 80));
        return Err(hostile("use a challenge", &what));
    }
    Ok(())
}

fn hostile(attempted: &str, what: &str) -> Error {
    Error::HostileAnswer {
        attempted: attempted.to_owned(),
        what: what.to_owned(),
        status: None,
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem_kind::ProblemKind;
    use serde_json::json;

    fn challenge(value: Value) -> Challenge {
        let Value::Object(fields) = value else { panic!("an object") };
        Challenge::new(fields)
    }

    #[test]
    fn tokens_that_could_do_harm_are_refused_by_name() {
        let long = "a".repeat(513);
        for token in ["", "../../x", "a/b", "a b", "$(id)", "a\nb", "a.b", "a=", "é", "a\0", &long] {
            let error = challenge(json!({"token": token})).token().unwrap_err();
            assert!(matches!(error, Error::HostileAnswer { .. }), "{token:?}");
            assert!(!error.to_string().contains('\n'));
        }
        assert_eq!(challenge(json!({"token": "LoqXcYV8-_1"})).token().unwrap(), Some("LoqXcYV8-_1"));
    }

    #[test]
    fn odd_challenges_are_read_all_the_same() {
        for value in
            [json!({}), json!({"type": 7, "url": 7, "token": 7, "status": 7, "error": 7, "validated": "x"})]
        {
            let odd = challenge(value);
            assert_eq!(odd.kind(), "");
            assert_eq!(odd.url().unwrap(), None);
            assert_eq!(odd.token().unwrap(), None);
            assert_eq!(odd.status(), ChallengeStatus::Unknown(String::new()));
            assert_eq!(odd.error(), None);
            assert_eq!(odd.validated(), None);
        }
        assert!(challenge(json!({"url": "file:///x"})).url().is_err());
    }

    #[test]
    fn an_error_shows_though_the_challenge_is_pending() {
        let odd = challenge(json!({"type": "http-01", "status": "pending", "error":
            {"type": "urn:ietf:params:acme:error:connection", "detail": "refused"}}));
        assert_eq!(odd.status(), ChallengeStatus::Pending);
        assert_eq!(odd.error().unwrap().kind, ProblemKind::Connection);
    }

    #[test]
    fn members_of_new_types_stay_reachable() {
        let new = challenge(json!({"type": "dns-persist-01", "accounturi": "https://ca.example/a/1",
            "issuer-domain-names": ["ca.example"]}));
        assert_eq!(new.text("accounturi").as_deref(), Some("https://ca.example/a/1"));
        assert_eq!(new.fields()["issuer-domain-names"][0], "ca.example");
    }
}
