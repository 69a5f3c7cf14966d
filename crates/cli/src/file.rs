//! Files that a command writes for whoever runs it: whole or not at all, and never over something else.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Writes a file that is not there yet, readable by its owner alone.
pub(crate) fn create(path: &Path, contents: &[u8]) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    filled(path, file, contents)
}

/// Takes the place of a file that is not there yet, empty and readable by its owner alone, before something is done
/// that cannot be repeated.
pub(crate) fn reserve(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Fills a file that was just made; it goes again when that fails.
pub(crate) fn filled(path: &Path, mut file: File, contents: &[u8]) -> io::Result<()> {
    file.write_all(contents).and_then(|()| file.sync_all()).inspect_err(|_| {
        let _ = fs::remove_file(path);
    })
}

/// Puts a file for everybody to read (0644) in its place at once, whatever the umask is. Unless it may `replace` a file
/// of that name, it fails with `AlreadyExists` where there is one.
pub(crate) fn publish(path: &Path, contents: &[u8], replace: bool) -> io::Result<()> {
    let aside = aside(path)?;
    let file = reserve(&aside)?;
    let placed = filled(&aside, file, contents)
        .and_then(|()| fs::set_permissions(&aside, Permissions::from_mode(0o644)))
        // A link is not made over something, a rename is.
        .and_then(|()| if replace { fs::rename(&aside, path) } else { fs::hard_link(&aside, path) });
    if !replace || placed.is_err() {
        let _ = fs::remove_file(&aside);
    }
    placed?;
    File::open(parent(path))?.sync_all()
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// A name of its own in the same folder, because a rename stays on one file system.
fn aside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_string_lossy();
    Ok(parent(path).join(format!(".{name}.{}", crate::session::once())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_has_its_mode_and_is_replaced_only_when_that_is_wanted() {
        let folder = std::env::temp_dir().join(format!("certwright-cli-{}", crate::session::once()));
        fs::create_dir(&folder).unwrap();
        let path = folder.join("root.pem");
        publish(&path, b"one", false).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
        let error = publish(&path, b"two", false).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        publish(&path, b"two", true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing lies about");
        let key = folder.join("secret");
        create(&key, b"x").unwrap();
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(create(&key, b"y").is_err() && reserve(&key).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
