//! Orders of an issuer's clients: what was asked for, how far it is, and what is about to be signed.

use super::{Authorization, Certificate};
use crate::StoreResult;
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::identifier::Identifier;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The state of an order (RFC 8555 §7.1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderStatus {
    /// Authorizations are missing.
    Pending,
    /// All authorizations are valid.
    Ready,
    /// The certificate is being signed.
    Processing,
    /// The certificate is there.
    Valid,
    /// Nothing comes of it.
    Invalid,
}

/// What is about to be signed, or was: written before it is, so that it can be repeated with the same content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signing {
    /// The request (DER).
    pub request: Vec<u8>,
    /// The certificate's serial number, in hex.
    pub serial: String,
    /// When the certificate begins.
    pub not_before: Timestamp,
    /// When it ends.
    pub not_after: Timestamp,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its id.
    pub id: String,
    /// Whose.
    pub issuer: String,
    /// The account's id.
    pub account: String,
    /// Its state; one that is pending or ready and past its end counts as invalid.
    pub status: OrderStatus,
    /// For what.
    pub identifiers: Vec<Identifier>,
    /// Until when it can be finalized.
    pub expires_at: Timestamp,
    /// The profile asked for.
    pub profile: Option<String>,
    /// The serial number of the certificate that it replaces (RFC 9773 §5).
    pub replaces: Option<String>,
    /// Why it failed: a problem document.
    pub error: Option<Value>,
    /// What is signed, once it was finalized.
    pub signing: Option<Signing>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// The ids of its authorizations.
    pub authorizations: Vec<String>,
}

/// How much one account may have at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderLimits {
    /// Orders that are not expired, whatever came of them.
    pub orders: u32,
    /// Those of them that are neither issued nor failed.
    pub open_orders: u32,
    /// Authorizations that are pending in such orders.
    pub pending_authorizations: u32,
}

/// An order that is to be opened.
#[derive(Clone, Copy, Debug)]
pub struct NewOrder<'a> {
    /// The order.
    pub order: &'a Order,
    /// Its authorizations, with their challenges.
    pub authorizations: &'a [Authorization],
    /// The account's limits.
    pub limits: OrderLimits,
}

/// How opening an order came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderOpening {
    /// It is stored.
    Opened,
    /// The account has as many orders as it may have.
    TooManyOrders,
    /// The account has as many open orders as it may have.
    TooManyOpenOrders,
    /// The account has as many pending authorizations as it may have.
    TooManyAuthorizations,
    /// Another order, which did not fail, replaces the certificate already.
    AlreadyReplaced,
}

/// Orders of an issuer's clients.
#[async_trait]
pub trait IssuerOrders: Send + Sync {
    /// Opens an order with its authorizations and challenges, and marks the certificate that it replaces.
    async fn open_order(&self, new: NewOrder<'_>) -> StoreResult<OrderOpening>;

    /// The order with this id, if the issuer has one.
    async fn order(&self, issuer: &str, id: &str) -> StoreResult<Option<Order>>;

    /// The ids of the account's orders that did not fail, after `after` if that is given, at most `limit`.
    async fn order_ids(&self, account: &str, after: Option<&str>, limit: u32) -> StoreResult<Vec<String>>;

    /// Stores what is about to be signed and marks the order as processing: if it is ready and not over, which is
    /// what the answer says. Only one caller is told so.
    async fn begin_signing(
        &self,
        issuer: &str,
        id: &str,
        signing: &Signing,
        now: Timestamp,
    ) -> StoreResult<bool>;

    /// The ids of orders that are processing, at most `limit`.
    async fn processing_orders(&self, issuer: &str, limit: u32) -> StoreResult<Vec<String>>;

    /// Stores the certificate and marks its order as valid, if that is processing: the answer says whether. Must be
    /// done before the certificate is shown to anybody.
    async fn store_certificate(&self, certificate: &Certificate) -> StoreResult<bool>;

    /// Marks a processing order as invalid, and why.
    async fn fail_order(&self, issuer: &str, id: &str, error: &Value) -> StoreResult<()>;
}
