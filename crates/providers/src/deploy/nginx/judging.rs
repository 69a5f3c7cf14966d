//! Which server blocks a certificate belongs to.
//!
//! A block matches when one of its plain names (`shop.example.com`, `*.example.com`) is covered by the
//! certificate, when it shows an earlier version of it, or when it is who answers for an identifier that no
//! block names: over TLS by a pattern or as default, over http by a pattern only, for an address as default.
//!
//! A matching TLS block is re-pointed only where nobody loses: all its plain names are covered, or it shows an
//! earlier version, or what it shows now is self-signed or covers none of the names that would be left out.
//! Otherwise it is left as it is, with a warning that names the names.

use super::configuration::Configuration;
use super::found::{Found, Leaf};
use super::names::Name;
use super::scan::Directive;
use super::select::{Listeners, Selected};
use super::settings::Settings;
use super::site::Site;
use certwright_contract::Wanted;
use certwright_core::identifier::Identifier;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

/// Everything a decision is made from.
pub(super) struct Scene<'a> {
    pub(super) settings: &'a Settings,
    pub(super) found: &'a Found,
    pub(super) wanted: &'a Wanted,
    pub(super) configuration: &'a Configuration<'a>,
    pub(super) sites: &'a [Site<'a>],
    /// The path that `ssl_certificate` will name.
    pub(super) certificate: String,
    /// The path that `ssl_certificate_key` will name.
    pub(super) key: String,
}

/// What is to become of a server block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing: it has nothing to do with the certificate, or another block serves its names.
    Nothing,
    /// Nothing, although it matches: why.
    Left(String),
    /// It names our files already.
    Keep,
    /// Its certificate becomes ours; with something to say about it, perhaps.
    Repoint(Option<String>),
    /// It gets these listeners, and our certificate.
    Add(Vec<String>),
}

/// A block's names as the certificate sees them.
pub(super) struct Names<'a> {
    pub(super) covered: Vec<&'a Name>,
    pub(super) others: Vec<&'a Name>,
}

