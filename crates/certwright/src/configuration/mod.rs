//! Configuration of the service: defaults, then the file, then the environment, then flags.

mod shown;

use anyhow::{Context as _, Result, bail};
use certwright_core::history::HistoryPolicy;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub use shown::Provenance;

/// The configuration file where nobody names another one.
pub const USUAL_FILE: &str = "/etc/certwright/certwright.toml";

/// The port of the API on loopback.
pub const PORT: u16 = 9644;

/// Everything that can be set before the service starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// Where everything is kept.
    pub data_directory: PathBuf,
    /// Where the HTTP API listens: by default on loopback only, beyond that always with TLS.
    pub listen: Vec<SocketAddr>,
    /// Whether TLS is spoken on loopback as well.
    pub tls: bool,
    /// Loopback addresses at which it is not, whatever `tls` says: for the demo, whose browser knows no certificate yet.
    pub without_tls: Vec<SocketAddr>,
    /// The address by which clients of the built-in authorities reach this service; `None` makes one of where it
    /// listens.
    pub url: Option<String>,
    /// The Unix socket of the local command line.
    pub socket: PathBuf,
    /// The TCP port on which authorities look for http-01 answers.
    pub challenge_port: u16,
    /// Addresses on which our own http-01 listener is bound; empty means all of them.
    pub challenge_addresses: Vec<std::net::IpAddr>,
    /// DNS servers to ask; empty takes the system's.
    pub resolvers: Vec<SocketAddr>,
    /// The most runs performed at once.
    pub parallel_runs: usize,
    /// Whether the service's log is JSON.
    pub json_log: bool,
    /// Where backups go; `None` is a folder of the data directory.
    pub backup_folder: Option<PathBuf>,
    /// How many backups are kept.
    pub backups_kept: usize,
    /// How much history is kept.
    pub history: HistoryPolicy,
    /// Who has set what.
    pub provenance: Provenance,
}

/// The file, every key optional. A key that is not known is a mistake, and said so.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    data_directory: Option<PathBuf>,
    listen: Option<Vec<SocketAddr>>,
    tls: Option<bool>,
    url: Option<String>,
    socket: Option<PathBuf>,
    challenge_port: Option<u16>,
    challenge_addresses: Option<Vec<std::net::IpAddr>>,
    resolvers: Option<Vec<SocketAddr>>,
    parallel_runs: Option<usize>,
    json_log: Option<bool>,
    backup: BackupTable,
    history: HistoryPolicy,
}

/// How backups are kept.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct BackupTable {
    folder: Option<PathBuf>,
    keep: Option<usize>,
}

/// What flags and environment say; they win over the file.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Overrides {
    /// Configuration file [default: /etc/certwright/certwright.toml, if it is there].
    #[arg(long = "config", env = "CERTWRIGHT_CONFIG", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Where everything is kept [default: /var/lib/certwright, or ~/.local/state/certwright when not root].
    #[arg(long = "data-dir", env = "CERTWRIGHT_DATA_DIR", value_name = "FOLDER", global = true)]
    pub data_directory: Option<PathBuf>,
    /// Where the HTTP API listens; beyond loopback always with TLS [default: 127.0.0.1:9644].
    #[arg(long, env = "CERTWRIGHT_LISTEN", value_name = "ADDRESS:PORT", value_delimiter = ',')]
    pub listen: Vec<SocketAddr>,
    /// Speak TLS on loopback addresses as well.
    #[arg(long, env = "CERTWRIGHT_TLS")]
    pub tls: bool,
    /// The address by which ACME clients reach this service, such as https://ca.home.arpa:9643.
    #[arg(long = "service-url", env = "CERTWRIGHT_SERVICE_URL", value_name = "URL")]
    pub url: Option<String>,
    /// The TCP port on which authorities look for http-01 answers [default: 80].
    #[arg(long, env = "CERTWRIGHT_CHALLENGE_PORT", value_name = "PORT")]
    pub challenge_port: Option<u16>,
    /// Addresses of our own http-01 listener [default: all].
    #[arg(long, env = "CERTWRIGHT_CHALLENGE_ADDRESSES", value_name = "ADDRESS", value_delimiter = ',')]
    pub challenge_addresses: Vec<std::net::IpAddr>,
    /// DNS servers for Test [default: the system's].
    #[arg(long, env = "CERTWRIGHT_RESOLVERS", value_name = "ADDRESS:PORT", value_delimiter = ',')]
    pub resolvers: Vec<SocketAddr>,
    /// Write the service's log as JSON.
    #[arg(long, env = "CERTWRIGHT_JSON_LOG")]
    pub json_log: bool,
}

