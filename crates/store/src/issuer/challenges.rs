//! Authorizations of an issuer's clients, and the challenges by which they are proven.

use crate::StoreResult;
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::identifier::Identifier;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The state of an authorization (RFC 8555 §7.1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthorizationStatus {
    /// Nothing is proven.
    Pending,
    /// Proven.
    Valid,
    /// Failed.
    Invalid,
    /// Given up by its client.
    Deactivated,
}

/// The state of a challenge (RFC 8555 §7.1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChallengeStatus {
    /// Nobody said that it is met.
    Pending,
    /// It is being looked at.
    Processing,
    /// It was met.
    Valid,
    /// It was not.
    Invalid,
}

/// The kind of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChallengeKind {
    /// A file at a web server (RFC 8555 §8.3).
    #[serde(rename = "http-01")]
    Http01,
    /// A TXT record (RFC 8555 §8.4).
    #[serde(rename = "dns-01")]
    Dns01,
}

/// A challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: ChallengeKind,
    /// The token that its client shows.
    pub token: String,
    /// Its state.
    pub status: ChallengeStatus,
    /// How often it was looked at.
    pub attempts: u32,
    /// When it was found met.
    pub validated_at: Option<Timestamp>,
    /// What was wrong at the last look: a problem document.
    pub error: Option<Value>,
}

/// An authorization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// Its id.
    pub id: String,
    /// Whose.
    pub issuer: String,
    /// The account's id.
    pub account: String,
    /// The order's id.
    pub order: String,
    /// For what, the star of a wildcard included.
    pub identifier: Identifier,
    /// Its state.
    pub status: AuthorizationStatus,
    /// Until when it counts.
    pub expires_at: Timestamp,
    /// How it can be proven.
    pub challenges: Vec<Challenge>,
}

/// A challenge that is to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueChallenge {
    /// The challenge.
    pub challenge: Challenge,
    /// For what.
    pub identifier: Identifier,
    /// The account's id.
    pub account: String,
}

/// What came of a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is met: the authorization counts until `expires_at`.
    Met {
        /// When it was seen.
        at: Timestamp,
        /// Until when the authorization counts.
        expires_at: Timestamp,
    },
    /// Not yet: look again.
    Again {
        /// When.
        at: Timestamp,
        /// What was wrong.
        error: Value,
    },
    /// It is not met: the authorization fails, and its order with it.
    Failed {
        /// What was wrong.
        error: Value,
    },
}

/// Authorizations and challenges of an issuer's clients.
#[async_trait]
pub trait IssuerChallenges: Send + Sync {
    /// The authorization with this id, if the issuer has one.
    async fn authorization(&self, issuer: &str, id: &str) -> StoreResult<Option<Authorization>>;

    /// The authorization that the challenge with this id belongs to, if the issuer has one.
    async fn authorization_of_challenge(
        &self,
        issuer: &str,
        challenge: &str,
    ) -> StoreResult<Option<Authorization>>;

    /// Gives the authorization up; an open order that needs it fails (RFC 8555 §7.5.2).
    async fn deactivate_authorization(&self, issuer: &str, id: &str, error: &Value) -> StoreResult<()>;

    /// Marks a pending challenge of a pending authorization as processing, to be looked at from `now` on. Anything
    /// else stays as it is: saying it twice is saying it once.
    async fn start_challenge(&self, issuer: &str, challenge: &str, now: Timestamp) -> StoreResult<()>;

    /// Challenges whose moment has come, those that wait longest first, at most `limit`.
    async fn due_challenges(
        &self,
        issuer: &str,
        now: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<DueChallenge>>;

    /// The earliest moment of a challenge.
    async fn next_challenge(&self, issuer: &str) -> StoreResult<Option<Timestamp>>;

    /// Stores what came of a look, and what follows for authorization and order: the last authorization that
    /// becomes valid makes the order ready. Nothing happens when the challenge is not processing any more.
    async fn conclude_challenge(&self, issuer: &str, challenge: &str, outcome: &Outcome) -> StoreResult<()>;

    /// Whether the account has proven each of the identifiers, now.
    async fn is_authorized(
        &self,
        account: &str,
        identifiers: &[Identifier],
        now: Timestamp,
    ) -> StoreResult<bool>;
}
