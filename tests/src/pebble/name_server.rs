//! Pebble's companion `pebble-challtestsrv`, here only a DNS server whose answers a test sets.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::plain_http::post;
use crate::ports::free_port;
use crate::process::{Launch, Running};
use crate::waiting::wait_for;

/// A DNS server that answers every A question with 127.0.0.1 until told otherwise, and has no IPv6.
pub struct NameServer {
    server: Running,
    address: SocketAddr,
    management_port: u16,
}

impl NameServer {
    /// Starts one on a free port; its log goes to a folder.
    pub fn start(folder: &Path) -> Result<Self> {
        Self::launch(folder, SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?)))
    }

    /// For those who cannot be told a port: on port 53 of an address, at which it then points every name.
    pub(crate) fn start_at(address: IpAddr, folder: &Path) -> Result<Self> {
        let started = Self::launch(folder, (address, 53).into())?;
        started.set_default_ipv4(&address.to_string())?;
        Ok(started)
    }

    fn launch(folder: &Path, address: SocketAddr) -> Result<Self> {
        let program = super::locate::find()?.challenge_test_server;
        let management_port = free_port()?;
        let dns = address.to_string();
        let management = format!("127.0.0.1:{management_port}");
        let server = Launch::new(program, folder.join("names.log"))
            .arguments(["-dnsserver", dns.as_str(), "-management", management.as_str()])
            .arguments(["-defaultIPv4", "127.0.0.1", "-defaultIPv6", ""])
            .arguments(["-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", ""])
            .start()?;
        let started = Self { server, address, management_port };
        wait_for("the name server to answer", Duration::from_secs(20), || {
            started.server.expect_running()?;
            Ok(started.set_default_ipv4("127.0.0.1").ok())
        })
        .with_context(|| format!("its log ends with:\n{}", started.server.log_tail()))?;
        Ok(started)
    }

    /// Where it listens for DNS, as `address:port`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// The address of every name that has none of its own; empty for "no address".
    pub fn set_default_ipv4(&self, address: &str) -> Result<()> {
        self.tell("set-default-ipv4", &json!({ "ip": address }))
    }

    /// Gives `name` an address of its own.
    pub fn add_a(&self, name: &str, address: &str) -> Result<()> {
        self.tell("add-a", &json!({ "host": absolute(name), "addresses": [address] }))
    }

    /// Takes back what [`Self::add_a`] gave.
    pub fn clear_a(&self, name: &str) -> Result<()> {
        self.tell("clear-a", &json!({ "host": absolute(name) }))
    }

    /// Adds a TXT value at `name`.
    pub fn set_txt(&self, name: &str, value: &str) -> Result<()> {
        self.tell("set-txt", &json!({ "host": absolute(name), "value": value }))
    }

    /// Removes the TXT values at `name`.
    pub fn clear_txt(&self, name: &str) -> Result<()> {
        self.tell("clear-txt", &json!({ "host": absolute(name) }))
    }

    /// Answers every question about `name` with SERVFAIL.
    pub fn set_servfail(&self, name: &str) -> Result<()> {
        self.tell("set-servfail", &json!({ "host": absolute(name) }))
    }

    /// Ends what [`Self::set_servfail`] began.
    pub fn clear_servfail(&self, name: &str) -> Result<()> {
        self.tell("clear-servfail", &json!({ "host": absolute(name) }))
    }

    /// The questions asked about `name` so far. Here it knows names without their final dot.
    pub fn questions(&self, name: &str) -> Result<Vec<Value>> {
        let answer = self.ask("dns-request-history", &json!({ "host": name }))?;
        let answer: Value = serde_json::from_str(&answer).context("reading the history")?;
        Ok(answer.as_array().cloned().unwrap_or_default())
    }

    fn tell(&self, verb: &str, body: &Value) -> Result<()> {
        self.ask(verb, body).map(drop)
    }

    fn ask(&self, verb: &str, body: &Value) -> Result<String> {
        let answer = post(self.management_port, &format!("/{verb}"), &body.to_string())?;
        ensure!(answer.status == 200, "the name server refused {verb} {body}: {answer:?}");
        Ok(answer.body)
    }
}

/// The name server knows names only with their final dot.
fn absolute(name: &str) -> String {
    if name.ends_with('.') { name.to_owned() } else { format!("{name}.") }
}
