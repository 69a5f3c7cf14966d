//! `certwright config`: what the service was started with, and where each value comes from.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone, clean};
use crate::session::Session;
use crate::table::{plain, table};
use certwright_api::configuration::{Configuration, Source};
use clap::Args;

/// Shows what the service was started with.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Each value is shown as one writes it in the file; the service reads the file when it starts.

Example:
  certwright config")]
pub struct Config;

impl Config {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let configuration = session.client.configuration().await?;
        session
            .output
            .answer(|| serde_json::to_string_pretty(&configuration), |look| words(&configuration, look))?;
        Ok(Exit::Done)
    }
}

fn words(configuration: &Configuration, look: Look) -> String {
    let rows = configuration.entries.iter().map(|entry| {
        let source = match entry.source {
            Source::Default => (Tone::Dim, "by default".to_owned()),
            Source::File => plain("the file"),
            Source::Command => plain("flag or environment"),
        };
        vec![plain(&entry.key), plain(&entry.value), source]
    });
    let file = clean(&configuration.file);
    let read = if configuration.file_read { "read" } else { "not there; made by you, it would be read" };
    table(look, &["KEY", "VALUE", "SET BY"], rows, "Nothing is known of it.")
        + &format!("\nThe file: {file} ({read}). Changes take effect when the service is started again.\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use certwright_api::configuration::ConfigurationEntry;

    #[test]
    fn values_are_shown_with_who_set_them() {
        let entry = |key: &str, value: &str, source| ConfigurationEntry {
            key: key.to_owned(),
            value: value.to_owned(),
            source,
        };
        let configuration = Configuration {
            file: "/etc/certwright/certwright.toml".to_owned(),
            file_read: true,
            entries: vec![
                entry("challenge-port", "8080", Source::Command),
                entry("backup.keep", "14", Source::Default),
            ],
        };
        assert_eq!(
            words(&configuration, Look::default()),
            "KEY             VALUE  SET BY\n\
             challenge-port  8080   flag or environment\n\
             backup.keep     14     by default\n\n\
             The file: /etc/certwright/certwright.toml (read). Changes take effect when the service is started again.\n"
        );
    }
}
