//! What a test may choose about its nginx: its files, and the ports in them.

use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context, Result};

use super::{Nginx, launch, write_file};
use crate::ports::free_port;
use crate::process::start_where_free;
use crate::program::find_program;

/// The folders nginx keeps request bodies and answers in.
const TEMPORARY_FOLDERS: [&str; 5] = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

/// An nginx to be started.
#[derive(Debug, Clone, Default)]
pub struct NginxBuilder {
    files: Vec<(String, String)>,
    http_port: Option<u16>,
    https_port: Option<u16>,
}

impl NginxBuilder {
    /// A file in nginx's folder, by its relative path; `nginx.conf` is the one nginx reads first.
    ///
    /// Filled in: `{{http}}` and `{{https}}` (ports), `{{dir}}` (the folder), `{{preamble}}`
    /// ([`standard_preamble`]) and `{{http_settings}}` ([`standard_http_settings`]).
    #[must_use]
    pub fn file(mut self, relative: &str, text: &str) -> Self {
        self.files.push((relative.to_owned(), text.to_owned()));
        self
    }

    /// Takes this port for `{{http}}`, instead of a free one.
    #[must_use]
    pub const fn http_port(mut self, port: u16) -> Self {
        self.http_port = Some(port);
        self
    }

    /// Takes this port for `{{https}}`, instead of a free one.
    #[must_use]
    pub const fn https_port(mut self, port: u16) -> Self {
        self.https_port = Some(port);
        self
    }

    /// Writes the files, starts nginx and returns when it accepts on each of `{{http}}` and `{{https}}` that
    /// the files use.
    pub fn start(self) -> Result<Nginx> {
        start_where_free(|| self.start_once())
    }

    pub(super) fn start_once(&self) -> Result<Nginx> {
        let program = find_program("nginx")?;
        let folder = tempfile::Builder::new().prefix("certwright-nginx-").tempdir()?;
        let http_port = self.http_port.map_or_else(free_port, Ok)?;
        let https_port = self.https_port.map_or_else(free_port, Ok)?;
        std::fs::create_dir(folder.path().join("temporary")).context("making nginx's temporary folder")?;
        for (relative, text) in &self.files {
            write_file(folder.path(), relative, &fill_in(text, folder.path(), http_port, https_port))?;
        }
        let uses = |placeholder: &str| self.files.iter().any(|(_, text)| text.contains(placeholder));
        let mut awaited_ports = Vec::new();
        if uses("{{http}}") {
            awaited_ports.push(http_port);
        }
        if uses("{{https}}") {
            awaited_ports.push(https_port);
        }
        let server = Mutex::new(launch(&program, folder.path()).start()?);
        let nginx = Nginx { server, program, http_port, https_port, awaited_ports, folder };
        nginx.wait_until_up(&nginx.server())?;
        Ok(nginx)
    }
}

/// The head of an `nginx.conf`, up to and including `events`: everything nginx writes stays in `folder`.
pub fn standard_preamble(folder: &Path) -> String {
    let folder = folder.display();
    // As root nginx would hand its workers to a user who can't read a test's folder.
    let user = if rustix::process::geteuid().is_root() { "user root;\n" } else { "" };
    format!(
        "{user}worker_processes 1;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log info;\n\
         events {{ worker_connections 64; }}\n"
    )
}

/// What belongs at the head of the `http` block, for the same reason.
pub fn standard_http_settings(folder: &Path) -> String {
    let folder = folder.display();
    let temporary: String = TEMPORARY_FOLDERS
        .iter()
        .map(|name| format!("{name}_temp_path {folder}/temporary/{name};\n"))
        .collect();
    format!("access_log off;\n{temporary}")
}

pub(super) fn fill_in(text: &str, folder: &Path, http_port: u16, https_port: u16) -> String {
    text.replace("{{preamble}}", &standard_preamble(folder))
        .replace("{{http_settings}}", &standard_http_settings(folder))
        .replace("{{dir}}", &folder.display().to_string())
        .replace("{{http}}", &http_port.to_string())
        .replace("{{https}}", &https_port.to_string())
}
