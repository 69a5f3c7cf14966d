//! Folders by handle: every call names one entry of an open folder, and follows no link.

use super::Trouble;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::fs::{File, Permissions};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{PermissionsExt, fchown};
use std::path::{Path, PathBuf};

/// On the way a folder need not be readable for us, as it need not be for a web server.
#[cfg(target_os = "linux")]
const PASS: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const PASS: OFlags = OFlags::RDONLY;

/// An open folder.
#[derive(Debug)]
pub(super) struct Folder {
    handle: OwnedFd,
    /// For people only: nothing is opened by it.
    path: PathBuf,
}

/// What is at a name.
pub(super) enum Entered {
    /// A folder, open now.
    Folder(Folder),
    /// Nothing.
    Absent,
    /// Something else, in words.
    Other(String),
}

impl Folder {
    /// Opens the root, by its path and whatever links lead there.
    pub(super) fn root(path: &Path) -> io::Result<Self> {
        let handle = rustix::fs::openat(CWD, path, PASS | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
            .map_err(|error| super::super::named(&error.into(), "open", path))?;
        Ok(Self { handle, path: path.to_owned() })
    }

    /// Where an entry is, for people.
    pub(super) fn place(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.path.clone() } else { self.path.join(name) }
    }

    fn failed(&self, error: impl Into<io::Error>, what: &str, name: &str) -> Trouble {
        Trouble::Failed(super::super::named(&error.into(), what, &self.place(name)))
    }

    /// Device and number: the same for one folder, whatever its path.
    pub(super) fn identity(&self) -> Result<(u64, u64), Trouble> {
        let found = rustix::fs::fstat(&self.handle).map_err(|error| self.failed(error, "look at", ""))?;
        Ok((found.st_dev, found.st_ino))
    }

    /// User and group.
    pub(super) fn owner(&self) -> Result<(u32, u32), Trouble> {
        let found = rustix::fs::fstat(&self.handle).map_err(|error| self.failed(error, "look at", ""))?;
        Ok((found.st_uid, found.st_gid))
    }

    /// Opens a folder in this one.
    pub(super) fn enter(&self, name: &str) -> Result<Entered, Trouble> {
        let flags = PASS | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::openat(&self.handle, name, flags, Mode::empty()) {
            Ok(handle) => Ok(Entered::Folder(Self { handle, path: self.place(name) })),
            Err(Errno::NOENT) => Ok(Entered::Absent),
            Err(Errno::NOTDIR | Errno::LOOP) => {
                Ok(self.what_is(name)?.map_or(Entered::Absent, Entered::Other))
            }
            Err(error) => Err(self.failed(error, "open", name)),
        }
    }

    /// What is at the name, in words.
    pub(super) fn what_is(&self, name: &str) -> Result<Option<String>, Trouble> {
        let words = match self.kind(name)? {
            None => return Ok(None),
            Some(FileType::Symlink) => match rustix::fs::readlinkat(&self.handle, name, Vec::new()) {
                Ok(target) => format!("a symbolic link to {}", target.to_string_lossy()),
                Err(_) => "a symbolic link".to_owned(),
            },
            Some(FileType::Fifo) => "a FIFO".to_owned(),
            Some(FileType::RegularFile) => "a file".to_owned(),
            Some(FileType::Directory) => "a folder with something in it".to_owned(),
            Some(_) => "neither a folder nor a file".to_owned(),
        };
        Ok(Some(words))
    }

    fn kind(&self, name: &str) -> Result<Option<FileType>, Trouble> {
        match rustix::fs::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => Ok(Some(FileType::from_raw_mode(found.st_mode))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(self.failed(error, "look at", name)),
        }
    }

    /// Whether there is a regular file of this name.
    pub(super) fn has_file(&self, name: &str) -> Result<bool, Trouble> {
        Ok(self.kind(name)? == Some(FileType::RegularFile))
    }

