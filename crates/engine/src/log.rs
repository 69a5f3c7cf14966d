//! One log per managed certificate (F55): every step, request and answer, redacted, in a file of its own.

use crate::layout::Layout;
use certwright_acme::{Exchange, Observer};
use certwright_contract::files;
use certwright_core::Timestamp;
use certwright_core::id::CertificateId;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// A log grows to this size, then the older half is kept beside it and a new one begins.
const MOST_BYTES: u64 = 1024 * 1024;

/// The log of one certificate. Losing a line is no failure: what must not be lost is in the store.
#[derive(Clone, Debug)]
pub(crate) struct CertificateLog {
    path: PathBuf,
}

impl CertificateLog {
    pub(crate) fn new(layout: &Layout, certificate: &CertificateId) -> Self {
        Self { path: layout.log(certificate) }
    }

    /// Adds a line with the moment. Control characters are taken out: a hostile answer forges no line.
    pub(crate) fn line(&self, text: &str) {
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let line = format!("{:.3} {clean}\n", Timestamp::now());
        if let Err(error) = self.append(line.as_bytes()) {
            tracing::warn!(path = %self.path.display(), %error, "a line of a certificate's log was lost");
        }
    }

    /// Adds several lines.
    pub(crate) fn lines(&self, text: &str) {
        text.lines().for_each(|line| self.line(line));
    }

    fn append(&self, line: &[u8]) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            files::make_directory(folder, files::PRIVATE_DIRECTORY)?;
        }
        let mut file = OpenOptions::new().create(true).append(true).mode(files::PRIVATE).open(&self.path)?;
        if file.metadata()?.len() > MOST_BYTES {
            std::fs::rename(&self.path, self.path.with_extension("log.1"))?;
            file = OpenOptions::new().create(true).append(true).mode(files::PRIVATE).open(&self.path)?;
        }
        file.write_all(line)
    }

    /// The last lines, oldest first; reads no more of the file than the log can hold.
    pub(crate) fn last(&self, most: usize) -> io::Result<Vec<String>> {
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            opened => opened?,
        };
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(MOST_BYTES)))?;
        let mut text = Vec::new();
        file.take(2 * MOST_BYTES).read_to_end(&mut text)?;
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        Ok(lines[lines.len().saturating_sub(most)..].iter().map(|&line| line.to_owned()).collect())
    }
}

impl Observer for CertificateLog {
    fn exchange(&self, exchange: &Exchange) {
        self.line(&format!("> {} {}", exchange.method, exchange.url));
        if let Some(request) = &exchange.request {
            self.line(&format!("> {request}"));
        }
        match &exchange.status {
            Ok(status) => self.line(&format!("< {status} in {} ms", exchange.took.as_millis())),
            Err(words) => self.line(&format!("< no answer: {words}")),
        }
        if let Some(retry_after) = exchange.retry_after {
            self.line(&format!("< Retry-After: {retry_after:?}"));
        }
        if !exchange.answer.is_empty() {
            self.line(&format!("< {}", exchange.answer));
        }
    }
}
