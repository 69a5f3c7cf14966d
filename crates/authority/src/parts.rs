//! What an authority needs of the world.

use crate::clock::{Chance, Clock};
use crate::limits::Limits;
use crate::validate::{Fetch, Names};
use certwright_pki::seal::DataKey;
use certwright_store::issuer::IssuerStore;
use std::sync::Arc;

/// What an authority needs of the world; authorities of one service share it.
#[derive(Clone)]
pub struct Parts {
    /// Where everything is stored. `Arc<dyn Store>` becomes one by itself.
    pub store: Arc<dyn IssuerStore>,
    /// What secrets in it are sealed with.
    pub data_key: Arc<DataKey>,
    /// Looks by HTTP.
    pub fetch: Arc<dyn Fetch>,
    /// Asks DNS.
    pub names: Arc<dyn Names>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub chance: Arc<dyn Chance>,
    /// The bounds of everything.
    pub limits: Limits,
}

impl Parts {
    /// An id, a nonce or a token: 128 random bits in base64url.
    pub(crate) fn unique(&self) -> String {
        crate::base64url::encode(self.chance.draw())
    }
}