impl Configuration {
    /// The configuration of a data directory, with everything else as it is by default.
    pub fn of(data_directory: PathBuf) -> Self {
        Self {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], PORT))],
            tls: false,
            without_tls: Vec::new(),
            url: None,
            socket: data_directory.join("certwright.sock"),
            data_directory,
            challenge_port: 80,
            challenge_addresses: Vec::new(),
            resolvers: Vec::new(),
            parallel_runs: 16,
            json_log: false,
            backup_folder: None,
            backups_kept: 14,
            history: HistoryPolicy::default(),
            provenance: Provenance::default(),
        }
    }

    /// Reads file and overrides.
    ///
    /// # Errors
    /// With file, line and what is wrong there.
    pub fn read(overrides: &Overrides) -> Result<Self> {
        let path = existing_file(overrides.file.as_deref());
        let (file, table) = path.map_or_else(|| Ok(Default::default()), read_file)?;
        let provenance = Provenance::of(path, &table, overrides);
        let data_directory =
            overrides.data_directory.clone().or(file.data_directory).unwrap_or_else(usual_data_directory);
        let base = Self::of(data_directory);
        let given = |list: &[SocketAddr]| (!list.is_empty()).then(|| list.to_vec());
        let configuration = Self {
            listen: given(&overrides.listen).or(file.listen).unwrap_or(base.listen),
            tls: overrides.tls || file.tls.unwrap_or(false),
            without_tls: Vec::new(),
            url: overrides.url.clone().or(file.url).map(|url| url.trim_end_matches('/').to_owned()),
            socket: file.socket.unwrap_or(base.socket),
            challenge_port: overrides.challenge_port.or(file.challenge_port).unwrap_or(base.challenge_port),
            challenge_addresses: (!overrides.challenge_addresses.is_empty())
                .then(|| overrides.challenge_addresses.clone())
                .or(file.challenge_addresses)
                .unwrap_or_default(),
            resolvers: given(&overrides.resolvers).or(file.resolvers).unwrap_or_default(),
            parallel_runs: file.parallel_runs.unwrap_or(base.parallel_runs),
            json_log: overrides.json_log || file.json_log.unwrap_or(false),
            backup_folder: file.backup.folder,
            backups_kept: file.backup.keep.unwrap_or(base.backups_kept),
            history: file.history,
            provenance,
            data_directory: base.data_directory,
        };
        if let Some(url) = &configuration.url
            && !["https://", "http://"].iter().any(|scheme| url.starts_with(scheme))
        {
            bail!("url: {url} is no address; give it as https://ca.home.arpa:9643");
        }
        if !(1..=256).contains(&configuration.parallel_runs) {
            bail!("parallel-runs: {} is out of range; use 1 to 256", configuration.parallel_runs);
        }
        if configuration.backups_kept == 0 {
            bail!("backup.keep: 0 would keep none; use 1 or more");
        }
        Ok(configuration)
    }
}

