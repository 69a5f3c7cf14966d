//! The configuration as people read it: each value, as one writes it in the file, and where it comes from.

use super::{Configuration, Overrides, USUAL_FILE};
use certwright_api::configuration::{Configuration as Shown, ConfigurationEntry, Source};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// Which values the file, and which flags and the environment have set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The file that was read.
    file: Option<PathBuf>,
    by_file: BTreeSet<String>,
    by_command: BTreeSet<&'static str>,
}

impl Provenance {
    /// Of a file, if there is one, that holds this table.
    pub(super) fn of(path: Option<&Path>, table: &toml::Table, overrides: &Overrides) -> Self {
        let mut by_file = BTreeSet::new();
        for (key, value) in table {
            match value.as_table() {
                Some(inner) => by_file.extend(inner.keys().map(|name| format!("{key}.{name}"))),
                None => {
                    by_file.insert(key.clone());
                }
            }
        }
        let by_command = [
            ("data-directory", overrides.data_directory.is_some()),
            ("listen", !overrides.listen.is_empty()),
            ("tls", overrides.tls),
            ("url", overrides.url.is_some()),
            ("challenge-port", overrides.challenge_port.is_some()),
            ("challenge-addresses", !overrides.challenge_addresses.is_empty()),
            ("resolvers", !overrides.resolvers.is_empty()),
            ("json-log", overrides.json_log),
        ];
        let by_command = by_command.iter().filter(|(_, is_set)| *is_set).map(|(key, _)| *key).collect();
        Self { file: path.map(Path::to_owned), by_file, by_command }
    }

    fn source(&self, key: &str) -> Source {
        if self.by_command.contains(key) {
            Source::Command
        } else if self.by_file.contains(key) {
            Source::File
        } else {
            Source::Default
        }
    }
}

impl Configuration {
    /// Every value with its source.
    pub fn shown(&self) -> Shown {
        let backups = self.backup_folder.clone().unwrap_or_else(|| self.data_directory.join("backups"));
        let history = &self.history;
        let entries = [
            ("data-directory", text(self.data_directory.display())),
            ("socket", text(self.socket.display())),
            ("backup.folder", text(backups.display())),
            ("backup.keep", self.backups_kept.to_string()),
            ("listen", list(&self.listen)),
            ("tls", self.tls.to_string()),
            ("url", text(self.service_url())),
            ("challenge-port", self.challenge_port.to_string()),
            ("challenge-addresses", list(&self.challenge_addresses)),
            ("resolvers", list(&self.resolvers)),
            ("parallel-runs", self.parallel_runs.to_string()),
            ("json-log", self.json_log.to_string()),
            ("history.events-days", history.events_days.to_string()),
            ("history.events-kept", history.events_kept.to_string()),
            ("history.runs-days", history.runs_days.to_string()),
            ("history.runs-kept", history.runs_kept.to_string()),
            ("history.versions-days", history.versions_days.to_string()),
            ("history.versions-kept", history.versions_kept.to_string()),
        ];
        let read = self.provenance.file.as_deref();
        Shown {
            file: read.unwrap_or_else(|| Path::new(USUAL_FILE)).display().to_string(),
            file_read: read.is_some(),
            entries: entries
                .into_iter()
                .map(|(key, value)| ConfigurationEntry {
                    source: self.provenance.source(key),
                    key: key.to_owned(),
                    value,
                })
                .collect(),
        }
    }
}

/// A string as TOML has it.
fn text(value: impl Display) -> String {
    toml::Value::String(value.to_string()).to_string()
}

fn list(values: &[impl Display]) -> String {
    toml::Value::Array(values.iter().map(|value| toml::Value::String(value.to_string())).collect())
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use certwright_contract::files::{self, Access};

    fn write(path: &Path, text: &str) {
        files::replace(path, text.as_bytes(), Access::PRIVATE).unwrap();
    }

    #[test]
    fn what_is_shown_can_be_written_into_the_file_and_says_who_set_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("certwright.toml");
        let written = "challenge-port = 8080\nlisten = [\"127.0.0.1:1\"]\n[history]\nruns-days = 30\n";
        write(&path, written);
        let overrides = Overrides {
            file: Some(path.clone()),
            data_directory: Some(folder.path().join("a \"data\" folder")),
            listen: vec!["127.0.0.1:2".parse().unwrap()],
            ..Overrides::default()
        };
        let configuration = Configuration::read(&overrides).unwrap();
        let shown = configuration.shown();
        let of = |key: &str| {
            let entry = shown.entries.iter().find(|entry| entry.key == key).unwrap();
            (entry.value.clone(), entry.source)
        };
        assert_eq!((shown.file.as_str(), shown.file_read), (path.to_str().unwrap(), true));
        assert_eq!(of("challenge-port"), ("8080".to_owned(), Source::File));
        assert_eq!(of("listen"), ("[\"127.0.0.1:2\"]".to_owned(), Source::Command), "a flag wins");
        assert_eq!(of("history.runs-days"), ("30".to_owned(), Source::File));
        assert_eq!(of("history.events-days").1, Source::Default, "its neighbour in the table");
        assert_eq!(of("backup.keep"), ("14".to_owned(), Source::Default));

        let mut tables = (String::new(), String::from("[backup]\n"), String::from("[history]\n"));
        for entry in &shown.entries {
            let (table, key) = match entry.key.split_once('.') {
                Some(("backup", key)) => (&mut tables.1, key),
                Some((_, key)) => (&mut tables.2, key),
                None => (&mut tables.0, entry.key.as_str()),
            };
            table.push_str(&format!("{key} = {}\n", entry.value));
        }
        let again = folder.path().join("again.toml");
        write(&again, &(tables.0 + &tables.1 + &tables.2));
        let read = Configuration::read(&Overrides { file: Some(again), ..Overrides::default() }).unwrap();
        let values = |shown: Shown| shown.entries.into_iter().map(|entry| entry.value).collect::<Vec<_>>();
        assert_eq!(values(read.shown()), values(shown));
    }
}
