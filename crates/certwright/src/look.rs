//! Why the service does not answer: a look at data directory, database and ports without it (F39). Nothing is changed.

mod locks;

use crate::configuration::{Configuration, of_client};
use crate::last_run;
use crate::ports;
use certwright_contract::ports::UNSEEN;
use certwright_core::absence::{Absence, Database, Facts, Folder, LastRun, Port, explain};
use certwright_engine::Layout;
use certwright_store::{SqliteStore, StoreError};
use locks::{Lock, holder};
use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// Looks why nobody answers at this socket.
pub async fn look(socket: PathBuf) -> Absence {
    let configuration = configuration(&socket);
    let (facts, database) = tokio::task::spawn_blocking(move || see(&configuration, &socket))
        .await
        .unwrap_or_else(|_| (nothing_seen(), None));
    let facts = match database {
        Some(path) => Facts { database: database_at(&path).await, ..facts },
        None => facts,
    };
    explain(&facts)
}

/// The configuration of the service behind the socket: the usual one, or of the folder that a socket named by hand lies
/// in.
fn configuration(socket: &Path) -> Configuration {
    match of_client() {
        Ok(configuration) if configuration.socket == socket => configuration,
        usual => {
            let folder = socket.parent().unwrap_or(socket).to_owned();
            let listen = usual.map(|configuration| configuration.listen).ok();
            let own = Configuration::of(folder);
            Configuration { listen: listen.unwrap_or_else(|| own.listen.clone()), ..own }
        }
    }
}

fn nothing_seen() -> Facts {
    Facts {
        directory: String::new(),
        socket: String::new(),
        not_permitted: false,
        held: None,
        folder: Folder::Good,
        database: Database::NotSeen,
        ports: Vec::new(),
        last: None,
    }
}

/// What needs no database, and where that is if it can be looked at.
fn see(configuration: &Configuration, socket: &Path) -> (Facts, Option<PathBuf>) {
    let root = configuration.data_directory.clone();
    let answered = UnixStream::connect(socket);
    let facts = Facts {
        directory: root.display().to_string(),
        socket: socket.display().to_string(),
        not_permitted: answered.is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied),
        ..nothing_seen()
    };
    if facts.not_permitted {
        return (facts, None);
    }
    let held = held(&root.join("lock"));
    let folder = folder(&root);
    let last = last_run::read(&root);
    let facts = Facts { held, folder, ports: Vec::new(), ..facts };
    if facts.held.is_some() {
        return (Facts { last, ..facts }, None);
    }
    let layout = Layout::new(root);
    let ports = listen(configuration, last.as_ref()).into_iter().filter_map(port).collect();
    let facts = Facts { ports, last, ..facts };
    if facts.folder != Folder::Good || !layout.database().exists() {
        return (facts, None);
    }
    let key = layout.data_key();
    if !key.exists() {
        let database = Database::WithoutKey(key.display().to_string());
        return (Facts { database, ..facts }, None);
    }
    (facts, Some(layout.database()))
}

/// Where it listened last, flags included; else where the configuration says.
fn listen(configuration: &Configuration, last: Option<&LastRun>) -> Vec<SocketAddr> {
    let last: Vec<_> = last.iter().flat_map(|run| &run.listen).filter_map(|text| text.parse().ok()).collect();
    if last.is_empty() { configuration.listen.clone() } else { last }
}

/// Whether a process has the data directory open, and which.
fn held(lock: &Path) -> Option<Option<u32>> {
    let file = File::open(lock).ok()?;
    // A shared lock, given back at once, so that a service that starts at this moment finds its own free again.
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockShared) {
        Ok(()) => None,
        Err(_) => Some(holder(lock, Lock::Whole)),
    }
}

fn folder(root: &Path) -> Folder {
    let metadata = match root.metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let parent = root.ancestors().find(|folder| folder.is_dir());
            return match parent.map_or(Ok(()), writable) {
                Ok(()) => Folder::Missing,
                Err(error) => Folder::NotWritable(error.to_string()),
            };
        }
        Err(error) => return Folder::NotWritable(error.to_string()),
    };
    if !metadata.is_dir() {
        return Folder::NotAFolder;
    }
    if metadata.mode() & 0o077 != 0 {
        return Folder::OpenToOthers(metadata.mode() & 0o7777);
    }
    match writable(root) {
        Ok(()) => Folder::Good,
        Err(error) => Folder::NotWritable(error.to_string()),
    }
}

/// A file is made and is gone again: modes do not tell of full and of read-only disks.
fn writable(folder: &Path) -> io::Result<()> {
    tempfile::Builder::new().prefix(".certwright-look-").tempfile_in(folder).map(drop)
}

fn port(address: SocketAddr) -> Option<Port> {
    match TcpListener::bind(address) {
        Ok(_) => None,
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let holder = ports::listener(address.port()).filter(|name| name != UNSEEN);
            Some(Port::Held(address.to_string(), holder))
        }
        Err(error) => Some(Port::Refused(address.to_string(), error.to_string())),
    }
}

async fn database_at(path: &Path) -> Database {
    match SqliteStore::look_at(path).await {
        Ok(()) => Database::Good,
        Err(error @ StoreError::Damaged { .. }) => Database::Damaged(error.to_string()),
        Err(StoreError::Busy { .. }) => {
            let name = holder(path, Lock::Part).map(|process| match process_name(process) {
                Some(name) => format!("{name} (pid {process})"),
                None => format!("process {process}"),
            });
            Database::Locked(name)
        }
        Err(error) => Database::Refused(error.to_string()),
    }
}

fn process_name(process: u32) -> Option<String> {
    let name = std::fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    (!name.trim().is_empty()).then(|| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_told_from_what_is_none() {
        let root = tempfile::tempdir().unwrap();
        std::fs::set_permissions(root.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        assert_eq!(folder(root.path()), Folder::Good);
        assert_eq!(folder(&root.path().join("a/b")), Folder::Missing);
        let file = tempfile::NamedTempFile::new_in(root.path()).unwrap();
        assert_eq!(folder(file.path()), Folder::NotAFolder);
        std::fs::set_permissions(root.path(), std::os::unix::fs::PermissionsExt::from_mode(0o750)).unwrap();
        assert_eq!(folder(root.path()), Folder::OpenToOthers(0o750));
    }

    #[test]
    fn who_holds_the_directory_is_named() {
        let root = tempfile::tempdir().unwrap();
        let lock = root.path().join("lock");
        assert_eq!(held(&lock), None);
        let file = File::options().create_new(true).write(true).open(&lock).unwrap();
        assert_eq!(held(&lock), None);
        rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive).unwrap();
        assert_eq!(held(&lock), Some(Some(std::process::id())));
        drop(file);
        assert_eq!(held(&lock), None);
    }

    #[test]
    fn a_port_that_is_held_is_told_with_its_holder() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let Some(Port::Held(text, holder)) = port(address) else { panic!("it is held") };
        assert_eq!(text, address.to_string());
        assert!(holder.is_some());
        drop(listener);
        assert_eq!(port(address), None);
    }
}
