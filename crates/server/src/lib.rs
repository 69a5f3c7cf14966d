//! The HTTP API over the engine: who may come in, what each path does, events as they happen.
//!
//! A request comes through `accept` (connections), `door` (who asks), `routes` (what is asked) and leaves as
//! JSON or as a problem document (`trouble`). The routes are also the OpenAPI document: see [`openapi()`].

mod accept;
mod administered;
mod answers;
mod caller;
mod door;
mod error;
mod exposition;
mod following;
mod headers;
mod issuers;
mod once;
mod openapi;
mod origin;
mod people;
mod revision;
mod roles;
mod routes;
mod sent;
mod server;
mod socket;
mod state;
mod tls;
mod token;
mod trouble;
mod unbroken;

pub use error::ServeError;
pub use openapi::openapi;
pub use server::{Listening, ServeConfig, Server};
pub use tls::Tls;
pub use token::ApiToken;
