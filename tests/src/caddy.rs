//! Caddy as a certificate authority (`acme_server`): one that shares no code with Pebble or with ours.
//!
//! It looks at http-01 on port 80 of what the system's name servers say, whatever its own ports are: `http_port` is
//! for its own listener. So it runs with a `resolv.conf` of its own, in a mount namespace that nobody else sees, and
//! its name server and the answers are at a loopback address whose low ports are free. That takes root.

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::certificate::https_files;
use crate::pebble::NameServer;
use crate::ports::{free_low_address, free_port};
use crate::process::{Launch, Running, start_where_free};
use crate::program::{find_program, find_unpacked};
use crate::waiting::wait_for;

const START_LIMIT: Duration = Duration::from_secs(20);

/// Shows a file as the system's `resolv.conf` to one program, and to nobody else.
const WITH_RESOLVER: &str = r#"mount --bind "$0" /etc/resolv.conf && exec "$@""#;

/// Without its administration interface, nothing of it is beyond this folder and loopback.
const CADDYFILE: &str = "{
    admin off
    auto_https disable_redirects
    skip_install_trust
    http_port {{http}}
    https_port {{https}}
    storage file_system {{dir}}/data
}
https://localhost:{{https}} {
    bind 127.0.0.1
    log
    tls {{dir}}/server.pem {{dir}}/server.key
    acme_server {
        lifetime {{lifetime}}
        challenges http-01
        allow {
            domains *.example.test
        }
        deny {
            {{denied}}
        }
    }
}
";

/// A Caddy to be started.
#[derive(Debug, Clone)]
pub struct CaddyBuilder {
    lifetime: String,
    denied: Vec<String>,
}

impl CaddyBuilder {
    /// How long its certificates last, in Caddy's words: `12h`. Its intermediate lasts seven days.
    #[must_use]
    pub fn lifetime(mut self, lifetime: &str) -> Self {
        lifetime.clone_into(&mut self.lifetime);
        self
    }

    /// Refuses orders for this name (`rejectedIdentifier`).
    #[must_use]
    pub fn deny(mut self, name: &str) -> Self {
        self.denied.push(name.to_owned());
        self
    }

    /// Starts Caddy and its name server, and returns when both answer.
    pub fn start(self) -> Result<Caddy> {
        start_where_free(|| self.start_once())
    }

    fn start_once(&self) -> Result<Caddy> {
        let program = find_unpacked("caddy", "CERTWRIGHT_CADDY_DIR", "caddy").context("looking for Caddy")?;
        let folder = tempfile::Builder::new().prefix("certwright-caddy-").tempdir()?;
        let path = folder.path();
        let address = free_low_address()?;
        let name_server = NameServer::start_at(address, path)?;
        let port = free_port()?;
        let directory_roots_pem = self.write_files(path, port, address)?;
        let server = Launch::new(find_program("unshare")?, path.join("caddy.log"))
            .arguments(["--mount", "sh", "-c", WITH_RESOLVER])
            .arguments([path.join("resolv.conf"), program])
            .arguments(["run", "--adapter", "caddyfile", "--config"])
            .arguments([path.join("Caddyfile")])
            .environment("HOME", path)
            .environment("XDG_DATA_HOME", path)
            .environment("XDG_CONFIG_HOME", path)
            // Go's own resolver, which reads `resolv.conf` and asks nobody else.
            .environment("GODEBUG", "netdns=go")
            .start()?;
        let root = path.join("data/pki/authorities/local/root.crt");
        let caddy = Caddy { server, name_server, address, port, root, directory_roots_pem, _folder: folder };
        wait_for("Caddy to answer", START_LIMIT, || {
            caddy.server.expect_running()?;
            let listens = TcpStream::connect(("127.0.0.1", port)).is_ok();
            Ok((listens && caddy.root.is_file()).then_some(()))
        })
        .with_context(|| format!("Caddy did not start; its log ends with:\n{}", caddy.server.log_tail()))?;
        Ok(caddy)
    }

