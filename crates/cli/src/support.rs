//! `certwright support`: how the service stands, in one file for whoever helps.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::file;
use crate::look::clean;
use crate::session::Session;
use clap::Args;
use std::path::PathBuf;

/// Writes how the service stands, for whoever helps.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
No key, password or token is in it. Names of certificates, addresses and paths are: look at it before you send it.

Example:
  certwright support --file support.json")]
pub struct Support {
    /// Write it into this new file, readable by you alone; to standard output when left out
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Support {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let bundle = session.client.support_bundle().await?;
        let text = || serde_json::to_string_pretty(&bundle);
        let Some(path) = self.file else {
            session.output.answer(text, |_| text().map(|text| text + "\n").unwrap_or_default())?;
            return Ok(Exit::Done);
        };
        let written =
            text().map_err(std::io::Error::from).and_then(|text| file::create(&path, text.as_bytes()));
        written.map_err(|error| {
            Fault::refused(format!("{} cannot be written: {error}", path.display()), "choose another file")
        })?;
        let words =
            format!("Written to {}. Look at it before you send it.\n", clean(&path.to_string_lossy()));
        session.output.answer(|| serde_json::to_string(&path), |_| words)?;
        Ok(Exit::Done)
    }
}
