//! Issuers: the certificate authorities that this service is itself, with what their clients asked of them.
//!
//! Not to be taken for [`Authorities`](crate::Authorities), whose client this service is: there we ask, here we
//! are asked. All names are of RFC 8555, seen from the server. Ids are drawn by the caller, from so much chance
//! that nobody guesses one.

mod accounts;
mod certificates;
mod challenges;
mod external_keys;
mod issuers;
mod orders;

pub use accounts::{Account, AccountOpening, AccountStatus, IssuerAccounts, KeyChange};
pub use certificates::{Certificate, IssuerCertificates, Revocation};
pub use challenges::{
    Authorization, AuthorizationStatus, Challenge, ChallengeKind, ChallengeStatus, DueChallenge,
    IssuerChallenges, Outcome,
};
pub use external_keys::{ExternalKey, ExternalKeys};
pub use issuers::{Issuer, Issuers, NewIssuer, SealedKeys};
pub use orders::{IssuerOrders, NewOrder, Order, OrderLimits, OrderOpening, OrderStatus, Signing};

/// All that an issuer stores, as one object.
pub trait IssuerStore:
    Issuers + ExternalKeys + IssuerAccounts + IssuerOrders + IssuerChallenges + IssuerCertificates
{
}

impl<S> IssuerStore for S where
    S: Issuers + ExternalKeys + IssuerAccounts + IssuerOrders + IssuerChallenges + IssuerCertificates
{
}
