//! The one module that writes files: atomically, synced, with the right mode from the first byte.
//!
//! A crash or a full disk leaves the old file or the new one, never half of one (fault 29). Functions block
//! for an fsync: call them from `spawn_blocking` where that matters. What is written where others may put links in
//! the way is in `webroot`.

pub mod webroot;

use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Mode of files that hold keys or credentials.
pub const PRIVATE: u32 = 0o600;
/// Mode of directories that hold such files.
pub const PRIVATE_DIRECTORY: u32 = 0o700;

/// Who may read a written file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// Permission bits.
    pub mode: u32,
    /// Owner and group, where they are not to be our own.
    pub owner: Option<(u32, u32)>,
}

impl Access {
    /// Readable by the owner alone.
    pub const PRIVATE: Self = Self { mode: PRIVATE, owner: None };
    /// Readable by everybody.
    pub const PUBLIC: Self = Self { mode: 0o644, owner: None };

    /// The same access as an existing file has.
    ///
    /// # Errors
    /// When the file cannot be looked at.
    pub fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self { mode: metadata.mode() & 0o7777, owner: Some((metadata.uid(), metadata.gid())) })
    }
}

fn named(error: &io::Error, what: &str, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("{what} {}: {error}", path.display()))
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|error| named(&error, "sync", directory))
}

/// A name beside `path` that no reader looks for; the same each time, so that a crash leaves at most one.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.certwright-new"))
}

/// Replaces a file, or makes it: written beside it, synced, renamed over it, the directory synced.
///
/// # Errors
/// What failed, with the path; the old file is then untouched.
pub fn replace(path: &Path, contents: &[u8], access: Access) -> io::Result<()> {
    let temporary = beside(path);
    let _ = fs::remove_file(&temporary);
    let write = || -> io::Result<()> {
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(access.mode & 0o600).open(&temporary)?;
        if let Some((user, group)) = access.owner {
            let metadata = file.metadata()?;
            if (metadata.uid(), metadata.gid()) != (user, group) {
                std::os::unix::fs::fchown(&file, Some(user), Some(group))?;
            }
        }
        file.write_all(contents)?;
        // Widened only once the owner is right and before anybody can find it by its name.
        file.set_permissions(fs::Permissions::from_mode(access.mode))?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&temporary);
        named(&error, "write", path)
    })?;
    sync_directory(parent(path))
}

/// Makes a directory and its parents, each with exactly this mode whatever the umask; existing ones are left as they
/// are.
///
/// # Errors
/// What failed, with the path.
pub fn make_directory(path: &Path, mode: u32) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = parent(path);
    if above != path {
        make_directory(above, mode)?;
    }
    // Never wider than it will be, also before the mode is set.
    match DirBuilder::new().mode(mode & 0o700).create(path) {
        // Another thread was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => return Ok(()),
        made => made
            .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(mode)))
            .map_err(|error| named(&error, "create", path))?,
    }
    sync_directory(above)
}

/// Points a symbolic link somewhere else in one rename, or makes it.
///
/// # Errors
/// What failed, with the path; the old link is then untouched.
pub fn switch_link(link: &Path, target: &Path) -> io::Result<()> {
    let temporary = beside(link);
    let _ = fs::remove_file(&temporary);
    std::os::unix::fs::symlink(target, &temporary)
        .and_then(|()| fs::rename(&temporary, link))
        .map_err(|error| named(&error, "switch", link))?;
    sync_directory(parent(link))
}

/// Removes a file or link; absent is fine.
///
/// # Errors
/// What failed, with the path.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Ok(()) => sync_directory(parent(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(named(&error, "remove", path)),
    }
}

/// The path with more behind its name, such as `-wal` or `.sha256`.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Copies a file of any size into a new one, which has its name only when it is whole.
///
/// # Errors
/// What failed, with the path; the other file is then as it was.
pub fn copy(from: &Path, to: &Path, mode: u32) -> io::Result<()> {
    let temporary = beside(to);
    let _ = fs::remove_file(&temporary);
    let write = || -> io::Result<()> {
        let mut target = OpenOptions::new().write(true).create_new(true).mode(mode).open(&temporary)?;
        io::copy(&mut File::open(from)?, &mut target)?;
        target.sync_all()?;
        fs::rename(&temporary, to)
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&temporary);
        named(&error, "copy", from)
    })?;
    sync_directory(parent(to))
}

/// The SHA-256 of a file of any size, in hex.
///
/// # Errors
/// What failed, with the path.
pub fn digest_of(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    File::open(path)
        .and_then(|mut file| io::copy(&mut file, &mut Hashing(&mut hash)))
        .map_err(|error| named(&error, "read", path))?;
    Ok(hex::encode(hash.finalize()))
}

/// A hash as something to write into.
struct Hashing<'a>(&'a mut Sha256);

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads a file of at most `cap` bytes.
///
/// # Errors
/// What failed, with the path; also when the file is larger.
pub fn read(path: &Path, cap: u64) -> io::Result<Vec<u8>> {
    let mut contents = Vec::new();
    File::open(path)
        .and_then(|file| file.take(cap + 1).read_to_end(&mut contents))
        .map_err(|error| named(&error, "read", path))?;
    if contents.len() as u64 > cap {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("{} has over {cap} bytes", path.display()),
        ));
    }
    Ok(contents)
}

/// SHA-256, lower-case hex: how acts name what they expect.
pub fn digest(contents: &[u8]) -> String {
    hex::encode(Sha256::digest(contents))
}

