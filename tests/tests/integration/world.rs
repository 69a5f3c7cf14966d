//! A world of real processes: Pebble, an nginx with two hand-written sites, and the service; and what must be true
//! in it when a story is over, whatever happened on the way.

use crate::lane::{Files, configuration, two_sites};
use crate::process::{Process, openssl};
use anyhow::{Context, Result, ensure};
use certwright_tests::{Nginx, Pebble, PebbleBuilder, handshake, wait_for};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;

/// How long a certificate may take from the request to the last handshake.
const LIMIT: Duration = Duration::from_secs(90);

pub(crate) struct World {
    // Fields drop in order: who calls the others ends first.
    pub service: Process,
    pub pebble: Pebble,
    pub nginx: Nginx,
    original: Files,
    /// Serial numbers of versions that were stored, and deleted with their certificate by the test.
    deleted: Vec<String>,
}

/// Tells the service of the authority `pebble`.
pub(crate) fn add_pebble(service: &Process, pebble: &Pebble) -> Result<()> {
    let words = pebble.as_entry(service.folder())?;
    service.command(&words.iter().map(String::as_str).collect::<Vec<_>>())?;
    Ok(())
}

impl World {
    /// Starts everything. The service runs with these variables and knows the authority `pebble`, with no account.
    pub(crate) fn start(pebble: PebbleBuilder, environment: &[(&str, &str)]) -> Result<Self> {
        let nginx = two_sites()?;
        // No reuse: every run shall show control, so that challenges are open when it is killed.
        let pebble = pebble.http_port(nginx.http_port()).gentle().retry_after(0, 0).start()?;
        let mut service = Process::new(&pebble, &nginx)?;
        service.start(environment)?;
        let original = configuration(&nginx)?;
        let world = Self { service, pebble, nginx, original, deleted: Vec::new() };
        add_pebble(&world.service, &world.pebble)?;
        Ok(world)
    }

    /// `cert create`: deployed to this world's nginx, which adds TLS at this port.
    pub(crate) fn create(&self, name: &str, hosts: &[&str], port: u16, more: &[&str]) -> Result<Value> {
        let settings = [
            format!("nginx.binary={}", self.nginx.program().display()),
            format!("nginx.configuration={}", self.nginx.configuration_path().display()),
            format!("nginx.prefix={}", self.nginx.dir().display()),
            format!("nginx.tls_port={port}"),
        ];
        let mut arguments = vec!["cert", "create", "--name", name, "--ca", "pebble", "--deploy", "nginx"];
        arguments.extend(settings.iter().flat_map(|setting| ["--set", setting]));
        arguments.extend(more);
        arguments.extend(hosts);
        self.service.json(&arguments)
    }

    /// `account create`: an account at this authority.
    pub(crate) fn register(&self, authority: &str) -> Result<()> {
        let authority = format!("--ca={authority}");
        let create = ["account", "create", &authority, "--contact=ada@example.com", "--agree-terms"];
        self.service.command(&create).map(drop)
    }

    /// Creates a certificate for this world's nginx, requests it, and waits until it is served.
    pub(crate) fn obtain(&self, name: &str, hosts: &[&str]) -> Result<Value> {
        self.create(name, hosts, self.nginx.https_port(), &[])?;
        self.service.command(&["cert", "request", name, "--yes"])?;
        self.wait_until(name, "served")
    }

    pub(crate) fn show(&self, name: &str) -> Result<Value> {
        self.service.json(&["cert", "show", name])
    }

    /// Waits until the certificate is no longer worked on and is as it is for this reason.
    pub(crate) fn wait_until(&self, name: &str, reason: &str) -> Result<Value> {
        let mut last = Value::Null;
        let waited = wait_for(&format!("{name} to be {reason}"), LIMIT, || {
            std::thread::sleep(Duration::from_millis(100));
            last = self.show(name)?;
            Ok((last["health_reason"] == reason && last["live_run"].is_null()).then(|| last.clone()))
        });
        waited.with_context(|| format!("it is {last:#}\nits log: {}", self.log(name)))
    }

