//! TLS listeners for blocks that have only http.
//!
//! Each http address gets its twin on the TLS port. Nothing is added where another block serves one of the
//! names over TLS already, where the block only sends clients to https, where the twin would take connections
//! from other blocks, or where something else than TLS is spoken.

use super::judging::{Names, Scene, Verdict, listed};
use super::listen;
use super::names::Name;
use super::repointing::{NewListener, shared_with, sharing};
use super::select::{Listener, Listeners, Selected};
use super::site::Site;
use certwright_core::binding::BindingPolicy;
use certwright_core::identifier::Identifier;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

/// Decides for one http-only block; its new listeners count for the blocks judged after it.
pub(super) fn judge(
    scene: &Scene<'_>,
    listeners: &mut Listeners,
    verdicts: &[Verdict],
    site: usize,
    answered: &BTreeSet<Identifier>,
    warnings: &mut Vec<String>,
) -> Verdict {
    let block = &scene.sites[site];
    let names = scene.names(block);
    if names.covered.is_empty() && answered.is_empty() {
        return Verdict::Nothing;
    }
    let hosts = hosts(&names, answered);
    let (served, missing): (Vec<_>, Vec<_>) =
        hosts.iter().partition(|host| served_elsewhere(scene, listeners, site, host));
    if !served.is_empty() {
        if missing.is_empty() {
            return Verdict::Nothing;
        }
        let missing: Vec<_> = missing.into_iter().map(String::as_str).collect();
        return scene.left(
            site,
            &format!(
                "has only http, and other blocks serve some of its names over TLS but not {}; add the name to one of these",
                missing.join(", ")
            ),
        );
    }
    if scene.settings.policy == BindingPolicy::UpdateOnly {
        return scene.left(
            site,
            "has only http, and the policy is to update only; choose `add-or-update` to add a TLS listener",
        );
    }
    if only_sends_to_https(block) {
        return scene.left(site, "only sends clients to https, and no block answers for its names there; add a server block that does");
    }
    if let Some(other) = shared_with(scene, listeners, verdicts, site) {
        return scene.left(site, &sharing(scene, other));
    }
    if block.own("ssl_certificate").len() > 1 {
        return scene.left(
            site,
            "names several certificates; leave one pair of `ssl_certificate` and `ssl_certificate_key`",
        );
    }
    let new = match twins(scene, listeners, site) {
        Ok(new) if new.is_empty() => {
            return scene.left(site, "has no address that a TLS listener could be added at");
        }
        Ok(new) => new,
        Err(why) => return scene.left(site, &why),
    };
    warnings.extend(scene.left_out(site, &names));
    warnings.extend(took_over(scene, listeners, site, &names));
    let mut lines = Vec::new();
    if block.listens.iter().all(|(directive, _)| directive.is_none()) {
        // With a listen directive of its own the block loses the one that nginx implied.
        lines.push("listen 80;".to_owned());
    }
    for listener in new {
        lines.push(listener.directive());
        let default = listeners.default_at(listener.socket);
        listeners.push(Listener {
            site,
            socket: listener.socket,
            ssl: true,
            default_server: false,
            http2: listener.http2,
            proxy_protocol: listener.proxy_protocol,
            ipv6only: listener.ipv6only,
        });
        if let Some(before) = default.filter(|_| listeners.default_at(listener.socket) == Some(site)) {
            warnings.push(format!(
                "{} stands before {} and becomes the default at {}: it will answer clients that send no name or an unknown one; say `default_server` there if it should not",
                scene.title(site),
                scene.title(before),
                listen::written(listener.socket)
            ));
        }
    }
    Verdict::Add(lines)
}

/// The hosts that the block must answer for over TLS.
pub(super) fn hosts(names: &Names<'_>, answered: &BTreeSet<Identifier>) -> Vec<String> {
    let mut hosts: Vec<String> = names.covered.iter().filter_map(|name| name.example()).collect();
    hosts.extend(answered.iter().map(Identifier::ascii));
    let mut seen = BTreeSet::new();
    hosts.retain(|host| seen.insert(host.clone()));
    hosts
}

/// Whether another block answers for the host over TLS as precisely as this one would.
fn served_elsewhere(scene: &Scene<'_>, listeners: &Listeners, site: usize, host: &str) -> bool {
    let precisely = scene.sites[site].names.iter().any(|name| *name == Name::Exact(host.to_owned()));
    tls_sockets(scene, listeners).any(|socket| match listeners.select(scene.sites, socket, host) {
        Some(Selected::Named { site: other, exactly }) => other != site && (exactly || !precisely),
        Some(Selected::Default(other)) => other != site && host.parse::<IpAddr>().is_ok(),
        _ => false,
    })
}

