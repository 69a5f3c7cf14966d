//! What a certificate authority of our own makes: its root and intermediate, leaves, revocation lists.
//!
//! The profile is RFC 5280's, as browsers read it. Time, serial numbers and names are arguments; the only chance
//! drawn here is that of keys and signatures.

mod authority;
mod authority_key;
mod constraints;
mod leaf;
mod moments;
mod network;
mod public_key;
mod request;
mod revocation_list;
mod serial;
#[cfg(test)]
mod tests;

pub use authority::{INTERMEDIATE_LIFETIME, Naming, ROOT_LIFETIME, SigningAuthority, intermediate, root};
pub use authority_key::AuthorityKey;
pub use constraints::NameConstraints;
pub use leaf::{LONGEST_LEAF, Leaf, SHORTEST_LEAF};
pub use network::{Network, NetworkError};
pub use public_key::PublicKey;
pub use request::{CheckedRequest, RequestRefusal};
pub use revocation_list::{RevocationReason, Revoked};
pub use serial::Serial;
