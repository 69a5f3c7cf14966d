//! Making edits of nginx's files and taking them back, where others may have changed the files meanwhile, and where
//! lines stand by which nginx answers http-01 for a while.

use super::observe::LARGEST;
use super::recognising::{self, Standing, named, without_answers, without_own};
use super::text;
use certwright_contract::files::{self, Access, Copies, Kept};
use certwright_contract::{IN_USE, InTheWay};
use certwright_core::edit::FileEdit;
use certwright_core::failure::Failure;
use std::io;
use std::path::Path;

/// Makes an edit in the file it was planned for.
pub(super) fn make(edit: &FileEdit, copies: &Copies) -> Result<(), Failure> {
    make_in(edit, copies, false)
}

/// The same; where the file is another one by now, the lines around tell the place, or it is refused.
pub(super) fn make_anywhere(edit: &FileEdit, copies: &Copies) -> Result<(), Failure> {
    make_in(edit, copies, true)
}

fn make_in(edit: &FileEdit, copies: &Copies, movable: bool) -> Result<(), Failure> {
    let path = Path::new(&edit.path);
    let io = |error: io::Error| not_written(&edit.path, &error.to_string());
    let now = files::read(path, LARGEST).map_err(io)?;
    if files::digest(&now) != edit.expects {
        if made(edit, copies, &now) {
            return Ok(());
        }
        if let Some(other) = others(edit, &text::decode(&now)).first() {
            return Err(in_use(edit, other));
        }
    }
    // What an earlier run of this certificate has left goes: it comes anew, where it belongs now.
    let from = without_leftovers(edit, &now);
    let after = edited(edit, &from, movable).map_err(|answer| changed(edit, answer))?;
    copies.keep(path).map_err(io)?;
    files::replace(path, &after, Access::of(path).map_err(io)?).map_err(io)
}

/// The file with the edit made.
fn edited(edit: &FileEdit, before: &[u8], movable: bool) -> Result<Vec<u8>, String> {
    let decoded = text::decode(before);
    let after = if files::digest(before) == edit.expects {
        edit.apply(&decoded)
    } else if movable {
        edit.apply_moved(&decoded)
    } else {
        return Err("the file was changed since this was planned".to_owned());
    };
    after.map(|after| text::encode(&after, before)).map_err(|error| error.to_string())
}

/// Whether this edit is in the file already. The copy, kept before anything is replaced, tells for sure; where the
/// file was changed by others since, its own lines do.
fn made(edit: &FileEdit, copies: &Copies, now: &[u8]) -> bool {
    if let Ok(Kept::File { contents, .. }) = copies.kept(Path::new(&edit.path)) {
        if gives(edit, &contents, now) {
            return true;
        }
        if contents == now {
            return false;
        }
    }
    edit.revert(&text::decode(now)).is_ok_and(|before| {
        files::digest(&text::encode(&before, now)) == edit.expects || is_all_of_its_own(edit, &before)
    })
}

/// Whether this edit made `now` of the copy.
fn gives(edit: &FileEdit, copy: &[u8], now: &[u8]) -> bool {
    edited(edit, &without_leftovers(edit, copy), true).is_ok_and(|after| after == now)
}

/// Whether the lines of this edit can be nobody else's, because they name its certificate, and without them nothing
/// names it.
fn is_all_of_its_own(edit: &FileEdit, before: &str) -> bool {
    own(edit).is_some_and(|own| {
        edit.hunks.iter().all(|hunk| hunk.added.iter().any(|line| named(line) == Some(own)))
            && without_own(before, own).is_none()
    })
}

/// The certificate that nginx answers for by this edit. A deployment changes lines in the middle of which others
/// are answered for: these names stood there before.
fn own(edit: &FileEdit) -> Option<&str> {
    edit.hunks.iter().find_map(|hunk| {
        let stood = |name: &&str| hunk.removed.iter().any(|line| named(line) == Some(*name));
        hunk.added.iter().find_map(|line| named(line)).filter(|name| !stood(name))
    })
}

/// The file without answers for this edit's own certificate.
fn without_leftovers(edit: &FileEdit, bytes: &[u8]) -> Vec<u8> {
    own(edit)
        .and_then(|own| without_own(&text::decode(bytes), own))
        .map_or_else(|| bytes.to_vec(), |text| text::encode(&text, bytes))
}

