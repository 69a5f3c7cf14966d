//! The built-in certificate authority: an ACME server (RFC 8555, RFC 8738, RFC 9773) for names that no public
//! authority serves.
//!
//! [`Authority`] is one mounted authority. [`Authority::answer`] takes a whole HTTP request and gives a whole
//! answer; it knows no sockets, so that it can be mounted anywhere, tested and fuzzed. [`Authority::work`] runs
//! beside it: it looks at challenges and finishes what a restart cut off. What the authority needs of the world
//! comes in as [`Parts`]: a store, a data key, the time, chance, and two ports to look at what clients claim.
//!
//! It faces hostile clients. Sizes, counts and times are bounded by [`Limits`]; its looks go where its policy
//! allows and nowhere else (`validate/`, `redirect.rs`, `address.rs`), and say nothing of what they saw.

mod address;
mod administration;
mod answer;
mod authority;
mod base64url;
mod clock;
mod error;
mod failpoint;
mod flood;
mod handlers;
mod intermediate;
mod issuers;
mod jwk;
mod jws;
mod limits;
mod nonces;
mod parts;
mod payload;
mod policy;
mod problem;
mod reachable;
mod redirect;
mod revocation_list;
mod route;
mod settings;
mod signed;
mod signing;
mod sockets;
mod validate;
mod vault;
mod view;
mod work;

pub use administration::{NewExternalKey, create, external_key, external_key_policy};
pub use authority::Authority;
pub use certwright_store::issuer::{Certificate, ExternalKey, Issuer, Revocation};
pub use certwright_store::{Listing, Page, StoreError};
pub use clock::{Chance, Clock, SystemChance, SystemClock};
pub use error::AuthorityError;
pub use issuers::Issuers;
pub use limits::Limits;
pub use parts::Parts;
pub use policy::NamePolicy;
pub use settings::{Profile, Reach, Settings};
pub use sockets::{SocketFetch, SystemNames};
pub use validate::{Fetch, FetchError, Fetched, Look, Names};

/// Readers of what strangers send, for corpus tests and fuzzers: each takes any bytes, and must not panic.
pub mod readers {
    use crate::{jws, payload};

    /// Reads a signed request as far as it goes without a store; whether it was read.
    pub fn signed_request(body: &[u8]) -> bool {
        jws::Jws::read(body).is_ok_and(|read| read.header().is_ok())
    }

    /// Reads the bytes as the payload of every request there is; whether any was read.
    pub fn payloads(bytes: &[u8]) -> bool {
        payload::read_as_each(bytes)
    }
}
