//! What an ACME server is asked for, by the paths that Pebble gives it.

/// One kind of resource (RFC 8555 §7.1, RFC 9773 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// The directory.
    Directory,
    /// A nonce.
    NewNonce,
    /// A new account, or the account of a key.
    NewAccount,
    /// A new order.
    NewOrder,
    /// An account.
    Account,
    /// An order.
    Order,
    /// Where an order is finalized.
    Finalize,
    /// An authorization.
    Authorization,
    /// A challenge.
    Challenge,
    /// An issued certificate with its chain.
    Certificate,
    /// When a certificate is to be renewed.
    RenewalInformation,
    /// Anything else.
    Other,
}

/// The beginnings of Pebble's paths.
const PATHS: [(&str, Resource); 11] = [
    ("/dir", Resource::Directory),
    ("/nonce-plz", Resource::NewNonce),
    ("/sign-me-up", Resource::NewAccount),
    ("/order-plz", Resource::NewOrder),
    ("/my-account/", Resource::Account),
    ("/my-order/", Resource::Order),
    ("/finalize-order/", Resource::Finalize),
    ("/authZ/", Resource::Authorization),
    ("/chalZ/", Resource::Challenge),
    ("/certZ/", Resource::Certificate),
    ("/draft-ietf-acme-ari-03/renewalInfo/", Resource::RenewalInformation),
];

impl Resource {
    pub(super) fn of(path: &str) -> Self {
        let known = PATHS.iter().find(|(beginning, _)| path.starts_with(beginning));
        known.map_or(Self::Other, |(_, resource)| *resource)
    }
}
