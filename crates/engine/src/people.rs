//! What the sign-in needs of the engine: ids, and the vault for second factors.

use crate::engine::Engine;
use certwright_core::failure::Failure;
use certwright_core::id::{SessionId, TokenId, UserId};
use zeroize::Zeroizing;

pub use certwright_store::people::{
    Begun, Credentials, Link, NewSession, Session, SetUp, Token, User, UserEdit,
};

impl Engine {
    /// An id for a new user.
    pub fn new_user_id(&self) -> UserId {
        UserId::from_unique(&self.chance.unique())
    }

    /// An id for a new session.
    pub fn new_session_id(&self) -> SessionId {
        SessionId::from_unique(&self.chance.unique())
    }

    /// An id for a new API token.
    pub fn new_token_id(&self) -> TokenId {
        TokenId::from_unique(&self.chance.unique())
    }

    /// Seals the secret of a user's second factor.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn seal_second_factor(&self, id: &UserId, secret: &[u8]) -> Result<Vec<u8>, Failure> {
        self.vault.seal_second_factor(id, secret)
    }

    /// Opens the secret of a user's second factor.
    ///
    /// # Errors
    /// When it was sealed with another key, or for somebody else.
    pub fn open_second_factor(&self, id: &UserId, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failure> {
        self.vault.open_second_factor(id, sealed)
    }
}
