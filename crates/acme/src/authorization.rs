//! Authorizations (RFC 8555 §7.1.4): whether an identifier is proven, and how it can be.

use crate::challenge::Challenge;
use crate::error::Error;
use crate::fields::Fields;
use crate::identifier::Identifier;
use crate::transport::Answer;
use jiff::Timestamp;

/// More challenges than this are not sent by anyone.
const CHALLENGE_CAP: usize = 100;

/// The state of an authorization (RFC 8555 §7.1.6).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AuthorizationStatus {
    /// A challenge has to be met.
    Pending,
    /// Proven; often already when the order is opened.
    Valid,
    /// Failed; a new order is needed.
    Invalid,
    /// Given up by the client.
    Deactivated,
    /// Too old.
    Expired,
    /// Withdrawn by the CA.
    Revoked,
    /// Anything else.
    Unknown(String),
}

/// What the CA wants to see for one identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// The identifier, without `*.`.
    pub identifier: Identifier,
    /// The state.
    pub status: AuthorizationStatus,
    /// When it lapses.
    pub expires: Option<Timestamp>,
    /// Whether it is for the wildcard of the identifier.
    pub wildcard: bool,
    /// The ways to prove it, known and unknown ones.
    pub challenges: Vec<Challenge>,
}

impl Authorization {
    pub(crate) fn read(attempted: &str, answer: &Answer) -> Result<Self, Error> {
        let fields = Fields::read(attempted, answer)?;
        let identifier =
            fields.get("identifier").ok_or_else(|| fields.unexpected("without \"identifier\""))?;
        let status = match fields.needed_word("status")?.as_str() {
            "pending" => AuthorizationStatus::Pending,
            "valid" => AuthorizationStatus::Valid,
            "invalid" => AuthorizationStatus::Invalid,
            "deactivated" => AuthorizationStatus::Deactivated,
            "expired" => AuthorizationStatus::Expired,
            "revoked" => AuthorizationStatus::Revoked,
            other => AuthorizationStatus::Unknown(other.to_owned()),
        };
        let challenges = fields.list("challenges", CHALLENGE_CAP)?;
        Ok(Self {
            identifier: Identifier::read_strictly(identifier).map_err(|what| fields.hostile(what))?,
            status,
            expires: fields.moment("expires"),
            wildcard: fields.flag("wildcard").unwrap_or_default(),
            challenges: challenges
                .iter()
                .filter_map(|value| value.as_object())
                .map(|fields| Challenge::new(fields.clone()))
                .collect(),
        })
    }

    /// The challenge of a type.
    #[must_use]
    pub fn challenge(&self, kind: &str) -> Option<&Challenge> {
        self.challenges.iter().find(|challenge| challenge.kind() == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::json_answer;
    use serde_json::{Value, json};

    fn read(body: Value) -> Result<Authorization, Error> {
        Authorization::read("read", &json_answer(200, body).unwrap())
    }

    #[test]
    fn unknown_challenges_and_members_do_not_stop_it() {
        let authorization =
            read(json!({"identifier": {"type": "dns", "value": "a.example"}, "status": "pending",
            "expires": "2026-12-01T00:00:00Z", "wildcard": true, "surprise": [], "challenges":
            [{"type": "dns-persist-01", "status": "pending"}, "nonsense", {},
             {"type": "dns-01", "url": "https://ca.example/c", "token": "abc", "status": "pending"}]}))
            .unwrap();
        assert_eq!(authorization.status, AuthorizationStatus::Pending);
        assert!(authorization.wildcard);
        assert!(authorization.expires.is_some());
        assert_eq!(authorization.challenges.len(), 3);
        assert_eq!(authorization.challenge("dns-01").unwrap().token().unwrap(), Some("abc"));
        assert_eq!(authorization.challenge("http-01"), None);
    }

    #[test]
    fn what_cannot_be_acted_on_is_an_error() {
        let identifier = json!({"type": "dns", "value": "a.example"});
        let many = vec![json!({}); 101];
        for body in [
            json!({"status": "valid"}),
            json!({"identifier": identifier}),
            json!({"identifier": {"type": "dns", "value": "a\u{1b}b"}, "status": "valid"}),
            json!({"identifier": identifier, "status": "valid", "challenges": many}),
        ] {
            assert!(read(body.clone()).is_err(), "{body}");
        }
    }
}
