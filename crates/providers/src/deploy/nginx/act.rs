//! What is done to nginx: edits of its files, its own check, and the reload.

use super::complaint;
use super::editing::{make, make_anywhere, not_written, take_back};
use super::settings::Invocation;
use certwright_contract::Applying;
use certwright_contract::files::Copies;
use certwright_contract::ports::Ports;
use certwright_core::edit::FileEdit;
use certwright_core::failure::{Failure, FailureClass};
use serde::{Deserialize, Serialize};

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub(crate) enum Act {
    /// Change lines of a configuration file.
    Edit {
        /// Which lines.
        edit: FileEdit,
        /// Whether the file may have been changed elsewhere since it was planned: for lines that stay only while a
        /// certificate is ordered, during which others are deployed to the same file.
        #[serde(default)]
        movable: bool,
    },
    /// Let nginx check its configuration.
    Check {
        /// Which nginx.
        server: Invocation,
        /// Says to the engine: apply this again once everything was taken back.
        settles: bool,
    },
    /// Let the running nginx read its configuration again.
    Reload {
        /// Which nginx.
        server: Invocation,
        /// As above.
        settles: bool,
    },
}

impl Act {
    /// Check, then reload.
    pub(crate) fn settle(server: &Invocation) -> Vec<Self> {
        let settles = true;
        let (check, reload) = (server.clone(), server.clone());
        vec![Self::Check { server: check, settles }, Self::Reload { server: reload, settles }]
    }

    pub(super) fn describe(&self) -> (String, Vec<String>) {
        match self {
            Self::Edit { edit, .. } => (format!("edit {}", edit.path), edit.lines()),
            Self::Check { server, .. } => {
                (format!("check nginx's configuration with `{}`", server.command(CHECK).words()), Vec::new())
            }
            Self::Reload { server, .. } => {
                (format!("reload nginx with `{}`", server.command(RELOAD).words()), Vec::new())
            }
        }
    }

    pub(super) async fn apply(&self, applying: &Applying<'_>) -> Result<(), Failure> {
        match self {
            Self::Edit { edit, movable } => {
                let make = if *movable { make_anywhere } else { make };
                in_background(edit, applying.copies, make).await
            }
            Self::Check { server, .. } => check(server, applying.ports).await,
            Self::Reload { server, .. } => reload(server, applying.ports).await,
        }
    }

    /// Check and reload have nothing to take back: the engine applies them again once the edits are gone.
    pub(super) async fn undo(&self, applying: &Applying<'_>) -> Result<(), Failure> {
        match self {
            Self::Edit { edit, .. } => in_background(edit, applying.copies, take_back).await,
            Self::Check { .. } | Self::Reload { .. } => Ok(()),
        }
    }
}

const CHECK: &[&str] = &["-t"];
const RELOAD: &[&str] = &["-s", "reload"];

/// Writing waits for the disk.
async fn in_background(
    edit: &FileEdit,
    copies: &Copies,
    work: fn(&FileEdit, &Copies) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let (edit, copies) = (edit.clone(), copies.clone());
    let path = edit.path.clone();
    tokio::task::spawn_blocking(move || work(&edit, &copies))
        .await
        .map_err(|error| not_written(&path, &error.to_string()))?
}

async fn check(server: &Invocation, ports: &Ports) -> Result<(), Failure> {
    let finished = server.run(CHECK, ports).await?;
    if finished.succeeded() {
        return Ok(());
    }
    Err(complaint::failure(server, CHECK, &finished, FailureClass::Retry))
}

/// Success says only that the signal was sent; whether it took effect is for a handshake to show.
async fn reload(server: &Invocation, ports: &Ports) -> Result<(), Failure> {
    let finished = server.run(RELOAD, ports).await?;
    if finished.succeeded() {
        return Ok(());
    }
    let answer = finished.stderr.trim().to_owned();
    let attempted = format!("reload nginx with `{}`", server.command(RELOAD).words());
    if not_running(&answer) {
        return Err(Failure::person(
            "nginx-not-running",
            attempted,
            answer,
            "start nginx (`systemctl start nginx`), or correct the settings `configuration` and `prefix` so that they name the nginx that runs",
        ));
    }
    Err(Failure::retry(
        "nginx-not-reloaded",
        attempted,
        answer,
        "run the command by hand as the user that Certwright runs as, and mend what it complains of",
    ))
}

/// No process id in the pid file, no pid file, or no such process.
fn not_running(stderr: &str) -> bool {
    ["invalid PID number", "(3: No such process)", ".pid\" failed (2: No such file"]
        .iter()
        .any(|sign| stderr.contains(sign))
}
