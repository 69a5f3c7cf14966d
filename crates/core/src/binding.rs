//! Bindings: places of a target where a certificate is named, and which identifiers they need.

use crate::endpoint::Endpoint;
use serde::{Deserialize, Serialize};

/// Which bindings of a server a certificate is deployed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BindingPolicy {
    /// Re-point matching TLS bindings, and add one where a matching site has only http.
    #[default]
    AddOrUpdate,
    /// Re-point matching TLS bindings only.
    UpdateOnly,
}

/// One place of a target where the certificate will be named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The site for people: its first name and where it stands, `shop.example.com (/etc/nginx/sites/shop.conf:3)`.
    pub site: String,
    /// Where a handshake must show the certificate: every listen address with every covered name.
    pub endpoints: Vec<Endpoint>,
    /// Whether it is there already, is re-pointed, or is added.
    pub change: BindingChange,
}

/// What a plan does to a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BindingChange {
    /// Names our files already: nothing to edit.
    Keep,
    /// Names other files: re-pointed.
    Repoint,
    /// Has only http: a TLS listener is added.
    Add,
}
