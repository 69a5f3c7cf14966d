//! Deployment targets: the kinds of servers that can be made to serve a certificate.

use certwright_contract::AnyTarget;

mod files;
pub(crate) mod nginx;
mod this_service;

/// Every kind of target.
pub const TARGETS: &[&dyn AnyTarget] = &[&files::Files, &nginx::Nginx, &this_service::ThisService];

/// The kind of target with this name, if there is one.
pub fn target(name: &str) -> Option<&'static dyn AnyTarget> {
    TARGETS.iter().copied().find(|target| target.name() == name)
}
