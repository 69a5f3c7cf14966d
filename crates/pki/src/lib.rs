//! Keys, certificate requests, certificate facts, chain checks and sealing.
//!
//! Nothing here reads a clock or a file: time, texts and bytes are arguments. What comes in may be hostile;
//! what goes out in words or errors never holds a secret.

pub mod certificate;
pub mod chain;
pub mod custom_request;
pub mod error;
mod fingerprint;
pub mod issue;
pub mod key;
pub mod request;
pub mod revocation_list;
pub mod seal;
pub mod self_signed;
#[cfg(test)]
mod testing;

pub use certificate::{chain_pem, facts, parse_chain};
pub use chain::{ChainFault, Expected, Roots, check_issued, trust};
pub use custom_request::{custom_request_der, read_custom_request, request_key_fingerprint, request_pem};
pub use error::PkiError;
pub use fingerprint::sha1_for_people;
pub use key::PrivateKey;
pub use request::certificate_request;
