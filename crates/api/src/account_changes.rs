//! What is asked of an account after it was made, or instead of making one.

use crate::accounts::{Account, AccountKeyType};
use crate::secret::SecretText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An account that another program made, to be taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountImport {
    /// With whom.
    pub authority: String,
    /// Its URL at the authority; when left out, the one that the authority gives for the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its private key as PEM (PKCS#8, SEC1 or PKCS#1): ECDSA P-256, P-384 or RSA, without a passphrase.
    pub key: SecretText,
}

/// Changes of an account: what is left out stays.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountChanges {
    /// Mail addresses to give to the authority, without `mailto:`; none at all removes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Vec<String>>,
}

/// Asks for another key: a new one of a type, or one that is given.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountKeyChange {
    /// The type of a key to be made; ES256 when nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_type: Option<AccountKeyType>,
    /// The key itself as PEM, instead of one that is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<SecretText>,
}

/// A person's agreement to an authority's terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermsAgreement {
    /// The URL of the terms: must be the one that `GET /authorities/{id}/terms` gives now.
    pub terms: String,
}

/// What a look at an account found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountCheck {
    /// The account as it is now.
    pub account: Account,
    /// The authority's terms, where they are not those that were agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_terms: Option<String>,
    /// What a person should know.
    pub words: Vec<String>,
}