    /// Writes `resolv.conf`, the `Caddyfile` and its HTTPS certificate, and returns that one's root.
    fn write_files(&self, folder: &Path, port: u16, address: IpAddr) -> Result<String> {
        let write = |name: &str, text: &str| {
            std::fs::write(folder.join(name), text).with_context(|| format!("writing {name}"))
        };
        write("resolv.conf", &format!("nameserver {address}\n"))?;
        write("Caddyfile", &self.configuration(folder, port)?)?;
        https_files(folder)
    }

    fn configuration(&self, folder: &Path, port: u16) -> Result<String> {
        let denied: Vec<_> = self.denied.iter().map(|name| format!("domains {name}")).collect();
        Ok(CADDYFILE
            .replace("{{dir}}", &folder.display().to_string())
            .replace("{{https}}", &port.to_string())
            .replace("{{http}}", &free_port()?.to_string())
            .replace("{{lifetime}}", &self.lifetime)
            .replace("{{denied}}", &denied.join("\n")))
    }
}

/// A running Caddy with its own name server, which points every name at [`Caddy::address`].
pub struct Caddy {
    // Fields drop in order: the servers end before their folder goes.
    server: Running,
    name_server: NameServer,
    address: IpAddr,
    port: u16,
    root: PathBuf,
    directory_roots_pem: String,
    _folder: TempDir,
}

impl Caddy {
    /// A Caddy to be described; it certifies names right below `example.test`.
    pub fn builder() -> CaddyBuilder {
        CaddyBuilder { lifetime: "12h".to_owned(), denied: Vec::new() }
    }

    /// Why it cannot be started by this user on this machine, if it cannot.
    pub fn why_not() -> Option<String> {
        if !rustix::process::geteuid().is_root() {
            return Some("Caddy looks at http-01 on port 80, which only root may bind".to_owned());
        }
        let tried = || -> Result<()> {
            let file = tempfile::NamedTempFile::new()?;
            let output = Command::new(find_program("unshare")?)
                .args(["--mount", "sh", "-c", WITH_RESOLVER])
                .arg(file.path())
                .arg("true")
                .stdin(Stdio::null())
                .output()?;
            ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
            Ok(())
        };
        tried().err().map(|error| format!("Caddy needs a mount of its own, and that is refused: {error:#}"))
    }

    /// Where an ACME client begins.
    pub fn directory_url(&self) -> String {
        format!("https://localhost:{}/acme/local/directory", self.port)
    }

    /// The root behind Caddy's own HTTPS, for the client's extra trust roots.
    pub fn directory_roots_pem(&self) -> &str {
        &self.directory_roots_pem
    }

    /// The root under which Caddy issues certificates.
    pub fn issuing_root_pem(&self) -> Result<String> {
        std::fs::read_to_string(&self.root).context("reading Caddy's root")
    }

    /// Where Caddy looks for http-01 answers, unless a name leads elsewhere: port 80 of a loopback address.
    pub fn challenge_address(&self) -> SocketAddr {
        (self.address, 80).into()
    }

    /// The name server Caddy asks.
    pub const fn names(&self) -> &NameServer {
        &self.name_server
    }

    /// How often a client has told it to look at a challenge.
    pub fn challenges_told(&self) -> usize {
        self.log_text().lines().filter(|line| line.contains("\"uri\":\"/acme/local/challenge/")).count()
    }

    /// Everything Caddy has logged, a line of JSON for each request.
    pub fn log_text(&self) -> String {
        self.server.log_text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_says_who_it_is_and_ends() {
        if let Some(why) = Caddy::why_not() {
            use std::io::Write as _;
            writeln!(std::io::stderr(), "skipped: {why}").unwrap();
            return;
        }
        let caddy = Caddy::builder().start().unwrap();
        assert!(caddy.issuing_root_pem().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(caddy.directory_url().contains("/acme/") && caddy.challenges_told() == 0);
        let port = caddy.port;
        drop(caddy);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }

    #[test]
    fn the_machine_keeps_its_own_resolver() {
        if Caddy::why_not().is_none() {
            let read = || std::fs::read("/etc/resolv.conf").unwrap_or_default();
            let before = read();
            let caddy = Caddy::builder().start().unwrap();
            assert_eq!(before, read());
            assert!(!String::from_utf8_lossy(&before).contains(&caddy.address.to_string()));
        }
    }
}
