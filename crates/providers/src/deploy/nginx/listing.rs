//! The sites of an nginx, for those who choose names from what is there.

use super::configuration::Configuration;
use super::found::Found;
use super::names::Name;
use certwright_core::failure::Failure;
use certwright_core::site::Site;

/// Every server block that answers for names a certificate can hold.
pub(super) fn sites(found: &Found) -> Result<Vec<Site>, Failure> {
    let configuration = Configuration::read(found)?;
    let sites = configuration.sites();
    let listed = sites.iter().map(|site| Site {
        names: site
            .names
            .iter()
            .filter(|name| matches!(name, Name::Exact(_) | Name::Leading(_)))
            .map(ToString::to_string)
            .collect(),
        addresses: site.listens.iter().flat_map(|(_, listen)| listen.sockets.iter().copied()).collect(),
        tls: site.listens.iter().any(|(_, listen)| listen.ssl),
        place: configuration.place(site.server),
    });
    Ok(listed.filter(|site| !site.names.is_empty()).collect())
}