impl Configuration {
    /// The addresses at which TLS is spoken: all beyond loopback, and the others where that is wanted.
    pub fn with_tls(&self) -> Vec<SocketAddr> {
        let beyond = |address: &SocketAddr| !address.ip().to_canonical().is_loopback();
        let wanted = |address: &SocketAddr| self.tls && !self.without_tls.contains(address);
        self.listen.iter().copied().filter(|address| wanted(address) || beyond(address)).collect()
    }
}

impl Configuration {
    /// The address by which clients of the built-in authorities reach this service: as configured, else by the first
    /// listener with TLS (ACME wants HTTPS, RFC 8555 §6.1), else by the first one.
    pub fn service_url(&self) -> String {
        if let Some(url) = &self.url {
            return url.clone();
        }
        let with_tls = self.with_tls();
        let Some(address) = with_tls.first().or_else(|| self.listen.first()) else {
            return "https://localhost".to_owned();
        };
        let scheme = if with_tls.is_empty() { "http" } else { "https" };
        let host = match address.ip() {
            ip if ip.is_loopback() => "localhost".to_owned(),
            ip if ip.is_unspecified() => host_name(),
            std::net::IpAddr::V6(ip) => format!("[{ip}]"),
            ip => ip.to_string(),
        };
        format!("{scheme}://{host}:{}", address.port())
    }
}

impl Configuration {
    /// The host of [`Self::service_url`], in lower case and without brackets.
    pub fn service_host(&self) -> Option<String> {
        let url = self.service_url().parse::<http::Uri>().ok()?;
        Some(url.host()?.trim_matches(['[', ']']).to_lowercase())
    }
}

/// The name that this machine calls itself.
pub fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().to_lowercase()
}

/// The configuration that the service reads, for commands that want to find it: with its variables, without flags.
///
/// # Errors
/// As [`Configuration::read`].
pub fn of_client() -> Result<Configuration> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let listen = std::env::var("CERTWRIGHT_LISTEN").unwrap_or_default();
    Configuration::read(&Overrides {
        file: variable("CERTWRIGHT_CONFIG"),
        data_directory: variable("CERTWRIGHT_DATA_DIR"),
        listen: listen.split(',').filter_map(|address| address.trim().parse().ok()).collect(),
        ..Overrides::default()
    })
}

/// The file that is to be read: the one that was named, or the usual one if it is there.
fn existing_file(given: Option<&Path>) -> Option<&Path> {
    let usual = Path::new(USUAL_FILE);
    given.or_else(|| usual.exists().then_some(usual))
}

/// The file, and its table as it is written.
fn read_file(path: &Path) -> Result<(File, toml::Table)> {
    let attempted = || format!("read the configuration {}", path.display());
    let text = std::fs::read_to_string(path).with_context(attempted)?;
    let file = toml::from_str(&text).with_context(attempted)?;
    Ok((file, toml::from_str(&text).with_context(attempted)?))
}

/// The data directory where nobody names one.
pub fn usual_data_directory() -> PathBuf {
    if rustix::process::getuid().is_root() {
        return PathBuf::from("/var/lib/certwright");
    }
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .or_else(home)
        .unwrap_or_else(|| PathBuf::from("."))
        .join("certwright")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_loopback_tls_is_always_spoken() {
        let addresses: Vec<SocketAddr> = ["127.0.0.1:1", "[::1]:2", "0.0.0.0:3", "[::ffff:127.0.0.1]:4"]
            .map(|text| text.parse().unwrap())
            .into();
        let read = |tls| Configuration { listen: addresses.clone(), tls, ..Configuration::of("/d".into()) };
        assert_eq!(read(false).with_tls(), [addresses[2]]);
        assert_eq!(read(true).with_tls(), addresses);
        let without = Configuration { without_tls: addresses.clone(), ..read(true) };
        assert_eq!(without.with_tls(), [addresses[2]], "beyond loopback there is no way around it");
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let error = toml::from_str::<File>("chalenge-port = 80").unwrap_err().to_string();
        assert!(error.contains("chalenge-port"), "{error}");
    }
}
