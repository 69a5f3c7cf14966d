//! Gathering facts: everything that is read before something is decided.

mod keys;
mod obtain;
mod port;
mod target;

pub(crate) use obtain::{plan_obtain, plan_obtain_from};
pub(crate) use target::{WantedVersion, linked_version, plan_deploy};
