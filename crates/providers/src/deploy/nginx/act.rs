//! What is done to nginx: edits of its files, its own check, and the reload.

use super::answering;
use super::complaint;
use super::observe::LARGEST;
use super::settings::Invocation;
use super::text;
use certwright_contract::files::{self, Access, Copies, Kept};
use certwright_contract::ports::Ports;
use certwright_contract::{Applying, IN_USE};
use certwright_core::edit::FileEdit;
use certwright_core::failure::{Failure, FailureClass};
use serde::{Deserialize, Serialize};
use std::path::Path;

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

fn make(edit: &FileEdit, copies: &Copies) -> Result<(), Failure> {
    make_where(edit, copies, |_| false)
}

/// Where the file is another one by now, the lines around tell the place, or it is refused.
fn make_anywhere(edit: &FileEdit, copies: &Copies) -> Result<(), Failure> {
    make_where(edit, copies, |text| edit.apply(text).is_ok())
}

fn make_where(edit: &FileEdit, copies: &Copies, is_fine: impl Fn(&str) -> bool) -> Result<(), Failure> {
    let path = Path::new(&edit.path);
    let io = |error: std::io::Error| not_written(&edit.path, &error.to_string());
    let now = files::read(path, LARGEST).map_err(io)?;
    if files::digest(&now) != edit.expects {
        if made(edit, copies, &now) {
            return Ok(());
        }
        if let Some(failure) = in_use(edit, &now) {
            return Err(failure);
        }
        if !is_fine(&text::decode(&now)) {
            return Err(changed(edit));
        }
    }
    copies.keep(path).map_err(io)?;
    let after = edit
        .apply(&text::decode(&now))
        .map_err(|error| Failure::person(CHANGED, format!("edit {}", edit.path), error.to_string(), AGAIN))?;
    let access = Access::of(path).map_err(io)?;
    files::replace(path, &text::encode(&after, &now), access).map_err(io)
}

/// Whether this edit is in the file already. The copy, kept before anything is replaced, tells for sure; where the
/// file was changed by others since, its own lines do.
fn made(edit: &FileEdit, copies: &Copies, now: &[u8]) -> bool {
    match copies.kept(Path::new(&edit.path)) {
        Ok(Kept::File { contents, .. }) if edited(edit, &contents).is_some_and(|after| after == now) => true,
        Ok(Kept::File { contents, .. }) if contents == now => false,
        _ => edit.revert(&text::decode(now)).is_ok_and(|before| {
            files::digest(&text::encode(&before, now)) == edit.expects || names_itself(edit)
        }),
    }
}

/// Whether the lines of this edit can be nobody else's, because they name a certificate.
fn names_itself(edit: &FileEdit) -> bool {
    edit.hunks.iter().all(|hunk| hunk.added.iter().any(|line| answering::named(line).is_some()))
}

fn edited(edit: &FileEdit, before: &[u8]) -> Option<Vec<u8>> {
    let after = edit.apply(&text::decode(before)).ok()?;
    Some(text::encode(&after, before))
}

fn take_back(edit: &FileEdit, copies: &Copies) -> Result<(), Failure> {
    let path = Path::new(&edit.path);
    let io = |error: std::io::Error| not_written(&edit.path, &error.to_string());
    let now = files::read(path, LARGEST).map_err(io)?;
    if files::digest(&now) == edit.expects {
        return Ok(());
    }
    let contents = match copies.kept(path).map_err(io)? {
        // Nothing was replaced: a copy is kept before anything is.
        Kept::NoCopy | Kept::Absent => return Ok(()),
        Kept::File { contents, .. } => contents,
    };
    if edited(edit, &contents).is_some_and(|after| after == now) {
        return copies.put_back(path).map_err(io);
    }
    // Somebody else has changed the file since: their lines stay, only ours go.
    let decoded = text::decode(&now);
    let before = match edit.revert(&decoded) {
        Ok(before) => before,
        Err(_) if !anything_remains(edit, &without_others(edit, &decoded), &text::decode(&contents)) => {
            return Ok(());
        }
        Err(error) => {
            return Err(Failure::person(
                "edit-not-taken-back",
                format!("take the edit of {} back", edit.path),
                error.to_string(),
                format!(
                    "the file was changed by somebody else; where they still stand, put these lines back by hand:\n{}",
                    edit.lines().join("\n")
                ),
            ));
        }
    };
    let access = Access::of(path).map_err(io)?;
    files::replace(path, &text::encode(&before, &now), access).map_err(io)
}

/// The text without the lines by which nginx answers for other certificates: they look like those of this edit.
fn without_others(edit: &FileEdit, text: &str) -> String {
    own_certificate(edit)
        .and_then(|own| answering::without_others(text, own))
        .unwrap_or_else(|| text.to_owned())
}

/// The certificate that the lines of this edit name.
fn own_certificate(edit: &FileEdit) -> Option<&str> {
    edit.hunks.iter().flat_map(|hunk| &hunk.added).find_map(|line| answering::named(line))
}

/// Whether a line that came with the edit still stands in the file.
fn anything_remains(edit: &FileEdit, now: &str, before: &str) -> bool {
    edit.hunks.iter().flat_map(|hunk| &hunk.added).any(|line| {
        let has = |text: &str| text.lines().any(|other| other == line);
        line.trim().len() > 1 && has(now) && !has(before)
    })
}

const CHANGED: &str = "configuration-changed";
const AGAIN: &str = "look at what was changed there, then plan again: the new plan takes it into account";

/// That nginx answers for another certificate through this file at the moment.
fn in_use(edit: &FileEdit, now: &[u8]) -> Option<Failure> {
    let text = text::decode(now);
    let own = own_certificate(edit);
    let inline = answering::answers_inline(&text).then_some("another certificate");
    let others = answering::certificates(&text);
    let other = others.into_iter().find(|other| Some(*other) != own).or(inline)?;
    Some(Failure::retry(
        IN_USE,
        format!("edit {}", edit.path),
        format!("nginx is answering for {other} through this file"),
        format!("nothing: it is over in a moment; if no run of {other} goes on, remove its lines by hand"),
    ))
}

fn changed(edit: &FileEdit) -> Failure {
    Failure::person(
        CHANGED,
        format!("edit {}", edit.path),
        "the file was changed since this was planned",
        AGAIN,
    )
}

fn not_written(path: &str, answer: &str) -> Failure {
    Failure::retry(
        "configuration-not-written",
        format!("edit {path}"),
        answer,
        "make sure that the file is there, that Certwright may write it and its folder, and that the disk is not full",
    )
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
