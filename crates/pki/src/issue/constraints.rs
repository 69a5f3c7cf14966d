//! Name constraints (RFC 5280 §4.2.1.10): what an authority can vouch for at all, whatever is stolen from it.

use super::Network;
use crate::error::PkiError;
use certwright_core::identifier::{Identifier, IdentifierError};
use rcgen::{CidrSubnet, GeneralSubtree};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The names that certificates below an authority may have. Empty means any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameConstraints {
    /// Each of these names, and all names below them.
    pub names: Vec<String>,
    /// All addresses of these ranges.
    pub networks: Vec<Network>,
}

impl NameConstraints {
    /// Whether nothing is constrained.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.networks.is_empty()
    }

    pub(super) fn extension(&self) -> Result<Option<rcgen::NameConstraints>, PkiError> {
        if self.is_empty() {
            return Ok(None);
        }
        let mut permitted = Vec::new();
        for name in &self.names {
            permitted.push(GeneralSubtree::DnsName(subtree(name)?));
        }
        permitted.extend(self.networks.iter().map(|network| range(network.address(), network.prefix())));
        // A kind of name that no permitted subtree speaks of is not constrained at all (RFC 5280 §4.2.1.10), so
        // what is not permitted is excluded: the empty name holds every name, a prefix of no bits every address.
        let mut excluded = Vec::new();
        if self.names.is_empty() {
            excluded.push(GeneralSubtree::DnsName(String::new()));
        }
        if self.networks.is_empty() {
            excluded.extend([range(Ipv4Addr::UNSPECIFIED.into(), 0), range(Ipv6Addr::UNSPECIFIED.into(), 0)]);
        }
        Ok(Some(rcgen::NameConstraints { permitted_subtrees: permitted, excluded_subtrees: excluded }))
    }
}

/// A name as a constraint has it: in ASCII, and without a dot before it, which RFC 5280 gives a meaning for
/// addresses of mail and pages only.
fn subtree(name: &str) -> Result<String, PkiError> {
    match Identifier::parse(name) {
        Ok(Identifier::Dns(name)) => Ok(name.ascii().to_owned()),
        Ok(_) => Err(PkiError::UnusableName { name: name.to_owned(), why: IdentifierError::NotAName }),
        Err(why) => Err(PkiError::UnusableName { name: name.to_owned(), why }),
    }
}

fn range(address: IpAddr, prefix: u8) -> GeneralSubtree {
    GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, prefix))
}
