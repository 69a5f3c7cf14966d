//! The Unix socket: nobody but its owner can connect, from the first moment on; a stale one is replaced.

use crate::error::ServeError;
use std::fs::{DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tokio::net::{UnixListener, UnixStream};

/// A socket that is listened at, removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) listener: UnixListener,
    path: PathBuf,
    inode: u64,
}

impl Socket {
    /// Listens at `path`.
    pub(crate) async fn bind(path: &Path) -> Result<Self, ServeError> {
        make_way(path).await?;
        let fault =
            |answer: io::Error| ServeError::Socket { path: path.to_owned(), answer: answer.to_string() };
        let (listener, inode) = bind_closed(path).map_err(fault)?;
        Ok(Self { listener, path: path.to_owned(), inode })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Only if it is still ours: a successor may have put its own there.
        if std::fs::symlink_metadata(&self.path).is_ok_and(|found| found.ino() == self.inode) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Refuses to take the place of anything that is not a socket nobody listens at.
async fn make_way(path: &Path) -> Result<(), ServeError> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Ok(found) if !found.file_type().is_socket() => {
            return Err(ServeError::NotASocket { path: path.to_owned() });
        }
        _ => {}
    }
    match UnixStream::connect(path).await {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        // Somebody accepts, or somebody listens whom we may not even ask.
        Ok(_) => Err(ServeError::SocketTaken { path: path.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(ServeError::SocketTaken { path: path.to_owned() })
        }
        Err(error) => Err(ServeError::Socket { path: path.to_owned(), answer: error.to_string() }),
    }
}

/// Binds in a directory that nobody else can enter, and moves the socket to its place once its mode is right:
/// between bind and chmod a socket is as open as the umask of the process happens to be.
fn bind_closed(path: &Path) -> io::Result<(UnixListener, u64)> {
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let closed = folder.join(format!(".new-{}", std::process::id()));
    let _ = std::fs::remove_file(closed.join("s"));
    let _ = std::fs::remove_dir(&closed);
    DirBuilder::new().mode(0o700).create(&closed)?;
    let made = (|| {
        let made = closed.join("s");
        let listener = UnixListener::bind(&made)?;
        std::fs::set_permissions(&made, Permissions::from_mode(0o600))?;
        let inode = std::fs::symlink_metadata(&made)?.ino();
        std::fs::rename(&made, path)?;
        Ok((listener, inode))
    })();
    if made.is_err() {
        let _ = std::fs::remove_file(closed.join("s"));
    }
    let _ = std::fs::remove_dir(&closed);
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_closed_to_others_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("api.sock");
        let socket = Socket::bind(&path).await.unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(UnixStream::connect(&path).await.is_ok());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        drop(socket);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_stale_socket_is_replaced_and_a_living_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("api.sock");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let first = Socket::bind(&path).await.unwrap();
        assert!(matches!(Socket::bind(&path).await, Err(ServeError::SocketTaken { .. })));
        assert!(UnixStream::connect(&path).await.is_ok());
        drop(first);
    }

    #[tokio::test]
    async fn what_is_no_socket_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes");
        std::fs::create_dir(&path).unwrap();
        assert!(matches!(Socket::bind(&path).await, Err(ServeError::NotASocket { .. })));
        let far = folder.path().join("not").join("there");
        assert!(matches!(Socket::bind(&far).await, Err(ServeError::Socket { .. })));
    }
}
