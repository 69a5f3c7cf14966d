//! Accounts: registrations with a certificate authority.

use crate::secret::SecretText;
use certwright_core::account;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How far an account has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AccountState {
    /// Its key is stored; the authority has not confirmed it yet.
    KeyStored,
    /// The authority knows it.
    Valid,
    /// It was deactivated.
    Deactivated,
}

impl From<account::AccountState> for AccountState {
    fn from(state: account::AccountState) -> Self {
        match state {
            account::AccountState::KeyStored => Self::KeyStored,
            account::AccountState::Valid => Self::Valid,
            account::AccountState::Deactivated => Self::Deactivated,
        }
    }
}

/// The algorithm of an account key, by its JWS name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum AccountKeyType {
    /// ECDSA on P-256.
    ES256,
    /// ECDSA on P-384.
    ES384,
    /// RSA PKCS#1 v1.5.
    RS256,
}

impl From<account::AccountKeyType> for AccountKeyType {
    fn from(key_type: account::AccountKeyType) -> Self {
        match key_type {
            account::AccountKeyType::ES256 => Self::ES256,
            account::AccountKeyType::ES384 => Self::ES384,
            account::AccountKeyType::RS256 => Self::RS256,
        }
    }
}

impl From<AccountKeyType> for account::AccountKeyType {
    fn from(key_type: AccountKeyType) -> Self {
        match key_type {
            AccountKeyType::ES256 => Self::ES256,
            AccountKeyType::ES384 => Self::ES384,
            AccountKeyType::RS256 => Self::RS256,
        }
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    /// Its id here.
    pub id: String,
    /// Whose account it is.
    pub authority: String,
    /// How far it has come.
    pub state: AccountState,
    /// The account URL at the authority, once there is one.
    pub url: Option<String>,
    /// Mail addresses the authority was given.
    pub contact: Vec<String>,
    /// The terms that a person agreed to, by their URL.
    pub terms_agreed: Option<String>,
    /// When the person agreed.
    pub terms_agreed_at: Option<Timestamp>,
    /// Key identifier of the external account it was bound to.
    pub external_account: Option<String>,
    /// RFC 7638 thumbprint of its key.
    pub thumbprint: String,
    /// The algorithm of its key.
    pub key_type: AccountKeyType,
    /// An issuer that chains of its certificates should have, where a certificate does not prefer one itself.
    pub preferred_chain: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// A change of its key whose end is not known: both keys are stored until it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_change: Option<KeyChange>,
    /// Why nothing can be ordered with it until a person has done something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<AccountBlock>,
}

/// A change of an account's key that has begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyChange {
    /// RFC 7638 thumbprint of the new key.
    pub thumbprint: String,
    /// The algorithm of the new key.
    pub key_type: AccountKeyType,
    /// When it began.
    pub began_at: Timestamp,
}

/// What keeps an account from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BlockKind {
    /// The authority wants something of a person first, such as agreement to new terms.
    ActionRequired,
    /// The authority does not know the account any more.
    Unknown,
}

/// An account that cannot be used until a person has done something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountBlock {
    /// What keeps it.
    pub kind: BlockKind,
    /// Since when.
    pub since: Timestamp,
    /// The authority's words.
    pub answer: String,
    /// Where the authority says what it wants, where it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
}

impl From<account::AccountBlock> for AccountBlock {
    fn from(block: account::AccountBlock) -> Self {
        let kind = match block.kind {
            account::BlockKind::ActionRequired => BlockKind::ActionRequired,
            account::BlockKind::Unknown => BlockKind::Unknown,
        };
        Self { kind, since: block.since, answer: block.answer, instance: block.instance }
    }
}

impl From<account::Account> for Account {
    fn from(account: account::Account) -> Self {
        Self {
            id: account.id.to_string(),
            authority: account.authority.to_string(),
            state: account.state.into(),
            url: account.url,
            contact: account.contact,
            terms_agreed: account.terms_agreed,
            terms_agreed_at: account.terms_agreed_at,
            external_account: account.external_account,
            thumbprint: account.thumbprint,
            key_type: account.key_type.into(),
            preferred_chain: account.preferred_chain,
            created_at: account.created_at,
            key_change: account.key_change.map(|change| KeyChange {
                thumbprint: change.thumbprint,
                key_type: change.key_type.into(),
                began_at: change.began_at,
            }),
            blocked: account.blocked.map(AccountBlock::from),
        }
    }
}

/// The chain that an account's certificates should have.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChainPreference {
    /// An issuer of it, by common name or SHA-256 fingerprint; none when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

/// The MAC of an external account binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub enum BindingAlgorithm {
    /// HMAC with SHA-256, which nearly every authority wants.
    #[default]
    HS256,
    /// HMAC with SHA-384.
    HS384,
    /// HMAC with SHA-512.
    HS512,
}

impl BindingAlgorithm {
    /// The JWS name.
    pub fn name(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
        }
    }
}

/// An account outside ACME that the new one is bound to, as the authority's website gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalAccount {
    /// The key identifier.
    pub key_id: String,
    /// The MAC key, base64url. Used once and not stored.
    pub key: SecretText,
    /// The MAC's algorithm; HS256 when left out.
    #[serde(default)]
    pub algorithm: BindingAlgorithm,
}

/// An account to be registered.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountDraft {
    /// With whom.
    pub authority: String,
    /// Mail addresses to give to the authority, without `mailto:`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contact: Vec<String>,
    /// The terms that a person agrees to: must be the URL that `GET /authorities/{id}/terms` gives now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms_agreed: Option<String>,
    /// The external account it is bound to, where the authority wants that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_account: Option<ExternalAccount>,
    /// The algorithm of its key; ES256 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_type: Option<AccountKeyType>,
}

/// How an account is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccountRemoval {
    /// Whether the authority is told to deactivate it, which cannot be taken back; no when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deactivate: Option<bool>,
}
