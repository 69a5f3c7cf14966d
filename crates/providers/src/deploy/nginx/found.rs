//! What was found on the machine: plain data from which every decision about nginx is made.

use super::settings::Invocation;
use certwright_contract::files;
use certwright_core::identifier::Identifier;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is there now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    /// How nginx is called.
    pub(crate) server: Invocation,
    /// Every configuration file in the order nginx reads them; the first is the main one.
    pub(crate) files: Vec<SourceFile>,
    /// What is in the files that `ssl_certificate` names, by the argument as written; unreadable ones are absent.
    pub(crate) leaves: BTreeMap<String, Leaf>,
    /// Arguments of `root`, as written, that are folders.
    pub(crate) folders: BTreeSet<String>,
}

/// One configuration file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SourceFile {
    /// As nginx names it.
    pub(crate) path: String,
    /// With symbolic links resolved: what is edited.
    pub(crate) real: String,
    /// SHA-256 of its bytes.
    pub(crate) digest: String,
    /// Its text.
    pub(crate) text: String,
}

/// The certificate that a server block names now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Leaf {
    pub(crate) fingerprint: String,
    pub(crate) identifiers: Vec<Identifier>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) odd_names: Vec<String>,
    pub(crate) self_signed: bool,
}

impl SourceFile {
    /// Gives it another text, and the digest of the bytes that it then has.
    pub(crate) fn set_text(&mut self, text: String) {
        let is_utf8 = files::digest(self.text.as_bytes()) == self.digest;
        let bytes = if is_utf8 { text.clone().into_bytes() } else { super::text::encode(&text, &[0xff]) };
        self.digest = files::digest(&bytes);
        self.text = text;
    }
}

impl Found {
    /// The folder of the main configuration file: relative includes and certificates start there.
    pub(super) fn configuration_folder(&self) -> &str {
        self.files.first().and_then(|file| file.path.rsplit_once('/')).map_or("", |(folder, _)| folder)
    }

    /// Where a configuration file or certificate stands.
    pub(super) fn certificate_path(&self, written: &str) -> String {
        if written.starts_with('/') {
            written.to_owned()
        } else {
            format!("{}/{written}", self.configuration_folder())
        }
    }

    /// The folder that `root` names; `None` where only the running nginx knows.
    pub(crate) fn folder_path(&self, written: &str) -> Option<String> {
        let prefix = self.server.prefix.trim_end_matches('/');
        if written.contains('$') || written.is_empty() {
            None
        } else if written.starts_with('/') {
            Some(written.to_owned())
        } else {
            (!prefix.is_empty()).then(|| format!("{prefix}/{written}"))
        }
    }
}