    /// Whether it has no entries but this one. One that we cannot list is not ours to judge.
    pub(super) fn has_nothing_but(&self, name: &str) -> Result<bool, Trouble> {
        let listing = match self.opened().and_then(Dir::new) {
            Err(Errno::ACCESS) => return Ok(false),
            other => other.map_err(|error| self.failed(error, "list", ""))?,
        };
        for entry in listing {
            let entry = entry.map_err(|error| self.failed(error, "list", ""))?;
            let entry = entry.file_name().to_bytes();
            if entry != b"." && entry != b".." && entry != name.as_bytes() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The folder itself, for what needs more than passing through.
    fn opened(&self) -> rustix::io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.handle, ".", flags, Mode::empty())?.into())
    }

    /// Makes what happened in it survive a power cut.
    pub(super) fn sync(&self) -> Result<(), Trouble> {
        match self.opened() {
            // Without the right to read it nobody can sync it. After a power cut what is owed is looked at again.
            Err(Errno::ACCESS) => Ok(()),
            Err(error) => Err(self.failed(error, "sync", "")),
            Ok(folder) => folder.sync_all().map_err(|error| self.failed(error, "sync", "")),
        }
    }

    /// Gives it this owner and exactly this mode, whatever the umask.
    pub(super) fn set(&self, mode: u32, owner: Option<(u32, u32)>) -> Result<(), Trouble> {
        stop::pass()?;
        let set = || -> io::Result<()> {
            let folder = self.opened()?;
            if let Some((user, group)) = owner {
                fchown(&folder, Some(user), Some(group))?;
            }
            folder.set_permissions(Permissions::from_mode(mode))?;
            folder.sync_all()
        };
        set().map_err(|error| self.failed(error, "set the access of", ""))
    }

    /// Makes a private folder; false when something is there.
    pub(super) fn make(&self, name: &str) -> Result<bool, Trouble> {
        stop::pass()?;
        match rustix::fs::mkdirat(&self.handle, name, Mode::RWXU) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(error) => Err(self.failed(error, "create", name)),
        }
    }

    /// Makes a file where nothing is.
    pub(super) fn create(
        &self,
        name: &str,
        contents: &[u8],
        mode: u32,
        owner: Option<(u32, u32)>,
    ) -> Result<(), Trouble> {
        stop::pass()?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.handle, name, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|error| self.failed(error, "create", name))?;
        let mut file = File::from(file);
        let mut write = || -> io::Result<()> {
            file.write_all(contents)?;
            if let Some((user, group)) = owner {
                fchown(&file, Some(user), Some(group))?;
            }
            file.set_permissions(Permissions::from_mode(mode))?;
            file.sync_all()
        };
        stop::pass()?;
        write().map_err(|error| self.failed(error, "write", name))
    }

    /// Reads a regular file of at most `cap` bytes; nothing else is there to be read.
    pub(super) fn read(&self, name: &str, cap: u64) -> Result<Option<Vec<u8>>, Trouble> {
        // A FIFO that nobody writes would otherwise hold us for ever.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file: File = match rustix::fs::openat(&self.handle, name, flags, Mode::empty()) {
            Ok(file) => file.into(),
            Err(Errno::NOENT | Errno::LOOP | Errno::NXIO) => return Ok(None),
            Err(error) => return Err(self.failed(error, "read", name)),
        };
        let mut contents = Vec::new();
        let mut read = || -> io::Result<bool> {
            if !file.metadata()?.is_file() {
                return Ok(false);
            }
            Ok(Read::by_ref(&mut &file).take(cap + 1).read_to_end(&mut contents)? as u64 <= cap)
        };
        let whole = read().map_err(|error| self.failed(error, "read", name))?;
        Ok(whole.then_some(contents))
    }

    /// Moves an entry over whatever has the other name. A link there is replaced, not followed.
    pub(super) fn replace(&self, from: &str, to: &str) -> Result<(), Trouble> {
        stop::pass()?;
        rustix::fs::renameat(&self.handle, from, &self.handle, to)
            .map_err(|error| self.failed(error, "write", to))
    }

    /// Moves an entry to a name that nothing has; false when something has it.
    pub(super) fn rename(&self, from: &str, to: &str) -> Result<bool, Trouble> {
        stop::pass()?;
        let renamed = rustix::fs::renameat_with(
            &self.handle,
            from,
            &self.handle,
            to,
            rustix::fs::RenameFlags::NOREPLACE,
        );
        match renamed {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            // File systems that cannot refuse by themselves, such as NFS. What a rename could replace here in the
            // meantime is an empty folder.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                if self.kind(to)?.is_some() {
                    return Ok(false);
                }
                self.replace(from, to).map(|()| true)
            }
            Err(error) => Err(self.failed(error, "rename", from)),
        }
    }

    /// Removes an entry that is no folder; absent is fine.
    pub(super) fn remove_file(&self, name: &str) -> Result<(), Trouble> {
        stop::pass()?;
        match rustix::fs::unlinkat(&self.handle, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(self.failed(error, "remove", name)),
        }
    }

    /// Removes an empty folder; false when it is not empty. Absent is fine.
    pub(super) fn remove_folder(&self, name: &str) -> Result<bool, Trouble> {
        stop::pass()?;
        match rustix::fs::unlinkat(&self.handle, name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => Ok(true),
            Err(Errno::NOTEMPTY | Errno::EXIST) => Ok(false),
            Err(error) => Err(self.failed(error, "remove", name)),
        }
    }
}

/// Where a test lets the process "die": before any call that changes something. Nothing tidies up on the way out, so
/// that what is left is what a crash leaves.
pub(super) mod stop {
    use super::Trouble;

    #[cfg(not(test))]
    #[inline]
    pub(super) fn pass() -> Result<(), Trouble> {
        Ok(())
    }

    #[cfg(test)]
    std::thread_local! {
        /// How many calls are still let through.
        pub(crate) static LEFT: std::cell::Cell<Option<usize>> = const { std::cell::Cell::new(None) };
    }

    #[cfg(test)]
    pub(super) fn pass() -> Result<(), Trouble> {
        match LEFT.get() {
            None => Ok(()),
            Some(0) => Err(Trouble::Failed(std::io::Error::other("stopped by the test"))),
            Some(left) => {
                LEFT.set(Some(left - 1));
                Ok(())
            }
        }
    }
}
