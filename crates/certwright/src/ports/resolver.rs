//! Names to addresses, by the system's DNS servers or those in the configuration.

use async_trait::async_trait;
use certwright_contract::ports::Resolver;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) struct Names {
    resolver: TokioResolver,
}

impl Names {
    pub(super) fn new(servers: &[SocketAddr]) -> anyhow::Result<Self> {
        let mut builder = if servers.is_empty() {
            TokioResolver::builder_tokio()?
        } else {
            let servers = servers.iter().map(|server| {
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                    connection.port = server.port();
                    connection
                });
                NameServerConfig::new(server.ip(), true, connections.to_vec())
            });
            TokioResolver::builder_with_config(
                ResolverConfig::from_parts(None, Vec::new(), servers.collect()),
                TokioRuntimeProvider::default(),
            )
        };
        // A Test asks what is true now: nothing is remembered.
        builder.options_mut().cache_size = 0;
        Ok(Self { resolver: builder.build()? })
    }
}

#[async_trait]
impl Resolver for Names {
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, String> {
        // RFC 6761 §6.3: such names never leave the machine.
        if name == "localhost" || name.ends_with(".localhost") {
            return Ok(vec![IpAddr::from([127, 0, 0, 1])]);
        }
        // A trailing dot keeps search domains out of it.
        let found = tokio::time::timeout(TIMEOUT, self.resolver.lookup_ip(format!("{name}."))).await;
        match found {
            Err(_) => Err(format!("DNS gave no answer for {name} within {} s", TIMEOUT.as_secs())),
            Ok(Err(error)) => Err(format!("{name} does not resolve: {error}")),
            Ok(Ok(found)) => {
                let mut addresses: Vec<IpAddr> = found.iter().collect();
                // Authorities try IPv6 first.
                addresses.sort_by_key(|address| address.is_ipv4());
                Ok(addresses)
            }
        }
    }
}
