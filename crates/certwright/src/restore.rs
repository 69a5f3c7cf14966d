//! `certwright restore`: a data directory of a backup, ready to be served from.

use crate::configuration::{Configuration, Overrides};
use crate::data_directory::{DataDirectory, verify, write_key};
use crate::recovery::typed;
use crate::service;
use anyhow::{Context as _, Result, bail};
use certwright_contract::files::{self, Access};
use certwright_core::Timestamp;
use certwright_engine::{ABOUT, CheckedBackup, Layout, Rebuilt, WRAPPED_KEY, check_backup};
use certwright_pki::seal::{DataKey, RecoveryKey};
use certwright_store::SqliteStore;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The key in a restored database under which it says so.
const RESTORED: &str = "restored";

/// Which backup, where to, and by which key.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
The backup is checked first, and not changed. The recovery key is asked for, or read from standard input where that is
no terminal. Files of certificates are made again from the sealed keys; what was ordered after the backup is not ordered
a second time without an hour to look.

Example:
  certwright restore /var/lib/certwright/backups/certwright-2026-11-25T03-00-00-000Z.db --data-dir /var/lib/certwright")]
pub struct Options {
    /// The backup
    #[arg(value_name = "FILE")]
    backup: PathBuf,
    /// A file that holds the recovery key
    #[arg(long, value_name = "FILE", conflicts_with = "data_key")]
    recovery_key: Option<PathBuf>,
    /// A data.key that was kept elsewhere, instead of the recovery key
    #[arg(long, value_name = "FILE")]
    data_key: Option<PathBuf>,
    /// Restore over a data directory that is not empty: what is replaced is moved into a folder there
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    overrides: Overrides,
}

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    directory: PathBuf,
    made_at: Timestamp,
    certificates: u64,
    compared: bool,
    replaced: Option<PathBuf>,
    rebuilt: Rebuilt,
}

/// Restores.
///
/// # Errors
/// The backup is damaged or of a newer program, the key is another one, or the data directory is in use or not empty.
/// Nothing that was there is changed then.
pub async fn run(options: &Options) -> Result<Restored> {
    let configuration = Configuration::read(&options.overrides)?;
    let checked = check_backup(&options.backup).await.map_err(|failure| anyhow::anyhow!("{failure}"))?;
    let directory = DataDirectory::open(&configuration.data_directory)?;
    let layout = directory.layout.clone();
    let there = replaced_files(&layout);
    if !there.is_empty() && !options.replace {
        bail!(
            "{} is not empty ({}); restore into another --data-dir, or add --replace: what is replaced is kept there",
            layout.root().display(),
            there.iter().filter_map(|path| path.file_name()?.to_str()).collect::<Vec<_>>().join(", ")
        );
    }
    let key = data_key(options, &checked)?;
    let part = layout.root().join("restoring.db");
    remove_database(&part)?;
    let now = Timestamp::now();
    let note = serde_json::to_vec(&serde_json::json!({ "from": checked.about, "at": now }))?;
    SqliteStore::restore_copy(&options.backup, &part, &[ABOUT, WRAPPED_KEY], &[(RESTORED, &note)]).await?;
    // Proved before anything that is there is moved away.
    let store = SqliteStore::open(&part).await?;
    let verified = verify(&store, &key).await;
    certwright_store::Upkeep::close(&store).await;
    if let Err(error) = verified {
        remove_database(&part)?;
        return Err(error.context("the data key does not belong to this backup"));
    }
    let replaced = move_away(&layout, &there, now)?;
    write_key(&layout.data_key(), &key)?;
    if let Some(wrapped) = &checked.wrapped_key {
        files::replace(&layout.wrapped_key(), wrapped, Access::PRIVATE)?;
    }
    std::fs::rename(&part, layout.database()).context("put the restored database in its place")?;
    drop(directory);
    let opened = service::open(&configuration).await?;
    let rebuilt = opened.engine.rebuild(checked.about.made_at).await?;
    opened.engine.store().close().await;
    Ok(Restored {
        directory: layout.root().to_owned(),
        made_at: checked.about.made_at,
        certificates: checked.certificates,
        compared: checked.compared,
        replaced,
        rebuilt,
    })
}

