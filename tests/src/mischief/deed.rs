//! What the proxy does instead of passing a request on and its answer back.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::message::Reply;

/// How an answer is changed on its way back.
pub(super) type Change = Arc<dyn Fn(&mut Reply) + Send + Sync>;

/// One misdeed.
#[derive(Clone)]
pub enum Deed {
    /// Answers this; the request is not passed on.
    Answer(Reply),
    /// Passes the request on and changes the answer.
    Change(Change),
    /// Passes the request on, and closes the connection without an answer: it was done, and nobody was told.
    LoseReply,
    /// Closes the connection; the request is not passed on.
    Reset,
    /// Never answers; the request is not passed on.
    Stall,
    /// Passes the request on, and closes the connection in the middle of the answer's body.
    HalfBody,
    /// Answers with a body that never ends; the request is not passed on.
    Endless,
}

impl Deed {
    /// Passes the request on and changes the answer.
    pub fn change(change: impl Fn(&mut Reply) + Send + Sync + 'static) -> Self {
        Self::Change(Arc::new(change))
    }

    /// Passes the request on and changes the JSON of the answer; the status stays.
    pub fn change_json(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self::change(move |reply| {
            if let Ok(mut value) = serde_json::from_slice(&reply.body) {
                change(&mut value);
                reply.body = value.to_string().into_bytes();
            }
        })
    }
}

impl fmt::Debug for Deed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(reply) => formatter.debug_tuple("Answer").field(&reply.status).finish(),
            Self::Change(_) => formatter.write_str("Change"),
            Self::LoseReply => formatter.write_str("LoseReply"),
            Self::Reset => formatter.write_str("Reset"),
            Self::Stall => formatter.write_str("Stall"),
            Self::HalfBody => formatter.write_str("HalfBody"),
            Self::Endless => formatter.write_str("Endless"),
        }
    }
}
