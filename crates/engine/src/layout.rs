//! Where things stand in the data directory.

use certwright_core::id::{CertificateId, RunId, VersionId};
use std::path::{Path, PathBuf};

/// The data directory's paths.
#[derive(Clone, Debug)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout of this data directory.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The data directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.root.join("certwright.db")
    }

    /// The data key that seals secrets.
    pub fn data_key(&self) -> PathBuf {
        self.root.join("data.key")
    }

    /// The data key as the recovery key wraps it.
    pub fn wrapped_key(&self) -> PathBuf {
        self.root.join("data.key.wrapped")
    }

    /// Backups, unless they go elsewhere.
    pub fn backups(&self) -> PathBuf {
        self.root.join("backups")
    }

    /// A certificate's folder, in which every version has a directory.
    pub fn certificate(&self, id: &CertificateId) -> PathBuf {
        self.root.join("certificates").join(id.as_str())
    }

    /// The link to the certificate's newest version, which servers' configurations name.
    pub fn link(&self, id: &CertificateId) -> PathBuf {
        self.certificate(id).join("current")
    }

    /// A version's directory.
    pub fn version(&self, certificate: &CertificateId, version: &VersionId) -> PathBuf {
        self.certificate(certificate).join(version.as_str())
    }

    /// Copies of what a run replaces.
    pub fn copies(&self, run: &RunId) -> PathBuf {
        self.root.join("copies").join(run.as_str())
    }

    /// Notes of files that Tests have in webroots.
    pub fn probes(&self) -> PathBuf {
        self.root.join("probes")
    }

    /// A certificate's log.
    pub fn log(&self, id: &CertificateId) -> PathBuf {
        self.root.join("logs").join(format!("{id}.log"))
    }
}