    pub(crate) fn log(&self, name: &str) -> String {
        self.service
            .command(&["cert", "log", name, "--lines", "80"])
            .unwrap_or_else(|error| error.to_string())
    }

    /// What must hold at the end: openssl is shown the newest version at every host, its key is the stored one,
    /// everything that was issued is stored, and no answer to a challenge is left.
    pub(crate) fn check_served(&self, name: &str, hosts: &[&str], port: u16) -> Result<()> {
        let shown = self.wait_until(name, "served")?;
        let text = |pointer: &str| shown.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let fingerprint = text("/version/facts/fingerprint").context("the version has no facts")?;
        for deployment in shown["deployments"].as_array().context("no deployments")? {
            ensure!(deployment["deployed"] == shown["version"]["id"], "not deployed: {deployment:#}");
        }
        let exported = self.service.call(&["cert", "export", name, "--key"], "")?.out;
        let stored_key = openssl(&["pkey", "-pubout"], &exported)?;
        for host in hosts {
            let served = handshake(SocketAddr::from(([127, 0, 0, 1], port)), host)?;
            ensure!(
                served.fingerprint_sha256 == fingerprint,
                "{host} is served another certificate: {served:?}"
            );
            let served_key = openssl(&["x509", "-noout", "-pubkey"], &served.certificate_pem)?;
            ensure!(
                served_key == stored_key,
                "the key that is stored is not the one that {host} is served with"
            );
        }
        for (path, text) in self.configuration()? {
            ensure!(!text.contains("acme-challenge"), "{} still answers challenges:\n{text}", path.display());
        }
        ensure!(!self.nginx.path("blog/.well-known").exists(), "an answer is left in the webroot");
        self.check_nothing_lost()
    }

    /// Every certificate that the authority issued is a stored version.
    fn check_nothing_lost(&self) -> Result<()> {
        let mut stored = self.deleted.clone();
        for certificate in items(&self.service.json(&["cert", "list"])?)? {
            stored.extend(self.serials(certificate["name"].as_str().context("no name")?)?);
        }
        for serial in self.pebble.issued_serials() {
            ensure!(stored.contains(&serial), "{serial} was issued and nobody stores it; stored: {stored:?}");
        }
        Ok(())
    }

    fn serials(&self, name: &str) -> Result<Vec<String>> {
        let versions = self.service.json(&["cert", "versions", name])?;
        let serials =
            items(&versions)?.iter().filter_map(|version| version.pointer("/facts/serial")?.as_str());
        Ok(serials.map(|text| text.to_lowercase().trim_start_matches('0').to_owned()).collect())
    }

    /// Deletes the certificate, and makes nginx what it was in the beginning.
    pub(crate) fn reset(&mut self, name: &str) -> Result<()> {
        let serials = self.serials(name)?;
        self.deleted.extend(serials);
        self.service.command(&["cert", "delete", name, "--yes"])?;
        for (path, text) in &self.original {
            self.nginx.write(&path.display().to_string(), text)?;
        }
        self.nginx.reload()
    }

    pub(crate) fn configuration(&self) -> Result<Files> {
        configuration(&self.nginx)
    }

    /// Nginx's configuration before anything was done to it.
    pub(crate) const fn original(&self) -> &Files {
        &self.original
    }

    /// The configuration without what differs from world to world and from certificate to certificate.
    pub(crate) fn normalized(&self, certificate: &Value) -> Result<Files> {
        let replacements = [
            (certificate["id"].as_str().context("no id")?.to_owned(), "CERT"),
            (self.nginx.dir().display().to_string(), "NGINX"),
            (self.service.data().display().to_string(), "DATA"),
            (self.nginx.http_port().to_string(), "HTTP"),
            (self.nginx.https_port().to_string(), "HTTPS"),
        ];
        let normal = |text: String| replacements.iter().fold(text, |text, (from, to)| text.replace(from, to));
        Ok(self.configuration()?.into_iter().map(|(path, text)| (path, normal(text))).collect())
    }
}

/// The rows of a list.
pub(crate) fn items(list: &Value) -> Result<&Vec<Value>> {
    list["items"].as_array().with_context(|| format!("this is no list: {list}"))
}