/// Takes an edit back, and with one that lets nginx answer everything of its certificate that an earlier run has
/// left in the file.
pub(super) fn take_back(edit: &FileEdit, copies: &Copies) -> Result<(), Failure> {
    let path = Path::new(&edit.path);
    let io = |error: io::Error| not_written(&edit.path, &error.to_string());
    let now = files::read(path, LARGEST).map_err(io)?;
    if files::digest(&now) == edit.expects {
        return Ok(());
    }
    let kept = copies.kept(path).map_err(io)?;
    if let Kept::File { contents, access } = &kept
        && gives(edit, contents, &now)
    {
        return files::replace(path, &without_leftovers(edit, contents), *access).map_err(io);
    }
    // Somebody else has changed the file since: their lines stay, only ours go.
    let decoded = text::decode(&now);
    let before = match (own(edit), kept) {
        (Some(own), _) => without_own(&decoded, own),
        (None, Kept::File { contents, .. }) => reverted(edit, &decoded, &text::decode(&contents))?,
        // Nothing was replaced: a copy is kept before anything is.
        (None, Kept::NoCopy | Kept::Absent) => None,
    };
    if let Some(before) = &before {
        let access = Access::of(path).map_err(io)?;
        files::replace(path, &text::encode(before, &now), access).map_err(io)?;
    }
    let lines = own(edit).map(|own| recognising::changed(before.as_deref().unwrap_or(&decoded), own));
    match lines.unwrap_or_default().as_slice() {
        [] => Ok(()),
        lines => {
            let lines = lines.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let answer =
                format!("somebody has changed the lines that answer http-01, at {}, line {lines}", edit.path);
            Err(not_taken_back(edit, answer, "remove them by hand, with what belongs to them".to_owned()))
        }
    }
}

/// The text with the lines of an edit taken out; `None` where none of them is left.
fn reverted(edit: &FileEdit, now: &str, before: &str) -> Result<Option<String>, Failure> {
    match edit.revert(now) {
        Ok(before) => Ok(Some(before)),
        Err(_) if !anything_remains(edit, now, before) => Ok(None),
        Err(error) => Err(not_taken_back(
            edit,
            error.to_string(),
            format!(
                "the file was changed by somebody else; where they still stand, put these lines back by hand:\n{}",
                edit.lines().join("\n")
            ),
        )),
    }
}

/// Whether a line that came with the edit still stands in the file, however it is indented by now.
fn anything_remains(edit: &FileEdit, now: &str, before: &str) -> bool {
    // Answers come and go by themselves, also within a line that the edit added.
    let bare = |text: &str| without_answers(text).unwrap_or_else(|| text.to_owned());
    let (now, before) = (bare(now), bare(before));
    edit.hunks.iter().flat_map(|hunk| &hunk.added).any(|line| {
        let line = bare(line);
        let has = |text: &str| text.lines().any(|other| other.trim() == line.trim());
        line.trim().len() > 1 && has(&now) && !has(&before)
    })
}

fn not_taken_back(edit: &FileEdit, answer: String, remedy: String) -> Failure {
    Failure::person("edit-not-taken-back", format!("take the edit of {} back", edit.path), answer, remedy)
}

/// The answers that are not for this edit's certificate.
fn others<'a>(edit: &FileEdit, text: &'a str) -> Vec<Standing<'a>> {
    let own = own(edit);
    let foreign = |one: &Standing<'_>| one.certificate.is_none() || one.certificate != own;
    recognising::answers(text).into_iter().filter(foreign).collect()
}

/// That nginx answers for another certificate through this file at the moment.
fn in_use(edit: &FileEdit, other: &Standing<'_>) -> Failure {
    let whom = other.certificate.unwrap_or("another certificate");
    Failure::retry(
        IN_USE,
        format!("edit {}", edit.path),
        format!("nginx is answering for {whom} through this file (line {})", other.line),
        format!("nothing: it is over in a moment; if no run of {whom} goes on, remove its lines by hand"),
    )
}

/// What stands in the way of an edit, for whoever knows which runs go on.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn in_the_way(edit: &FileEdit) -> Result<Vec<InTheWay>, Failure> {
    let now = files::read(Path::new(&edit.path), LARGEST)
        .map_err(|error| not_written(&edit.path, &error.to_string()))?;
    let text = text::decode(&now);
    let one = |one: Standing<'_>| InTheWay {
        certificate: one.certificate.map(Into::into),
        place: format!("{}, line {}", edit.path, one.line),
    };
    Ok(others(edit, &text).into_iter().map(one).collect())
}

/// Takes the answers for this certificate out of the file of an edit.
///
/// # Errors
/// When the file cannot be read or written.
pub(crate) fn remove_answer(edit: &FileEdit, certificate: &str) -> Result<(), Failure> {
    let path = Path::new(&edit.path);
    let io = |error: io::Error| not_written(&edit.path, &error.to_string());
    let now = files::read(path, LARGEST).map_err(io)?;
    let Some(without) = without_own(&text::decode(&now), certificate) else { return Ok(()) };
    files::replace(path, &text::encode(&without, &now), Access::of(path).map_err(io)?).map_err(io)
}

fn changed(edit: &FileEdit, answer: String) -> Failure {
    Failure::person(
        "configuration-changed",
        format!("edit {}", edit.path),
        answer,
        "look at what was changed there, then plan again: the new plan takes it into account",
    )
}

pub(super) fn not_written(path: &str, answer: &str) -> Failure {
    Failure::retry(
        "configuration-not-written",
        format!("edit {path}"),
        answer,
        "make sure that the file is there, that Certwright may write it and its folder, and that the disk is not full",
    )
}