/// What a restore would replace: version directories and logs stay, because web servers read the ones.
fn replaced_files(layout: &Layout) -> Vec<PathBuf> {
    let database = layout.database();
    let beside = |suffix| files::with_suffix(&database, suffix);
    [database.clone(), beside("-wal"), beside("-shm"), layout.data_key(), layout.wrapped_key()]
        .into_iter()
        .filter(|path| path.exists())
        .collect()
}

fn move_away(layout: &Layout, there: &[PathBuf], now: Timestamp) -> Result<Option<PathBuf>> {
    if there.is_empty() {
        return Ok(None);
    }
    let folder = layout.root().join(format!("replaced-{}", now.strftime("%Y-%m-%dT%H-%M-%SZ")));
    files::make_directory(&folder, files::PRIVATE_DIRECTORY)?;
    for path in there {
        let name = path.file_name().context("a file without a name")?;
        std::fs::rename(path, folder.join(name)).with_context(|| format!("move {} away", path.display()))?;
    }
    Ok(Some(folder))
}

/// Removes a database that was not finished, with what SQLite keeps beside it.
fn remove_database(path: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        files::remove(&files::with_suffix(path, suffix))?;
    }
    Ok(())
}

fn data_key(options: &Options, checked: &CheckedBackup) -> Result<DataKey> {
    if let Some(file) = &options.data_key {
        let bytes = Zeroizing::new(files::read(file, 256)?);
        let raw = Zeroizing::new(
            hex::decode(std::str::from_utf8(&bytes).unwrap_or_default().trim()).unwrap_or_default(),
        );
        return DataKey::from_bytes(&raw).with_context(|| format!("{} is no data key", file.display()));
    }
    let Some(wrapped) = &checked.wrapped_key else {
        bail!(
            "no recovery key had been made when this backup was: it opens only with the data.key of that time; name it \
             with --data-key FILE"
        );
    };
    let text = match &options.recovery_key {
        Some(file) => Zeroizing::new(String::from_utf8_lossy(&files::read(file, 1024)?).trim().to_owned()),
        None if std::io::stdin().is_terminal() => ask()?,
        None => typed()?,
    };
    RecoveryKey::parse(&text)?.unwrap(wrapped).context("open the wrapped data key of the backup")
}

fn ask() -> Result<Zeroizing<String>> {
    let mut stderr = std::io::stderr().lock();
    write!(stderr, "Recovery key: ").and_then(|()| stderr.flush()).context("ask for the recovery key")?;
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().lock().read_line(&mut line).context("read the recovery key")?;
    Ok(Zeroizing::new(line.trim().to_owned()))
}

impl Restored {
    /// For people.
    pub fn words(&self) -> String {
        use std::fmt::Write as _;
        let Rebuilt { versions, links, held, stopped, troubles } = &self.rebuilt;
        let mut text = format!(
            "Restored {} certificates as of {:.0} to {}.\n",
            self.certificates,
            self.made_at,
            self.directory.display()
        );
        let mut say = |line: String| {
            let _ = writeln!(text, "{line}");
        };
        say(format!("{versions} versions were written again, and {links} links to what was served."));
        if !self.compared {
            say("Its SHA-256 was not beside the backup: only the database's own checks were made.".to_owned());
        }
        if let Some(folder) = &self.replaced {
            say(format!("What was there is in {}: remove it when you do not need it.", folder.display()));
        }
        if *held > 0 {
            say(format!(
                "{held} certificates were due at the backup and may have been renewed after it: they wait an hour or \
                 more. See: certwright cert list"
            ));
        }
        if *stopped > 0 {
            say(format!("{stopped} runs that were going on at the backup are stopped."));
        }
        for trouble in troubles {
            say(format!("Not done: {trouble}"));
        }
        say(
            "Start the service. Where a server's configuration was lost as well: certwright cert deploy NAME"
                .to_owned(),
        );
        text
    }

    /// The same as JSON.
    ///
    /// # Errors
    /// Never, in practice.
    pub fn json(&self) -> Result<String> {
        let value = serde_json::json!({
            "data_directory": self.directory,
            "made_at": self.made_at,
            "certificates": self.certificates,
            "checksum_compared": self.compared,
            "replaced": self.replaced,
            "versions_written": self.rebuilt.versions,
            "links_made": self.rebuilt.links,
            "held": self.rebuilt.held,
            "runs_stopped": self.rebuilt.stopped,
            "troubles": self.rebuilt.troubles,
        });
        Ok(format!("{}\n", serde_json::to_string_pretty(&value)?))
    }
}