/// Copies of what a run replaces, kept in a private folder of the data directory until the run is over, so
/// that a crash between two acts cannot lose what was there.
#[derive(Clone, Debug)]
pub struct Copies {
    folder: PathBuf,
}

/// What a run kept of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Nothing: the run has replaced nothing there.
    NoCopy,
    /// That nothing was there.
    Absent,
    /// The file that was there.
    File {
        /// Its bytes.
        contents: Vec<u8>,
        /// Its mode and owner.
        access: Access,
    },
}

const COPY_CAP: u64 = 16 * 1024 * 1024;

impl Copies {
    /// Copies in this folder; it need not exist yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn places(&self, path: &Path) -> (PathBuf, PathBuf) {
        let name = digest(path.as_os_str().as_encoded_bytes());
        (self.folder.join(format!("{name}.was")), self.folder.join(format!("{name}.meta")))
    }

    /// Keeps what is at `path` now, or that nothing is there. A copy made before by the same run stays: the
    /// first is the one to go back to.
    ///
    /// # Errors
    /// What failed, with the path. Then nothing must be replaced.
    pub fn keep(&self, path: &Path) -> io::Result<()> {
        let (was, meta) = self.places(path);
        if meta.exists() {
            return Ok(());
        }
        make_directory(&self.folder, PRIVATE_DIRECTORY)?;
        let words = match Access::of(path) {
            Ok(access) => {
                replace(&was, &read(path, COPY_CAP)?, Access::PRIVATE)?;
                let (user, group) = access.owner.unwrap_or_default();
                format!("{:o} {user} {group}", access.mode)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => "absent".to_owned(),
            Err(error) => return Err(named(&error, "look at", path)),
        };
        // Written last: its presence says that the copy is complete.
        replace(&meta, words.as_bytes(), Access::PRIVATE)
    }

    /// What was at `path` before.
    ///
    /// # Errors
    /// What failed, with the path.
    pub fn kept(&self, path: &Path) -> io::Result<Kept> {
        let (was, meta) = self.places(path);
        if !meta.exists() {
            return Ok(Kept::NoCopy);
        }
        let words = String::from_utf8_lossy(&read(&meta, 128)?).into_owned();
        if words == "absent" {
            return Ok(Kept::Absent);
        }
        let mut parts = words.split(' ');
        let mode = parts.next().and_then(|mode| u32::from_str_radix(mode, 8).ok());
        let user = parts.next().and_then(|user| user.parse().ok());
        let group = parts.next().and_then(|group| group.parse().ok());
        let (Some(mode), Some(user), Some(group)) = (mode, user, group) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{} is damaged", meta.display())));
        };
        Ok(Kept::File {
            contents: read(&was, COPY_CAP)?,
            access: Access { mode, owner: Some((user, group)) },
        })
    }

    /// Puts back exactly what was at `path`; without a copy nothing was replaced and nothing is done.
    ///
    /// # Errors
    /// What failed, with the path.
    pub fn put_back(&self, path: &Path) -> io::Result<()> {
        match self.kept(path)? {
            Kept::NoCopy => Ok(()),
            Kept::Absent => remove(path),
            Kept::File { contents, access } => replace(path, &contents, access),
        }
    }

    /// Forgets all copies: the run is over.
    ///
    /// # Errors
    /// What failed, with the path.
    pub fn forget(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(named(&error, "remove", &self.folder))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_with_the_mode_and_leaves_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        replace(&path, b"one", Access::PRIVATE).unwrap();
        replace(&path, b"two", Access { mode: 0o640, owner: None }).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(Access::of(&path).unwrap().mode, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn folders_have_the_mode_whatever_the_umask() {
        let folder = tempfile::tempdir().unwrap();
        let before = rustix::process::umask(rustix::fs::Mode::from(0o077));
        let path = folder.path().join("a/b");
        make_directory(&path, 0o755).unwrap();
        make_directory(&path.join("private"), PRIVATE_DIRECTORY).unwrap();
        make_directory(&path, PRIVATE_DIRECTORY).unwrap();
        rustix::process::umask(before);
        for (path, mode) in [("a", 0o755), ("a/b", 0o755), ("a/b/private", 0o700)] {
            assert_eq!(Access::of(&folder.path().join(path)).unwrap().mode, mode, "{path}");
        }
    }

    #[test]
    fn a_link_is_switched_and_can_be_switched_again() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("current");
        for target in ["a", "b"] {
            switch_link(&link, Path::new(target)).unwrap();
            assert_eq!(fs::read_link(&link).unwrap(), Path::new(target));
        }
    }

    #[test]
    fn copies_put_back_the_first_state_and_absence() {
        let folder = tempfile::tempdir().unwrap();
        let copies = Copies::new(folder.path().join("copies"));
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        replace(&old, b"was", Access { mode: 0o640, owner: None }).unwrap();
        for _ in 0..2 {
            copies.keep(&old).unwrap();
            copies.keep(&new).unwrap();
            replace(&old, b"changed", Access::PUBLIC).unwrap();
            replace(&new, b"made", Access::PUBLIC).unwrap();
        }
        copies.put_back(&old).unwrap();
        copies.put_back(&new).unwrap();
        assert_eq!(fs::read(&old).unwrap(), b"was");
        assert_eq!(Access::of(&old).unwrap().mode, 0o640);
        assert!(!new.exists());
        copies.forget().unwrap();
        assert_eq!(copies.kept(&old).unwrap(), Kept::NoCopy);
    }
}
