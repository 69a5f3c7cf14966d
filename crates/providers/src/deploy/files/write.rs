//! Writes one file of a version where it belongs, and takes it back.

use super::owner::owner_ids;
use certwright_contract::files::{self, Access, Copies, Kept};
use certwright_core::failure::Failure;
use serde::{Deserialize, Serialize};
use std::path::Path;

pub(super) const LARGEST: u64 = 16 * 1024 * 1024;

/// One file of the version, where it goes, and what it replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Write {
    /// Its name in the version's directory.
    pub(super) file: String,
    /// Where it goes.
    pub(super) path: String,
    /// `user[:group]`; empty for our own.
    pub(super) owner: String,
    /// Permission bits.
    pub(super) mode: u32,
    /// SHA-256 of what stands there; `None` where nothing does.
    pub(super) expects: Option<String>,
}

pub(super) fn write(act: &Write, from: &Path, copies: &Copies) -> Result<(), Failure> {
    let Write { path, owner, mode, expects, .. } = act;
    let io = |error: std::io::Error| not_written(path, &error.to_string());
    let place = Path::new(path);
    let contents = files::read(from, LARGEST).map_err(io)?;
    let access = Access {
        mode: *mode,
        owner: owner_ids(owner).map_err(|answer| {
            Failure::person(
                "owner-unknown",
                format!("give {path} to {owner}"),
                answer,
                "make the user or group, or correct the setting `owner`",
            )
        })?,
    };
    let now = match files::read(place, LARGEST) {
        Ok(now) => Some(now),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(io(error)),
    };
    if now.as_deref() == Some(contents.as_slice()) {
        let has = Access::of(place).map_err(io)?;
        if has.mode == access.mode && (access.owner.is_none() || access.owner == has.owner) {
            return Ok(());
        }
    } else if now.as_deref().map(files::digest) != *expects {
        return Err(Failure::person(
            "file-changed",
            format!("replace {path}"),
            "somebody else has changed, made or removed the file since this was planned",
            "find out who else writes this file, then deploy again",
        ));
    }
    copies.keep(place).map_err(io)?;
    files::replace(place, &contents, access).map_err(io)
}

pub(super) fn take_back(path: &Path, ours: &Path, copies: &Copies) -> Result<(), Failure> {
    let io = |error: std::io::Error| not_written(&path.to_string_lossy(), &error.to_string());
    if copies.kept(path).map_err(io)? == Kept::NoCopy {
        return Ok(());
    }
    let now = files::read(path, LARGEST).ok();
    let written = files::read(ours, LARGEST).map_err(io)?;
    // What others wrote since is theirs; what was not written yet is as it was.
    if now.as_deref() == Some(written.as_slice()) {
        copies.put_back(path).map_err(io)?;
    }
    Ok(())
}

pub(super) fn not_written(path: &str, answer: &str) -> Failure {
    Failure::retry(
        "file-not-written",
        format!("write {path}"),
        answer,
        "make sure that the folder is there, that Certwright may write into it, and that the disk is not full",
    )
}
