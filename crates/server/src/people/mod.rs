//! People who sign in, and programs with tokens: what they show is checked here, and nowhere else.

mod addresses;
mod cookie;
mod hashing;
mod links;
mod qr;
mod second_factor;
mod secrets;
mod sign_in;
mod tokens;
mod users;

pub(crate) use cookie::Cookie;
pub(crate) use sign_in::SignedIn;

use crate::trouble::Trouble;
use addresses::Addresses;
use certwright_api::{sign_in as api, tokens as api_tokens};
use certwright_core::Timestamp;
use certwright_core::role::{Role, Scope};
use certwright_engine::{Engine, EngineError, NewAudit, Store, StoreError};
use hashing::Hashing;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::{OnceCell, watch};

/// Checks who signs in, and keeps what is stored of them.
pub(crate) struct People {
    engine: Arc<Engine>,
    hashing: Hashing,
    addresses: Addresses,
    /// Whether what was stored of them was read.
    learnt: OnceCell<()>,
    /// Told whenever sessions or tokens may have ended.
    ended: watch::Sender<u64>,
}

impl People {
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        Self {
            engine,
            hashing: Hashing::default(),
            addresses: Addresses::default(),
            learnt: OnceCell::new(),
            ended: watch::channel(0).0,
        }
    }

    /// Told whenever sessions or tokens may have ended.
    pub(crate) fn watch_ends(&self) -> watch::Receiver<u64> {
        self.ended.subscribe()
    }

    fn tell_ends(&self) {
        self.ended.send_modify(|count| *count = count.wrapping_add(1));
    }

    fn store(&self) -> &dyn Store {
        self.engine.store().as_ref()
    }

    fn now(&self) -> Timestamp {
        self.engine.now()
    }

    fn audit(
        &self,
        who: &str,
        action: &str,
        object: impl Into<String>,
        before: Option<Value>,
        after: Option<Value>,
    ) -> NewAudit {
        NewAudit {
            at: self.now(),
            who: who.to_owned(),
            action: action.to_owned(),
            object: object.into(),
            before,
            after,
        }
    }

    /// Writes a line about what changed nothing. That it cannot be written is no reason to let anybody in, nor to keep
    /// somebody out.
    async fn note(&self, line: NewAudit) {
        if let Err(error) = self.store().append_audit(&line).await {
            tracing::error!(%error, action = line.action, "the audit cannot be written");
        }
    }
}

/// A role as the API names it.
pub(crate) fn shown_role(role: Role) -> api::Role {
    match role {
        Role::Administrator => api::Role::Administrator,
        Role::Operator => api::Role::Operator,
        Role::Viewer => api::Role::Viewer,
    }
}

fn sent_role(role: api::Role) -> Role {
    match role {
        api::Role::Administrator => Role::Administrator,
        api::Role::Operator => Role::Operator,
        api::Role::Viewer => Role::Viewer,
    }
}

fn shown_scope(scope: Scope) -> api_tokens::Scope {
    match scope {
        Scope::Read => api_tokens::Scope::Read,
        Scope::Operate => api_tokens::Scope::Operate,
        Scope::Administer => api_tokens::Scope::Administer,
        Scope::ExportKeys => api_tokens::Scope::ExportKeys,
        Scope::Metrics => api_tokens::Scope::Metrics,
    }
}

fn sent_scope(scope: api_tokens::Scope) -> Scope {
    match scope {
        api_tokens::Scope::Read => Scope::Read,
        api_tokens::Scope::Operate => Scope::Operate,
        api_tokens::Scope::Administer => Scope::Administer,
        api_tokens::Scope::ExportKeys => Scope::ExportKeys,
        api_tokens::Scope::Metrics => Scope::Metrics,
    }
}

fn stored(error: StoreError) -> Trouble {
    EngineError::from(error).into()
}
