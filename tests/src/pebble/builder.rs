//! What a test may choose about its Pebble, and the files that say it to Pebble.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Pebble, locate};
use crate::certificate::https_files;
use crate::ports::free_port;
use crate::process::{Launch, start_where_free};

/// The ports of one Pebble.
#[derive(Debug, Clone)]
pub(super) struct Ports {
    pub(super) acme: u16,
    pub(super) management: u16,
    pub(super) http: u16,
    pub(super) tls: u16,
}

/// A Pebble to be started. Without further words it is as nasty as Pebble is by default: 5 % of nonces are
/// refused, half of the valid authorizations are reused, and validation sleeps for up to 3 seconds.
#[derive(Debug, Clone)]
pub struct PebbleBuilder {
    nonce_reject_percent: u8,
    authorization_reuse_percent: u8,
    validation_sleep_seconds: u8,
    strict: bool,
    http_port: Option<u16>,
    tls_port: Option<u16>,
    retry_after: Option<(u32, u32)>,
    external_accounts: Vec<(String, String)>,
    blocked_domains: Vec<String>,
    profiles: Vec<(String, String, u64)>,
    alternate_roots: u8,
    chain_length: Option<u8>,
    key_algorithm: Option<String>,
    name_server: Option<String>,
}

impl Default for PebbleBuilder {
    fn default() -> Self {
        Self {
            nonce_reject_percent: 5,
            authorization_reuse_percent: 50,
            validation_sleep_seconds: 3,
            strict: false,
            http_port: None,
            tls_port: None,
            retry_after: None,
            external_accounts: Vec::new(),
            blocked_domains: Vec::new(),
            profiles: Vec::new(),
            alternate_roots: 0,
            chain_length: None,
            key_algorithm: None,
            name_server: None,
        }
    }
}

impl PebbleBuilder {
    /// How many of 100 requests are answered `badNonce`.
    #[must_use]
    pub const fn nonce_reject(mut self, percent: u8) -> Self {
        self.nonce_reject_percent = percent;
        self
    }

    /// In how many of 100 cases a valid authorization is reused by a new order.
    #[must_use]
    pub const fn authorization_reuse(mut self, percent: u8) -> Self {
        self.authorization_reuse_percent = percent;
        self
    }

    /// How long validation sleeps at most before it looks; 0 for not at all.
    #[must_use]
    pub const fn validation_sleep(mut self, seconds: u8) -> Self {
        self.validation_sleep_seconds = seconds;
        self
    }

    /// Nothing nasty: no refused nonce, no reuse, no sleep. For tests that are about something else.
    #[must_use]
    pub const fn gentle(self) -> Self {
        self.nonce_reject(0).authorization_reuse(0).validation_sleep(0)
    }

    /// Refuses what a coming version of the protocol would refuse.
    #[must_use]
    pub const fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// The port on which http-01 answers are looked for (otherwise a free port with nobody on it).
    #[must_use]
    pub const fn http_port(mut self, port: u16) -> Self {
        self.http_port = Some(port);
        self
    }

    /// The port on which tls-alpn-01 answers are looked for.
    #[must_use]
    pub const fn tls_port(mut self, port: u16) -> Self {
        self.tls_port = Some(port);
        self
    }

    /// The seconds of `Retry-After` on authorizations and orders.
    #[must_use]
    pub const fn retry_after(mut self, authorization_seconds: u32, order_seconds: u32) -> Self {
        self.retry_after = Some((authorization_seconds, order_seconds));
        self
    }

    /// Requires external account binding and accepts this pair (the key in base64url).
    #[must_use]
    pub fn external_account(mut self, key_identifier: &str, mac_key: &str) -> Self {
        self.external_accounts.push((key_identifier.to_owned(), mac_key.to_owned()));
        self
    }

    /// Refuses orders for this domain and what is below it (`rejectedIdentifier`).
    #[must_use]
    pub fn block_domain(mut self, domain: &str) -> Self {
        self.blocked_domains.push(domain.to_owned());
        self
    }

    /// Offers a profile. With none offered, Pebble has one of its own, `default`; an order that asks for no
    /// profile gets *any* of several.
    #[must_use]
    pub fn profile(mut self, name: &str, description: &str, validity_seconds: u64) -> Self {
        self.profiles.push((name.to_owned(), description.to_owned(), validity_seconds));
        self
    }

