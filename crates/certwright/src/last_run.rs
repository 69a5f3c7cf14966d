//! What the service leaves behind about its last run, for whoever finds it stopped (F39).

use crate::configuration::Configuration;
use anyhow::Error;
use certwright_contract::files::{self, Access};
use certwright_core::Timestamp;
use certwright_core::absence;
use certwright_engine::Layout;
use std::path::{Path, PathBuf};

/// The most that is read or kept of it.
const MOST: usize = 16 * 1024;

fn path(root: &Path) -> PathBuf {
    root.join("last-run.json")
}

/// The run that is going on.
#[derive(Debug)]
pub(crate) struct LastRun {
    path: PathBuf,
    run: absence::LastRun,
}

impl LastRun {
    /// From now on; nothing is stored yet.
    pub(crate) fn begin(configuration: &Configuration, layout: &Layout) -> Self {
        let run = absence::LastRun {
            process: std::process::id(),
            began_at: Timestamp::now(),
            listen: configuration.listen.iter().map(ToString::to_string).collect(),
            ended_at: None,
            error: None,
        };
        Self { path: path(layout.root()), run }
    }

    /// Stores that it runs.
    pub(crate) fn store(&self) {
        write(&self.path, &self.run);
    }

    /// Stores that it ended, and with which error.
    pub(crate) fn end(self, error: Option<&Error>) {
        let error = error.map(|error| format!("{error:#}").chars().take(MOST / 8).collect());
        write(&self.path, &absence::LastRun { ended_at: Some(Timestamp::now()), error, ..self.run });
    }
}

/// A service that cannot leave it behind works all the same.
fn write(path: &Path, run: &absence::LastRun) {
    let text = serde_json::to_vec_pretty(run).unwrap_or_default();
    if let Err(error) = files::replace(path, &text, Access::PRIVATE) {
        tracing::warn!(%error, "what is told of this run when it has ended could not be stored");
    }
}

/// What the last run left, where it can be read.
pub(crate) fn read(root: &Path) -> Option<absence::LastRun> {
    let bytes = files::read(&path(root), MOST as u64).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_leaves_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let configuration = Configuration::of(folder.path().to_owned());
        let layout = Layout::new(folder.path().to_owned());
        assert_eq!(read(folder.path()), None);
        let run = LastRun::begin(&configuration, &layout);
        run.store();
        let found = read(folder.path()).unwrap();
        assert_eq!((found.process, found.ended_at), (std::process::id(), None));
        assert_eq!(found.listen, ["127.0.0.1:9644"]);
        run.end(Some(&anyhow::anyhow!("inner").context("outer")));
        let found = read(folder.path()).unwrap();
        assert!(found.ended_at.is_some());
        assert_eq!(found.error.as_deref(), Some("outer: inner"));
    }
}
