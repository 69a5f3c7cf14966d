//! The file that a Test puts into a webroot to see who shows it. Written down before it is written there, so that
//! one that a crash left behind is removed at the next start.

use crate::blocking::blocking;
use crate::engine::{Engine, storage};
use certwright_contract::files::{self, Access, webroot};
use certwright_core::failure::Failure;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// Larger than any path with its answer.
const CAP: u64 = 64 * 1024;

/// One such file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Probe {
    pub(super) root: String,
    pub(super) token: String,
    pub(super) answer: String,
}

impl Probe {
    /// Writes it, after a note in this folder of ours.
    fn show(&self, notes: &Path) -> Result<(), Failure> {
        let text = serde_json::to_vec(self).map_err(|error| storage(&error.to_string()))?;
        files::make_directory(notes, files::PRIVATE_DIRECTORY)
            .and_then(|()| files::replace(&notes.join(&self.token), &text, Access::PRIVATE))
            .map_err(|error| storage(&error.to_string()))?;
        webroot::show(Path::new(&self.root), &self.token, &self.answer)
            .map_err(|trouble| trouble.failure(format!("write a file for this test below {}", self.root)))
    }

    /// Removes it, and then the note.
    fn hide(&self, notes: &Path) -> Result<(), Failure> {
        webroot::hide(Path::new(&self.root), &self.token, &self.answer)
            .map_err(|trouble| trouble.failure(format!("remove the file of a test below {}", self.root)))?;
        files::remove(&notes.join(&self.token)).map_err(|error| storage(&error.to_string()))
    }
}

/// The notes in this folder.
fn noted(notes: &Path) -> io::Result<Vec<PathBuf>> {
    match std::fs::read_dir(notes) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries?.map(|entry| Ok(entry?.path())).collect(),
    }
}

/// Removes what these notes in this folder tell of.
fn hide_all(notes: &Path, old: Vec<PathBuf>) -> io::Result<()> {
    for path in old {
        match serde_json::from_slice::<Probe>(&files::read(&path, CAP)?) {
            Ok(probe) => {
                if let Err(failure) = probe.hide(notes) {
                    tracing::warn!(%failure, "an old file of a test could not be removed");
                }
            }
            // Half a note: the file it tells of was never written.
            Err(_) => files::remove(&path)?,
        }
    }
    Ok(())
}

impl Engine {
    pub(super) async fn show_probe(&self, probe: Probe) -> Result<(), Failure> {
        let notes = self.layout.probes();
        blocking(move || probe.show(&notes)).await
    }

    pub(super) async fn hide_probe(&self, probe: Probe) -> Result<(), Failure> {
        let notes = self.layout.probes();
        blocking(move || probe.hide(&notes)).await
    }

    /// The notes of Tests that a predecessor did not end. To be called before any Test is begun.
    pub(crate) async fn old_probes(&self) -> Vec<PathBuf> {
        let notes = self.layout.probes();
        let listed = blocking(move || noted(&notes).map_err(|error| storage(&error.to_string()))).await;
        listed.unwrap_or_else(|failure| {
            tracing::warn!(%failure, "old files of tests could not be looked for");
            Vec::new()
        })
    }

    /// Removes the files of those Tests.
    pub(crate) async fn hide_old_probes(&self, old: Vec<PathBuf>) {
        let notes = self.layout.probes();
        let hidden =
            blocking(move || hide_all(&notes, old).map_err(|error| storage(&error.to_string()))).await;
        if let Err(failure) = hidden {
            tracing::warn!(%failure, "old files of tests could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_that_a_crash_left_is_removed_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let (root, notes) = (folder.path().join("root"), folder.path().join("data/probes"));
        fs::create_dir(&root).unwrap();
        hide_all(&notes, noted(&notes).unwrap()).unwrap();
        let probe = |token: &str| Probe {
            root: root.display().to_string(),
            token: token.to_owned(),
            answer: format!("{token}.print"),
        };
        let (ended, cut_off) = (probe("one"), probe("two"));
        ended.show(&notes).unwrap();
        cut_off.show(&notes).unwrap();
        ended.hide(&notes).unwrap();
        assert_eq!(fs::read_to_string(webroot::place(&root, "two")).unwrap(), "two.print");
        files::replace(&notes.join("half"), b"{\"root", Access::PRIVATE).unwrap();

        hide_all(&notes, noted(&notes).unwrap()).unwrap();
        assert_eq!(fs::read_dir(&root).unwrap().count(), 0, "something is left in the webroot");
        assert_eq!(fs::read_dir(&notes).unwrap().count(), 0, "something is still noted");
    }

    #[test]
    fn what_cannot_be_written_is_told_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (root, notes) = (folder.path().join("root"), folder.path().join("probes"));
        fs::create_dir(&root).unwrap();
        std::os::unix::fs::symlink(folder.path(), root.join(".well-known")).unwrap();
        let probe =
            Probe { root: root.display().to_string(), token: "one".to_owned(), answer: "x".to_owned() };
        let failure = probe.show(&notes).unwrap_err();
        assert!(failure.answer.contains("is a symbolic link to"), "{failure}");
        probe.hide(&notes).unwrap();
        assert_eq!(fs::read_dir(&notes).unwrap().count(), 0);
    }
}
