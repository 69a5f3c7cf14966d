//! A real nginx in a folder of its own, with the configuration a test wrote.

mod builder;

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

pub use builder::{NginxBuilder, standard_http_settings, standard_preamble};

use crate::process::{Launch, Running};
use crate::waiting::wait_for;

const START_LIMIT: Duration = Duration::from_secs(20);

/// A running nginx. `nginx -p PREFIX -c CONFIGURATION -t` (or `-T`, or `-s reload`) works on it from outside.
pub struct Nginx {
    // Fields drop in order: the server ends before its folder goes.
    server: Mutex<Running>,
    program: PathBuf,
    http_port: u16,
    https_port: u16,
    awaited_ports: Vec<u16>,
    folder: TempDir,
}

impl Nginx {
    /// An nginx to be described.
    pub fn builder() -> NginxBuilder {
        NginxBuilder::default()
    }

    /// Its folder, which is also its prefix.
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// The value for `-p`.
    pub fn prefix(&self) -> &Path {
        self.dir()
    }

    /// The value for `-c`.
    pub fn configuration_path(&self) -> PathBuf {
        self.path("nginx.conf")
    }

    /// The nginx program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The port `{{http}}` stood for.
    pub const fn http_port(&self) -> u16 {
        self.http_port
    }

    /// The port `{{https}}` stood for.
    pub const fn https_port(&self) -> u16 {
        self.https_port
    }

    /// Where it serves TLS.
    pub fn https_address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.https_port))
    }

    /// The full path of a file in its folder.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.dir().join(relative)
    }

    /// The text of a file in its folder.
    pub fn read(&self, relative: &str) -> Result<String> {
        std::fs::read_to_string(self.path(relative)).with_context(|| format!("reading {relative}"))
    }

    /// Writes a file in its folder; the placeholders of [`NginxBuilder::file`] are filled in here too.
    pub fn write(&self, relative: &str, text: &str) -> Result<()> {
        write_file(self.dir(), relative, &builder::fill_in(text, self.dir(), self.http_port, self.https_port))
    }

    /// Asks nginx whether its configuration is good; the error is what it says.
    pub fn test(&self) -> Result<()> {
        self.run(&["-t"])
    }

    /// Makes it read its configuration again. Old workers go on for a moment.
    pub fn reload(&self) -> Result<()> {
        self.run(&["-s", "reload"])
    }

    /// Whether the master process is alive.
    pub fn is_running(&self) -> bool {
        self.server().is_running()
    }

    /// The master's process id, as in the pid file.
    pub fn process_id(&self) -> u32 {
        self.server().process_id()
    }

    /// Ends it; its files stay until the drop.
    pub fn stop(&self) {
        self.server().stop();
    }

    /// Starts it again with what its files say now.
    pub fn restart(&self) -> Result<()> {
        let mut server = self.server();
        server.stop();
        *server = launch(&self.program, self.dir()).start()?;
        self.wait_until_up(&server)
    }

    /// What it wrote to its error log and its output.
    pub fn log_text(&self) -> String {
        let errors = crate::process::read_lossy(&self.path("error.log"));
        format!("{errors}{}", self.server().log_text())
    }

    fn run(&self, arguments: &[&str]) -> Result<()> {
        let output = Command::new(&self.program)
            .arg("-p")
            .arg(self.dir())
            .arg("-c")
            .arg(self.configuration_path())
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .context("running nginx")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "nginx {}: {}", arguments.join(" "), said.trim());
        Ok(())
    }

    fn server(&self) -> std::sync::MutexGuard<'_, Running> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_until_up(&self, server: &Running) -> Result<()> {
        wait_for("nginx to answer", START_LIMIT, || {
            server.expect_running()?;
            let written = self.read("nginx.pid").is_ok_and(|id| id.trim() == server.process_id().to_string());
            let accepting = |port: &u16| TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).is_ok();
            Ok((written && self.awaited_ports.iter().all(accepting)).then_some(()))
        })
        .with_context(|| format!("nginx did not start; its log ends with:\n{}", server.log_tail()))
    }
}

/// In the foreground, so that it stays a child; its first words go to the same log as the rest.
fn launch(program: &Path, folder: &Path) -> Launch {
    Launch::new(program, folder.join("nginx.out"))
        .arguments(["-p".as_ref(), folder.as_os_str(), "-c".as_ref(), folder.join("nginx.conf").as_os_str()])
        .arguments(["-e", "stderr", "-g", "daemon off;"])
        .ends_by_terminate()
}

fn write_file(folder: &Path, relative: &str, text: &str) -> Result<()> {
    let path = folder.join(relative);
    let parent = path.parent().context("a file without a folder")?;
    std::fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
    std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests;