impl<'a> Scene<'a> {
    pub(super) fn names(&self, site: &'a Site<'a>) -> Names<'a> {
        let (covered, others) = site.names.iter().partition(|name| name.covered_by(&self.wanted.identifiers));
        Names { covered, others }
    }

    pub(super) fn title(&self, site: usize) -> String {
        self.sites[site].title(self.configuration)
    }

    /// For each block the identifiers that no block names and that this one answers for.
    pub(super) fn answered(&self, listeners: &Listeners) -> Vec<BTreeSet<Identifier>> {
        let mut answered = vec![BTreeSet::new(); self.sites.len()];
        for identifier in &self.wanted.identifiers {
            let sites = match identifier {
                Identifier::Dns(name) if !self.is_named(name.ascii()) => {
                    self.answering_name(listeners, name.ascii())
                }
                Identifier::Ip(ip) => answering_address(self, listeners, *ip),
                Identifier::Dns(_) | Identifier::Wildcard(_) => BTreeSet::new(),
            };
            for site in sites {
                answered[site].insert(identifier.clone());
            }
        }
        answered
    }

    fn is_named(&self, host: &str) -> bool {
        self.sites.iter().flat_map(|site| &site.names).any(|name| *name == Name::Exact(host.to_owned()))
    }

    fn tls_sockets(&self, listeners: &Listeners) -> Vec<SocketAddr> {
        let port = self.settings.tls_port;
        listeners
            .sockets()
            .into_iter()
            .filter(|socket| socket.port() == port && listeners.speaks_tls(*socket))
            .collect()
    }

    /// By a pattern over TLS; else by a pattern over http; else as a default that names nobody, over TLS.
    fn answering_name(&self, listeners: &Listeners, host: &str) -> BTreeSet<usize> {
        let by_pattern = |sockets: &mut dyn Iterator<Item = SocketAddr>| -> BTreeSet<usize> {
            sockets
                .filter_map(|socket| match listeners.select(self.sites, socket, host) {
                    Some(Selected::Named { site, .. }) => Some(site),
                    _ => None,
                })
                .collect()
        };
        let tls = self.tls_sockets(listeners);
        let named = by_pattern(&mut tls.iter().copied());
        if !named.is_empty() {
            return named;
        }
        let plain = listeners.sockets().into_iter();
        let named = by_pattern(&mut plain.filter(|socket| !listeners.speaks_tls(*socket)));
        if !named.is_empty() {
            return named;
        }
        tls.into_iter()
            .filter_map(|socket| match listeners.select(self.sites, socket, host) {
                Some(Selected::Default(site)) if !self.sites[site].has_plain_names() => Some(site),
                _ => None,
            })
            .collect()
    }

    /// What becomes of a block that speaks TLS.
    pub(super) fn judge_tls(&self, site: usize, answered: &BTreeSet<Identifier>) -> Verdict {
        let block = &self.sites[site];
        let names = self.names(block);
        let certificates = block.effective("ssl_certificate");
        let keys = block.effective("ssl_certificate_key");
        let named_already = certificates.iter().any(|one| one.argument() == self.certificate);
        let leaves: Vec<_> =
            certificates.iter().filter_map(|one| self.found.leaves.get(one.argument())).collect();
        let ours = named_already || leaves.iter().any(|leaf| self.wanted.earlier.contains(&leaf.fingerprint));
        if names.covered.is_empty() && !ours && answered.is_empty() {
            return Verdict::Nothing;
        }
        if certificates.len() > 1 || keys.len() > 1 {
            if named_already {
                return Verdict::Keep;
            }
            return self.left(site, "names several certificates, and only a person can say which one this certificate replaces; leave one pair of `ssl_certificate` and `ssl_certificate_key`");
        }
        if named_already && keys.iter().any(|one| one.argument() == self.key) {
            return Verdict::Keep;
        }
        if rejects_handshakes(block) {
            return if names.covered.is_empty() {
                Verdict::Nothing
            } else {
                self.left(site, "rejects every handshake (`ssl_reject_handshake on`)")
            };
        }
        if certificates.iter().any(|one| one.argument().contains('$')) {
            return self.left(site, "chooses its certificate by a variable");
        }
        if !ours {
            match self.loses(&names, certificates.first().copied(), leaves.first().copied()) {
                Some(_) if names.covered.is_empty() => return Verdict::Nothing,
                Some(loss) => return self.left(site, &loss),
                None => {}
            }
        }
        Verdict::Repoint(self.left_out(site, &names))
    }

    pub(super) fn left(&self, site: usize, why: &str) -> Verdict {
        Verdict::Left(format!("{} is left as it is: it {why}", self.title(site)))
    }

    /// A warning about plain names that the block answers for and the certificate does not cover.
    pub(super) fn left_out(&self, site: usize, names: &Names<'_>) -> Option<String> {
        (!names.others.is_empty()).then(|| {
            format!(
                "{} also answers for {}, which the certificate does not cover: clients that ask for it will be shown a certificate for other names",
                self.title(site),
                listed(&names.others)
            )
        })
    }

    /// Who would be worse off if the block showed our certificate.
    fn loses(&self, names: &Names<'_>, now: Option<&Directive>, leaf: Option<&Leaf>) -> Option<String> {
        if now.is_none() || (names.others.is_empty() && !names.covered.is_empty()) {
            return None;
        }
        let Some(leaf) = leaf else {
            return Some(format!(
                "also answers for {}, and its present certificate could not be read, so nobody knows whom it serves; add the names to the certificate, or give them a server block of their own",
                listed_or(&names.others, "names it does not list")
            ));
        };
        if leaf.self_signed {
            return None;
        }
        let mut losers: Vec<String> = names
            .others
            .iter()
            .filter(|name| name.covered_by(&leaf.identifiers))
            .map(ToString::to_string)
            .collect();
        let open_ended = names.others.iter().any(|name| name.example().is_none());
        if open_ended || (names.covered.is_empty() && names.others.is_empty()) {
            losers.extend(
                leaf.identifiers
                    .iter()
                    .filter(|identifier| !self.covers(identifier))
                    .map(Identifier::unicode)
                    .chain(leaf.odd_names.iter().cloned()),
            );
        }
        losers.sort();
        losers.dedup();
        (!losers.is_empty()).then(|| {
            format!(
                "also answers for {}, which its present certificate covers and this one does not; add the names to the certificate, or give them a server block of their own",
                losers.join(", ")
            )
        })
    }

    fn covers(&self, identifier: &Identifier) -> bool {
        self.wanted.identifiers.iter().any(|ours| match identifier {
            Identifier::Dns(name) => ours.covers(name.ascii()),
            Identifier::Wildcard(_) | Identifier::Ip(_) => ours == identifier,
        })
    }
}

/// The default of the sockets at the address, or of those at every address: over TLS, else over http.
fn answering_address(scene: &Scene<'_>, listeners: &Listeners, ip: IpAddr) -> BTreeSet<usize> {
    let defaults = |sockets: Vec<SocketAddr>| -> BTreeSet<usize> {
        let fits = |any: bool| {
            sockets.iter().copied().filter(move |socket| {
                socket.is_ipv4() == ip.is_ipv4()
                    && if any { socket.ip().is_unspecified() } else { socket.ip() == ip }
            })
        };
        let exact: Vec<_> = fits(false).collect();
        let chosen = if exact.is_empty() { fits(true).collect() } else { exact };
        chosen
            .into_iter()
            .filter_map(|socket| match listeners.select(scene.sites, socket, &ip.to_string()) {
                Some(Selected::Default(site) | Selected::Named { site, .. }) => Some(site),
                _ => None,
            })
            .collect()
    };
    let tls = defaults(scene.tls_sockets(listeners));
    if !tls.is_empty() {
        return tls;
    }
    let plain = listeners.sockets().into_iter();
    defaults(plain.filter(|socket| !listeners.speaks_tls(*socket)).collect())
}

fn rejects_handshakes(block: &Site<'_>) -> bool {
    block.own("ssl_reject_handshake").iter().any(|directive| directive.argument() == "on")
}

/// Names for people.
pub(super) fn listed(names: &[&Name]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn listed_or(names: &[&Name], otherwise: &str) -> String {
    if names.is_empty() { otherwise.to_owned() } else { listed(names) }
}
