//! Which server block answers a request: nginx's choice, emulated.

use super::listen::Listen;
use super::names::Name;
use super::site::Site;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// One server block at one socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listener {
    /// The server block's index.
    pub(crate) site: usize,
    pub(crate) socket: SocketAddr,
    pub(crate) ssl: bool,
    pub(crate) default_server: bool,
    pub(crate) http2: bool,
    pub(crate) proxy_protocol: bool,
    pub(crate) ipv6only: Option<String>,
}

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selected {
    /// This one, by a name.
    Named {
        /// Its index.
        site: usize,
        /// Whether by a whole name rather than a pattern.
        exactly: bool,
    },
    /// This one, because it is the socket's default.
    Default(usize),
    /// One of these: regular expressions come first, and only nginx can try them.
    Undecided(Vec<usize>),
}

/// Every server block at every TCP socket, in nginx's order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listeners(Vec<Listener>);

impl Listeners {
    pub(crate) fn of(sites: &[Site<'_>]) -> Self {
        let mut all = Vec::new();
        for (site, block) in sites.iter().enumerate() {
            // QUIC is UDP: no handshake of ours reaches it.
            for (_, listen) in block.listens.iter().filter(|(_, listen)| !listen.quic) {
                all.extend(listen.sockets.iter().map(|&socket| listener(site, socket, listen)));
            }
        }
        Self(all)
    }

    /// Adds one where an edit will: among its socket's server blocks in the order of the configuration.
    pub(crate) fn push(&mut self, listener: Listener) {
        let at = self.0.partition_point(|other| other.site <= listener.site);
        self.0.insert(at, listener);
    }

    /// Who answers at the socket for those that nobody names.
    pub(crate) fn default_at(&self, socket: SocketAddr) -> Option<usize> {
        let explicit = self.at(socket).find(|listener| listener.default_server);
        explicit.or_else(|| self.at(socket).next()).map(|listener| listener.site)
    }

    /// Who listens at the socket.
    pub(crate) fn at(&self, socket: SocketAddr) -> impl Iterator<Item = &Listener> {
        self.0.iter().filter(move |listener| listener.socket == socket)
    }

    /// All sockets.
    pub(crate) fn sockets(&self) -> BTreeSet<SocketAddr> {
        self.0.iter().map(|listener| listener.socket).collect()
    }

    /// The site's sockets.
    pub(crate) fn of_site(&self, site: usize) -> BTreeSet<SocketAddr> {
        self.0.iter().filter(|listener| listener.site == site).map(|listener| listener.socket).collect()
    }

    /// Whether TLS is spoken there: one `ssl` is enough for all server blocks of a socket.
    pub(crate) fn speaks_tls(&self, socket: SocketAddr) -> bool {
        self.at(socket).any(|listener| listener.ssl)
    }

    /// Whether the socket expects the PROXY protocol first.
    pub(crate) fn speaks_proxy(&self, socket: SocketAddr) -> bool {
        self.at(socket).any(|listener| listener.proxy_protocol)
    }

    /// Who answers for the host at the socket; `None` where nobody listens. A host that is an address sends no
    /// SNI, so over TLS the default answers.
    pub(crate) fn select(&self, sites: &[Site<'_>], socket: SocketAddr, host: &str) -> Option<Selected> {
        let here: Vec<_> = self.at(socket).collect();
        let default = self.default_at(socket)?;
        if self.speaks_tls(socket) && host.parse::<IpAddr>().is_ok() {
            return Some(Selected::Default(default));
        }
        let mut best: Option<((u8, usize), usize)> = None;
        for listener in &here {
            let rank = sites[listener.site].names.iter().filter_map(|name| name.matches(host)).max();
            if let Some(rank) = rank
                && best.is_none_or(|(found, _)| rank > found)
            {
                best = Some((rank, listener.site));
            }
        }
        if let Some((rank, site)) = best {
            return Some(Selected::Named { site, exactly: rank.0 == 2 });
        }
        let mut candidates: Vec<_> = here
            .iter()
            .map(|listener| listener.site)
            .filter(|&site| sites[site].names.iter().any(|name| matches!(name, Name::Regex(_))))
            .collect();
        if candidates.is_empty() {
            return Some(Selected::Default(default));
        }
        candidates.push(default);
        candidates.sort_unstable();
        candidates.dedup();
        Some(Selected::Undecided(candidates))
    }

    /// An address of this machine at which a connection reaches exactly this socket's server blocks.
    pub(crate) fn reach(&self, socket: SocketAddr) -> Option<SocketAddr> {
        if !socket.ip().is_unspecified() {
            return Some(socket);
        }
        let taken = |ip: IpAddr| self.at(SocketAddr::new(ip, socket.port())).next().is_some();
        match socket.ip() {
            // All of 127/8 is this machine; a server block at one address of it has that one for itself.
            IpAddr::V4(_) => {
                (1..=254).map(|last| IpAddr::V4(Ipv4Addr::new(127, 0, 0, last))).find(|&ip| !taken(ip))
            }
            IpAddr::V6(_) => Some(IpAddr::V6(std::net::Ipv6Addr::LOCALHOST)).filter(|&ip| !taken(ip)),
        }
        .map(|ip| SocketAddr::new(ip, socket.port()))
    }
}

fn listener(site: usize, socket: SocketAddr, listen: &Listen) -> Listener {
    Listener {
        site,
        socket,
        ssl: listen.ssl,
        default_server: listen.default_server,
        http2: listen.http2,
        proxy_protocol: listen.proxy_protocol,
        ipv6only: listen.ipv6only.clone(),
    }
}
