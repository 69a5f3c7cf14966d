//! Where a handshake must show the certificate once a plan is done.

use super::adding::hosts;
use super::judging::{Scene, Verdict};
use super::select::{Listeners, Selected};
use certwright_core::binding::{Binding, BindingChange};
use certwright_core::endpoint::Endpoint;
use certwright_core::identifier::Identifier;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

/// The binding of a block, and what cannot be verified about it. `listeners` are those after the edits.
pub(super) fn binding(
    scene: &Scene<'_>,
    listeners: &Listeners,
    site: usize,
    verdict: &Verdict,
    answered: &BTreeSet<Identifier>,
    warnings: &mut Vec<String>,
) -> Option<Binding> {
    let change = match verdict {
        Verdict::Keep => BindingChange::Keep,
        Verdict::Repoint(_) => BindingChange::Repoint,
        Verdict::Add(_) => BindingChange::Add,
        Verdict::Nothing | Verdict::Left(_) => return None,
    };
    let block = &scene.sites[site];
    let mut hosts = hosts(&scene.names(block), answered);
    if hosts.is_empty() {
        // It shows an earlier version under other names: ask for those it answers for anyhow.
        hosts = scene
            .wanted
            .identifiers
            .iter()
            .filter(|identifier| !identifier.is_wildcard())
            .map(Identifier::ascii)
            .collect();
    }
    let title = scene.title(site);
    let mut endpoints = Vec::new();
    let mut proxied = false;
    for socket in listeners.of_site(site) {
        if !listeners.speaks_tls(socket) {
            continue;
        }
        if listeners.speaks_proxy(socket) {
            proxied = true;
            continue;
        }
        let Some(address) = listeners.reach(socket) else {
            continue;
        };
        for host in hosts.iter().filter(|host| is_asked_at(host, socket)) {
            let selected = listeners.select(scene.sites, socket, host);
            let here = matches!(
                selected,
                Some(Selected::Named { site: one, .. } | Selected::Default(one)) if one == site
            );
            if here {
                endpoints.push(Endpoint { address, host: host.clone() });
            }
        }
    }
    if proxied {
        warnings.push(format!(
            "{title} expects the PROXY protocol, so what it serves there cannot be verified by a handshake"
        ));
    }
    for (_, listen) in &block.listens {
        if let Some(written) = listen.unresolved.as_ref().filter(|_| listen.ssl) {
            warnings.push(format!(
                "{title} listens at {written}, a name that only nginx resolves: what it serves there is not verified"
            ));
        }
    }
    if endpoints.is_empty() {
        warnings.push(format!(
            "{title} cannot be verified by a handshake: no connection to its addresses is sure to reach it by a name of the certificate"
        ));
    }
    endpoints.dedup();
    Some(Binding { site: title, endpoints, change })
}

/// A client that asks for an address has connected to that address.
fn is_asked_at(host: &str, socket: SocketAddr) -> bool {
    host.parse::<IpAddr>().map_or(true, |ip| {
        socket.ip() == ip || (socket.ip().is_unspecified() && socket.is_ipv4() == ip.is_ipv4())
    })
}
