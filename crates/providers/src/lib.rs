//! Everything a user picks from a list: certificate authorities, challenge responders, deployment targets.
//!
//! A provider is one file (or folder) and one line in its folder's list. Nobody outside names a provider.

pub mod ca;
mod ca_entry;
pub mod challenge;
pub mod deploy;

#[cfg(test)]
mod contract;
