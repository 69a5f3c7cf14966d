//! Answers to challenges as files in a site's webroot, which belongs to somebody we need not trust.
//!
//! Certwright often runs as root, and whoever may write below a webroot can put a link or a FIFO where we are about
//! to write, read or remove. So nothing below the root is reached by its path: each folder is opened from the one
//! above it, and no link is followed. The root itself is the administrator's choice and may be, or pass through, a
//! link.
//!
//! Folders that are missing are made, and those that we made go again with the last answer, whoever made the others.
//! A folder of ours is known by a file in it (see `made`), so several runs share it, and a crash loses nothing.

mod calls;
mod made;
#[cfg(test)]
mod tests;

use calls::{Entered, Folder};
use certwright_core::failure::Failure;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The folders between the root and the answers, as in `HTTP_01_PATH`.
const WAY: [&str; 2] = [".well-known", "acme-challenge"];
/// How often a folder may vanish under our hands, by another process that tidies up, before we give up.
const TRIES: usize = 8;
/// Larger than any answer.
const ANSWER_CAP: u64 = 4096;
/// Readable by everybody: the web server's workers run as somebody else, and the answer is no secret.
const ANSWER_MODE: u32 = 0o644;

/// Why an answer could not be written or removed.
#[derive(Debug)]
pub enum Trouble {
    /// The root is not there, or is no folder.
    NoRoot(io::Error),
    /// Something is where a folder of ours should be. It was left alone.
    Found {
        /// Where.
        place: PathBuf,
        /// What it is: `a symbolic link to /etc`.
        what: String,
    },
    /// The system refused.
    Failed(io::Error),
}

impl Trouble {
    fn is_vanished(&self) -> bool {
        matches!(self, Self::Failed(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// The failure of what was attempted, which begins with a verb.
    pub fn failure(&self, attempted: impl Into<String>) -> Failure {
        match self {
            Self::NoRoot(error) => Failure::person(
                "webroot",
                attempted,
                error.to_string(),
                "make the folder, or set the folder that the site really shows as the certificate's webroot",
            ),
            Self::Found { place, what } => Failure::person(
                "webroot",
                attempted,
                format!(
                    "{} is {what}. Below a webroot Certwright uses real folders only and follows no link: whoever may \
                     write there could lead it anywhere",
                    place.display()
                ),
                format!(
                    "remove {} or make it a folder (Certwright makes what is missing); or set a folder from which the \
                     challenge path is reached without a link as the certificate's webroot",
                    place.display()
                ),
            ),
            Self::Failed(error) => Failure::retry(
                "webroot",
                attempted,
                error.to_string(),
                "check that the folder can be written by Certwright and that its disk is not full",
            ),
        }
    }
}

/// Writes the answer to `token` below the root, readable by everybody. Twice is once.
///
/// # Errors
/// When the root is missing, when something else than a folder is in the way, or when the system refuses.
pub fn show(root: &Path, token: &str, answer: &str) -> Result<(), Trouble> {
    let name = checked(token)?;
    let top = Folder::root(root).map_err(Trouble::NoRoot)?;
    alone(&top, || {
        let mut tries = 0;
        loop {
            match write(&top, name, answer) {
                Err(trouble) if trouble.is_vanished() && tries < TRIES => tries += 1,
                other => return other,
            }
        }
    })
}

fn write(top: &Folder, name: &str, answer: &str) -> Result<(), Trouble> {
    let well_known = made::enter_or_make(top, WAY[0])?;
    let folder = made::enter_or_make(&well_known, WAY[1])?;
    let new = beside(name);
    folder.remove_file(&new)?;
    folder.create(&new, answer.as_bytes(), ANSWER_MODE, None)?;
    folder.replace(&new, name)?;
    folder.sync()
}

/// Takes the answer to `token` away, if that is what is there, and then the folders that we made, if nothing else
/// is in them. What is absent, or cannot be reached without following a link, is not there. Twice is once; after a
/// crash anywhere in `show` or here, this finishes.
///
/// # Errors
/// When the system refuses.
pub fn hide(root: &Path, token: &str, answer: &str) -> Result<(), Trouble> {
    let name = checked(token)?;
    let top = match Folder::root(root) {
        Ok(top) => top,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(());
        }
        Err(error) => return Err(Trouble::Failed(error)),
    };
    alone(&top, || {
        made::tidy(&top, WAY[0])?;
        let Entered::Folder(well_known) = top.enter(WAY[0])? else { return Ok(()) };
        made::tidy(&well_known, WAY[1])?;
        if let Entered::Folder(folder) = well_known.enter(WAY[1])? {
            folder.remove_file(&beside(name))?;
            if folder.read(name, ANSWER_CAP)?.is_some_and(|text| text == answer.as_bytes()) {
                folder.remove_file(name)?;
            }
            folder.sync()?;
        }
        made::retire(&well_known, WAY[1])?;
        made::retire(&top, WAY[0])
    })
}

/// Where an answer stands, for people.
pub fn place(root: &Path, token: &str) -> PathBuf {
    WAY.iter().fold(root.to_owned(), |path, name| path.join(name)).join(token)
}

/// The protocol crate admits base64url only, so a token cannot leave the folder (fault 9). It is checked again where
/// it becomes a name.
fn checked(token: &str) -> Result<&str, Trouble> {
    let fits =
        !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if fits {
        return Ok(token);
    }
    let words = format!("{token:?} is no token: it cannot be the name of a file");
    Err(Trouble::Failed(io::Error::new(io::ErrorKind::InvalidInput, words)))
}

fn beside(name: &str) -> String {
    format!(".{name}.certwright-new")
}

/// A lock for each root, by the folder's identity.
type Locks = BTreeMap<(u64, u64), Arc<Mutex<()>>>;

/// Runs one change of this root at a time. One root has one lock however its path is spelt; different roots do not
/// wait for each other, because one may be on a disk that does not answer.
fn alone<T>(root: &Folder, change: impl FnOnce() -> Result<T, Trouble>) -> Result<T, Trouble> {
    static HELD: Mutex<Locks> = Mutex::new(Locks::new());
    let identity = root.identity()?;
    let lock = Arc::clone(HELD.lock().unwrap_or_else(PoisonError::into_inner).entry(identity).or_default());
    let _held = lock.lock().unwrap_or_else(PoisonError::into_inner);
    change()
}
