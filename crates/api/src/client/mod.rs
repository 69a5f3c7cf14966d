//! The client: typed methods over HTTP/1.1 on the service's Unix socket or on TCP with a token.

mod call;
mod certificates;
mod connection;
mod error;
mod issuers;
mod people;
mod query;
mod registry;
mod runs;
mod settings;
mod sse;
mod stream;
#[cfg(test)]
mod tests;
mod tls;
mod upkeep;

pub use connection::Address;
pub use error::ClientError;
pub use stream::EventStream;

use crate::service::{Service, ServiceHealth};
use call::Call;

/// What a method answers.
pub type Answer<T> = Result<T, ClientError>;

/// A client of one service. Cheap to clone; every request has a connection of its own.
///
/// Methods that start work or create something take an idempotency key: any text that the caller has used for
/// nothing else. Sent again with the same key, a request is answered as it was the first time.
#[derive(Clone, Debug)]
pub struct Client {
    address: Address,
}

impl Client {
    /// A client of the service at this address. Nothing is connected yet.
    pub fn new(address: Address) -> Self {
        Self { address }
    }

    /// Where it connects to.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The running service.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn service(&self) -> Answer<Service> {
        self.send(Call::get("service")).await
    }

    /// Whether the service answers and can use its database. Needs no token.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn health(&self) -> Answer<ServiceHealth> {
        self.send(Call::get("health")).await
    }

    /// The OpenAPI document.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn openapi(&self) -> Answer<serde_json::Value> {
        self.send(Call::get("openapi.json")).await
    }
}
