//! The ACME protocol as a client: RFC 8555, RFC 8738 (IP), RFC 9773 (ARI) and the profiles draft.
//! Nothing here waits, polls or stores: every step takes URLs, so a caller can resume after a restart.

mod account;
mod answered;
mod authorization;
mod base64url;
mod binding;
mod certificate;
mod challenge;
mod client;
mod directory;
mod error;
mod exchange;
mod failure;
mod fields;
mod identifier;
mod jwk;
mod jws;
mod key;
mod key_change;
mod link;
mod nonce;
mod observer;
mod order;
mod post;
mod problem;
mod problem_kind;
mod renewal;
mod retry_after;
mod revocation;
mod session;
mod text;
mod transport;
mod url;

#[cfg(test)]
mod script;

pub use account::{Account, AccountStatus, NewAccount};
pub use answered::Answered;
pub use authorization::{Authorization, AuthorizationStatus};
pub use binding::{ExternalAccountBinding, MacAlgorithm};
pub use certificate::CertificateChain;
pub use challenge::{Challenge, ChallengeStatus};
pub use client::{Client, Settings};
pub use directory::{Directory, DirectoryMeta};
pub use error::Error;
pub use identifier::Identifier;
pub use key::{AccountKey, KeyAlgorithm, KeyAuthorization};
pub use observer::{Exchange, Observer};
pub use order::{NewOrder, OpenedOrder, Order, OrderList, OrderStatus};
pub use problem::{Problem, Subproblem};
pub use problem_kind::ProblemKind;
pub use renewal::RenewalInformation;
pub use retry_after::{RetryAfter, http_date};
pub use revocation::RevocationReason;
pub use session::Session;
pub use transport::{Answer, Request, Transport, TransportError};