/// A warning where a pattern of another block answered for the names over TLS until now.
fn took_over(scene: &Scene<'_>, listeners: &Listeners, site: usize, names: &Names<'_>) -> Option<String> {
    let other = names.covered.iter().filter_map(|name| name.example()).find_map(|host| {
        tls_sockets(scene, listeners).find_map(|socket| match listeners.select(scene.sites, socket, &host) {
            Some(Selected::Named { site: other, .. }) if other != site => Some(other),
            _ => None,
        })
    })?;
    Some(format!(
        "{} will answer over TLS for {}; until now {} does",
        scene.title(site),
        listed(&names.covered),
        scene.title(other)
    ))
}

fn tls_sockets(scene: &Scene<'_>, listeners: &Listeners) -> impl Iterator<Item = SocketAddr> {
    let port = scene.settings.tls_port;
    listeners
        .sockets()
        .into_iter()
        .filter(move |socket| socket.port() == port && listeners.speaks_tls(*socket))
}

/// The TLS twins of the block's http addresses.
fn twins(scene: &Scene<'_>, listeners: &Listeners, site: usize) -> Result<Vec<NewListener>, String> {
    let port = scene.settings.tls_port;
    let mut sockets = BTreeSet::new();
    for plain in listeners.of_site(site) {
        let twin = SocketAddr::new(plain.ip(), port);
        let everywhere = SocketAddr::new(unspecified(plain.ip()), port);
        if twin == everywhere {
            sockets.insert(twin);
            // nginx prefers a socket at one address: the block must be there too to be found by its name.
            sockets.extend(listeners.sockets().into_iter().filter(|other| {
                other.port() == port
                    && other.is_ipv4() == twin.is_ipv4()
                    && !other.ip().is_unspecified()
                    && !other.ip().is_loopback()
                    && listeners.speaks_tls(*other)
            }));
        } else if listeners.at(twin).next().is_none() && listeners.at(everywhere).next().is_some() {
            // A new socket at one address would take its connections from all blocks that listen everywhere.
            sockets.insert(everywhere);
        } else {
            sockets.insert(twin);
        }
    }
    let (any_v4, any_v6) = (SocketAddr::from(([0; 4], port)), SocketAddr::from(([0; 16], port)));
    // A socket that takes both families and one for IPv4 alone cannot be bound together.
    if is_dual(listeners, any_v6) && sockets.remove(&any_v4) {
        sockets.insert(any_v6);
    }
    let is_new = |socket: SocketAddr| listeners.at(socket).next().is_none();
    let mut ipv6only = ipv6only(listeners, any_v6).filter(|_| is_new(any_v6));
    if ipv6only.as_deref() == Some("off") && sockets.contains(&any_v6) && !is_new(any_v4) {
        ipv6only = None;
        sockets.insert(any_v4);
    } else if ipv6only.as_deref() == Some("off") && sockets.contains(&any_v6) {
        sockets.remove(&any_v4);
    }
    sockets
        .into_iter()
        .map(|socket| {
            if !is_new(socket) && !listeners.speaks_tls(socket) {
                return Err(format!(
                    "would listen with TLS at {}, where other blocks speak http; add `ssl` there first",
                    listen::written(socket)
                ));
            }
            Ok(NewListener {
                socket,
                http2: listeners.at(socket).any(|other| other.http2),
                proxy_protocol: listeners.speaks_proxy(socket),
                // Belongs to the socket and may be said once.
                ipv6only: ipv6only.clone().filter(|_| socket == any_v6),
            })
        })
        .collect()
}

fn is_dual(listeners: &Listeners, socket: SocketAddr) -> bool {
    listeners.at(socket).any(|listener| listener.ipv6only.as_deref() == Some("off"))
}

/// What the http socket at this address says.
fn ipv6only(listeners: &Listeners, twin: SocketAddr) -> Option<String> {
    listeners
        .sockets()
        .into_iter()
        .filter(|socket| socket.ip() == twin.ip() && !listeners.speaks_tls(*socket))
        .find_map(|socket| listeners.at(socket).find_map(|listener| listener.ipv6only.clone()))
}

fn unspecified(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => IpAddr::from([0; 4]),
        IpAddr::V6(_) => IpAddr::from([0; 16]),
    }
}

/// Whether every page is a redirect to https at the block's own names: with TLS it would send clients in circles.
fn only_sends_to_https(block: &Site<'_>) -> bool {
    let root = block
        .server
        .body()
        .iter()
        .find(|directive| directive.name() == "location" && directive.argument() == "/");
    block
        .server
        .body()
        .iter()
        .chain(root.iter().flat_map(|location| location.body()))
        .filter(|directive| matches!(directive.name(), "return" | "rewrite"))
        .filter_map(|directive| directive.arguments().find_map(|word| word.strip_prefix("https://")))
        .any(|target| {
            let host = target
                .split(['/', ':'])
                .next()
                .unwrap_or_default()
                .split("$request_uri")
                .next()
                .unwrap_or_default();
            host.contains('$') || block.names.iter().any(|name| name.matches(host).is_some())
        })
}
