//! Pebble, Let's Encrypt's small test CA: one running instance, what can be asked of it and done to it.

mod builder;
mod locate;
mod log;
mod management;
mod name_server;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

pub use builder::PebbleBuilder;
pub use name_server::NameServer;

use crate::process::Running;
use builder::Ports;
use management::Management;

/// A running Pebble with its own name server, which points every name at 127.0.0.1.
///
/// Pebble keeps everything in memory: accounts, orders and its own roots are gone after [`Pebble::restart`].
pub struct Pebble {
    // Fields drop in order: the servers end before their folder goes.
    server: Mutex<Running>,
    name_server: NameServer,
    management: Management,
    settings: PebbleBuilder,
    ports: Ports,
    directory_roots_pem: String,
    folder: TempDir,
}

impl Pebble {
    /// A Pebble to be described.
    pub fn builder() -> PebbleBuilder {
        PebbleBuilder::default()
    }

    /// Where an ACME client begins.
    pub fn directory_url(&self) -> String {
        format!("https://localhost:{}/dir", self.ports.acme)
    }

    /// The root behind Pebble's own HTTPS, for the client's extra trust roots.
    pub fn directory_roots_pem(&self) -> &str {
        &self.directory_roots_pem
    }

    /// The command line's arguments that add it as the authority `pebble`; its roots are written into this folder.
    pub fn as_entry(&self, folder: &Path) -> Result<Vec<String>> {
        self.as_entry_named("pebble", "Pebble", folder)
    }

    /// The same, as an authority with this id and title.
    pub fn as_entry_named(&self, id: &str, title: &str, folder: &Path) -> Result<Vec<String>> {
        let write = |name: &str, text: &str| -> Result<String> {
            let path = folder.join(name);
            std::fs::write(&path, text).with_context(|| format!("writing {name}"))?;
            Ok(path.display().to_string())
        };
        let directory_roots = write("directory-roots.pem", &self.directory_roots_pem)?;
        let issuing_roots = write("issuing-roots.pem", &self.issuing_root_pem()?)?;
        let directory = self.directory_url();
        let options = [
            ("--title", title),
            ("--directory", &directory),
            ("--directory-tls-roots", &directory_roots),
            ("--issuing-roots", &issuing_roots),
        ];
        let options = options.into_iter().flat_map(|(option, value)| [option, value]);
        let words = ["ca", "add", id, "--internal-names"].into_iter().chain(options);
        Ok(words.map(str::to_owned).collect())
    }

    /// The port of its ACME interface.
    pub(crate) const fn acme_port(&self) -> u16 {
        self.ports.acme
    }

    /// The files of its own HTTPS certificate and of that one's key, for whoever plays it.
    pub(crate) fn https_identity(&self) -> Result<(PathBuf, PathBuf)> {
        let files = ["server.pem", "server.key"].map(|name| self.folder.path().join(name));
        ensure!(files.iter().all(|file| file.is_file()), "Pebble's HTTPS files are gone");
        let [certificate, key] = files;
        Ok((certificate, key))
    }

    /// The root under which Pebble issues certificates.
    pub fn issuing_root_pem(&self) -> Result<String> {
        self.alternate_root_pem(0)
    }

    /// The root of the `index`th chain; 0 is the one offered first.
    pub fn alternate_root_pem(&self, index: usize) -> Result<String> {
        self.management.get(&format!("/roots/{index}"))
    }

    /// The port on which Pebble looks for http-01 answers.
    pub const fn http_port(&self) -> u16 {
        self.ports.http
    }

    /// The port on which Pebble looks for tls-alpn-01 answers.
    pub const fn tls_port(&self) -> u16 {
        self.ports.tls
    }

    /// The name server Pebble asks.
    pub const fn names(&self) -> &NameServer {
        &self.name_server
    }

    /// The serial numbers of the certificates issued so far, oldest first, lower-case hex without leading zeros.
    pub fn issued_serials(&self) -> Vec<String> {
        log::issued_serials(&self.log_text())
    }

    /// How many orders were opened so far, across restarts.
    pub fn orders_opened(&self) -> usize {
        log::orders_opened(&self.log_text())
    }

    /// How many accounts were made so far, across restarts.
    pub fn accounts_created(&self) -> usize {
        log::accounts_created(&self.log_text())
    }

    /// `Valid` or `Revoked`.
    pub fn certificate_status(&self, serial: &str) -> Result<String> {
        self.management.certificate_status(serial)
    }

    /// Makes `GET renewalInfo` for a certificate answer exactly `body`, right or wrong (RFC 9773).
    pub fn set_renewal_information(&self, certificate_pem: &str, body: &str) -> Result<()> {
        self.management.set_renewal_information(certificate_pem, body)
    }

    /// Everything Pebble has logged.
    pub fn log_text(&self) -> String {
        self.server().log_text()
    }

    /// The id of its process, for those who measure.
    pub fn process_id(&self) -> u32 {
        self.server().process_id()
    }

    /// Holds Pebble in mid-air: it accepts connections and never answers.
    pub fn freeze(&self) {
        self.server().freeze();
    }

    /// Lets it go on after [`Self::freeze`].
    pub fn thaw(&self) {
        self.server().thaw();
    }

    /// Ends Pebble: connections are refused from now on.
    pub fn stop(&self) {
        self.server().stop();
    }

    /// Starts it again on the same ports, with an empty memory and new roots.
    pub fn restart(&self) -> Result<()> {
        let mut server = self.server();
        server.stop();
        *server = self.settings.launch(&self.folder, &self.name_server.address())?.start()?;
        self.management.wait_until_up(&server, &self.directory_url())
    }

    fn server(&self) -> std::sync::MutexGuard<'_, Running> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One attempt at starting both servers on free ports.
    fn start_once(settings: &PebbleBuilder) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("certwright-pebble-").tempdir()?;
        let ports = settings.choose_ports()?;
        let directory_roots_pem = settings.write_files(&folder, &ports)?;
        let name_server = NameServer::start(folder.path())?;
        let launch = settings.launch(&folder, &name_server.address())?;
        let pebble = Self {
            server: Mutex::new(launch.start()?),
            name_server,
            management: Management::new(ports.management, &folder)?,
            settings: settings.clone(),
            ports,
            directory_roots_pem,
            folder,
        };
        pebble.management.wait_until_up(&pebble.server(), &pebble.directory_url())?;
        Ok(pebble)
    }
}

/// Refuses a Pebble that lacks what 2.10 has, by what its directory offers: `pebble -version` of a
/// distribution's build only says "dev".
fn check_age(directory: &str) -> Result<()> {
    let directory: serde_json::Value = serde_json::from_str(directory)?;
    ensure!(
        directory.get("renewalInfo").is_some() && directory.pointer("/meta/profiles").is_some(),
        "this Pebble is too old (no renewal information or no profiles): 2.10 or newer is needed, \
         which `cargo xtask install` unpacks; its directory was {directory}"
    );
    Ok(())
}

#[cfg(test)]
mod tests;