    /// How many further roots there are, each with a chain offered as alternate.
    #[must_use]
    pub const fn alternate_roots(mut self, count: u8) -> Self {
        self.alternate_roots = count;
        self
    }

    /// How many intermediates there are between root and leaf.
    #[must_use]
    pub const fn chain_length(mut self, length: u8) -> Self {
        self.chain_length = Some(length);
        self
    }

    /// The kind of the CA's own keys: `ecdsa` or `rsa`.
    #[must_use]
    pub fn key_algorithm(mut self, algorithm: &str) -> Self {
        self.key_algorithm = Some(algorithm.to_owned());
        self
    }

    /// Asks another DNS server (`address:port`) than the one that comes with Pebble.
    #[must_use]
    pub fn name_server(mut self, address: &str) -> Self {
        self.name_server = Some(address.to_owned());
        self
    }

    /// Starts Pebble and its name server, and returns when both answer.
    pub fn start(self) -> Result<Pebble> {
        start_where_free(|| Pebble::start_once(&self))
    }

    pub(super) fn choose_ports(&self) -> Result<Ports> {
        Ok(Ports {
            acme: free_port()?,
            management: free_port()?,
            http: self.http_port.map_or_else(free_port, Ok)?,
            tls: self.tls_port.map_or_else(free_port, Ok)?,
        })
    }

    /// Writes `pebble.json`, its HTTPS certificate and `roots.pem`, and returns the latter's text.
    pub(super) fn write_files(&self, folder: &TempDir, ports: &Ports) -> Result<String> {
        let roots = https_files(folder.path())?;
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).with_context(|| format!("writing {name}"))
        };
        write("roots.pem", &roots)?;
        write("pebble.json", &self.configuration(folder, ports).to_string())?;
        Ok(roots)
    }

    /// How Pebble is started, the first time and on every restart.
    pub(super) fn launch(&self, folder: &TempDir, usual_name_server: &str) -> Result<Launch> {
        let name_server = self.name_server.as_deref().unwrap_or(usual_name_server);
        let mut launch = Launch::new(locate::find()?.pebble, folder.path().join("pebble.log"))
            .arguments(["-config".into(), folder.path().join("pebble.json").into_os_string()])
            .arguments(["-dnsserver", name_server]);
        if self.strict {
            launch = launch.arguments(["-strict"]);
        }
        for (name, value) in self.environment() {
            launch = launch.environment(name, value);
        }
        Ok(launch)
    }

    fn configuration(&self, folder: &TempDir, ports: &Ports) -> Value {
        let mut settings = json!({
            "listenAddress": format!("127.0.0.1:{}", ports.acme),
            "managementListenAddress": format!("127.0.0.1:{}", ports.management),
            "certificate": folder.path().join("server.pem"),
            "privateKey": folder.path().join("server.key"),
            "httpPort": ports.http,
            "tlsPort": ports.tls,
            "externalAccountBindingRequired": !self.external_accounts.is_empty(),
            "externalAccountMACKeys": self.external_accounts.iter().cloned().collect::<BTreeMap<_, _>>(),
            "domainBlocklist": self.blocked_domains,
        });
        if let Some((authorization, order)) = self.retry_after {
            settings["retryAfter"] = json!({ "authz": authorization, "order": order });
        }
        if let Some(algorithm) = &self.key_algorithm {
            settings["keyAlgorithm"] = json!(algorithm);
        }
        for (name, description, seconds) in &self.profiles {
            settings["profiles"][name] = json!({ "description": description, "validityPeriod": seconds });
        }
        json!({ "pebble": settings })
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let mut environment = vec![
            ("PEBBLE_WFE_NONCEREJECT", self.nonce_reject_percent.to_string()),
            ("PEBBLE_AUTHZREUSE", self.authorization_reuse_percent.to_string()),
        ];
        if self.validation_sleep_seconds == 0 {
            environment.push(("PEBBLE_VA_NOSLEEP", "1".to_owned()));
        } else {
            environment.push(("PEBBLE_VA_SLEEPTIME", self.validation_sleep_seconds.to_string()));
        }
        if self.alternate_roots > 0 {
            environment.push(("PEBBLE_ALTERNATE_ROOTS", self.alternate_roots.to_string()));
        }
        if let Some(length) = self.chain_length {
            environment.push(("PEBBLE_CHAIN_LENGTH", length.to_string()));
        }
        environment
    }
}
