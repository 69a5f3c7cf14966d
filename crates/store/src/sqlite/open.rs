//! Opening: the file private from its first byte, the schema looked at, the settings proved.

use super::attempt::Attempt;
use super::{SqliteStore, migrations, pragmas, schema};
use crate::{StoreError, StoreResult};
use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Readers beside the one writer. More would cost memory and gain nothing on small machines.
const READERS: u32 = 4;

/// How long a caller waits for its turn. Every transaction is short, so this long means something is wrong.
const TURN_TIMEOUT: Duration = Duration::from_secs(30);

impl SqliteStore {
    /// Opens the database in this file and brings its schema up to date; creates it if there is none, readable
    /// by its owner alone. The folder must exist.
    ///
    /// A database of a newer program is refused (`NewerSchema`) and left as it is. Before an older one is
    /// migrated, a copy is taken to `<file>.before-<schema>`. When SQLite does not take the settings that
    /// durability depends on, that is an error (`Unwritable`).
    ///
    /// # Errors
    /// When the file cannot be opened, written, understood or migrated.
    pub async fn open(path: &Path) -> StoreResult<Self> {
        Self::open_with(path, &migrations::KNOWN).await
    }

    /// A store of the same tables that no file holds: it ends with its last clone. One connection reads and writes,
    /// so that nothing waits for a disk. For simulations and tests; what is in it does not survive the process.
    ///
    /// # Errors
    /// When SQLite cannot be used.
    pub async fn in_memory() -> StoreResult<Self> {
        let only = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .acquire_timeout(TURN_TIMEOUT)
            // The database is gone with its connection.
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(pragmas::in_memory())
            .await
            .attempt("open a database in memory")?;
        schema::migrate(&only, &migrations::KNOWN).await?;
        Ok(Self {
            writer: only.clone(),
            readers: only,
            changed: Arc::new(watch::Sender::new(0)),
            known_authorities: Arc::default(),
            times: Arc::default(),
            file: None,
        })
    }

    pub(super) async fn open_with(path: &Path, known: &Migrator) -> StoreResult<Self> {
        let attempted = || format!("open the database {}", path.display());
        create(path)
            .await
            .map_err(|error| StoreError::Unwritable { attempted: attempted(), answer: error.to_string() })?;
        schema::inspect(path, known).await?;
        let writer = pool(1, pragmas::writer(path)).await?;
        schema::migrate(&writer, known).await?;
        let readers = pool(READERS, pragmas::reader(path)).await?;
        for pool in [&writer, &readers] {
            let mut connection = pool.acquire().await.attempt("open the database")?;
            pragmas::assert_set(&mut connection).await?;
        }
        let opened = Self {
            writer,
            readers,
            changed: Arc::new(watch::Sender::new(0)),
            known_authorities: Arc::default(),
            times: Arc::default(),
            file: Some(path.into()),
        };
        opened.grade_all().await?;
        opened.grade_noted().await?;
        Ok(opened)
    }
}

async fn pool(connections: u32, options: SqliteConnectOptions) -> StoreResult<SqlitePool> {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(TURN_TIMEOUT)
        // A connection to a file does not go stale.
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(|connection, _| Box::pin(pragmas::assert_on_connect(connection)))
        .connect_with(options)
        .await
        .attempt("open the database")
}

/// Creates the file if there is none. SQLite gives its log and its shared memory the same mode.
async fn create(path: &Path) -> std::io::Result<()> {
    match private_file(path).await {
        Ok(file) => {
            file.sync_all().await?;
            sync_folder_of(path).await
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// A new, empty file that only its owner may read.
pub(super) async fn private_file(path: &Path) -> std::io::Result<tokio::fs::File> {
    let mut options = tokio::fs::OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    options.open(path).await
}

/// Makes a new name in a folder survive a power cut.
pub(super) async fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    if cfg!(unix) {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        tokio::fs::File::open(folder).await?.sync_all().await?;
    }
    Ok(())
}
