//! Accounts: registrations with a certificate authority. The key is not here: it stays sealed in the store.

use crate::id::{AccountId, AuthorityId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far an account has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountState {
    /// Its key is stored; the authority has not confirmed it yet.
    KeyStored,
    /// The authority knows it.
    Valid,
    /// It was deactivated by us or by the authority.
    Deactivated,
}

/// The algorithm of an account key, by its JWS name (RFC 7518 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountKeyType {
    /// ECDSA on P-256.
    ES256,
    /// ECDSA on P-384.
    ES384,
    /// RSA PKCS#1 v1.5, for imported accounts.
    RS256,
}

/// An account as the store gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id here.
    pub id: AccountId,
    /// Whose account it is.
    pub authority: AuthorityId,
    /// How far it has come.
    pub state: AccountState,
    /// The account URL at the authority (RFC 8555 §7.3), once there is one.
    pub url: Option<String>,
    /// Mail addresses the authority was given, without `mailto:`.
    pub contact: Vec<String>,
    /// The terms that a person agreed to, by their URL; `None` where the authority states none.
    pub terms_agreed: Option<String>,
    /// When the person agreed.
    pub terms_agreed_at: Option<Timestamp>,
    /// Key identifier of the external account it was bound to, where it was (RFC 8555 §7.3.4).
    pub external_account: Option<String>,
    /// RFC 7638 thumbprint of its key.
    pub thumbprint: String,
    /// The algorithm of its key.
    pub key_type: AccountKeyType,
    /// An issuer that chains of its certificates should have, where a certificate does not prefer one itself: common
    /// name or SHA-256 fingerprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_chain: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// A change of its key whose end is not known: the new key is stored beside the old one.
    #[serde(default)]
    pub key_change: Option<KeyChange>,
    /// Why nothing can be ordered with it until a person has done something.
    #[serde(default)]
    pub blocked: Option<AccountBlock>,
}

/// A change of an account's key that has begun (RFC 8555 §7.3.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChange {
    /// RFC 7638 thumbprint of the new key.
    pub thumbprint: String,
    /// The algorithm of the new key.
    pub key_type: AccountKeyType,
    /// When the new key was stored.
    pub began_at: Timestamp,
}

/// What keeps an account from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockKind {
    /// The authority wants something of a person first, such as agreement to new terms (`userActionRequired`).
    ActionRequired,
    /// The authority does not know the account any more (`accountDoesNotExist`).
    Unknown,
}

/// An account that cannot be used until a person has done something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountBlock {
    /// What keeps it.
    pub kind: BlockKind,
    /// Since when.
    pub since: Timestamp,
    /// The authority's words.
    pub answer: String,
    /// Where the authority says what it wants (RFC 8555 §7.3.3), where it said so.
    #[serde(default)]
    pub instance: Option<String>,
}
