//! `cert export`: certificate, chain and, when asked for, the private key as PEM.

use super::Which;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::file::create;
use crate::session::Session;
use certwright_api::exports;
use clap::Args;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Exports a certificate.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
With --out it writes cert.pem, chain.pem, fullchain.pem and, with --key, privkey.pem; files that are there
already are never touched. Otherwise the full chain goes to standard output, the key after it.

Example:
  certwright cert export shop --key --out ./shop-pem")]
pub struct Export {
    #[command(flatten)]
    which: Which,
    /// The private key too; this is audited
    #[arg(long)]
    key: bool,
    /// Write files into this directory, readable by you alone
    #[arg(long, value_name = "DIRECTORY")]
    out: Option<PathBuf>,
}

impl Export {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let export = session.client.export(&self.which.name, self.key).await?;
        match &self.out {
            None => session.output.answer(|| serde_json::to_string_pretty(&export), |_| stream(&export))?,
            Some(directory) => {
                for path in save(directory, &export)? {
                    session.output.say(&format!("Wrote {}", path.display()))?;
                }
            }
        }
        Ok(Exit::Done)
    }
}

fn stream(export: &exports::Export) -> String {
    let key = export.private_key.as_ref().map_or("", |key| key.reveal());
    format!("{}{key}", export.fullchain)
}

fn save(directory: &Path, export: &exports::Export) -> Result<Vec<PathBuf>, Fault> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700).create(directory).map_err(|error| cannot(directory, &error))?;
    let files = [
        ("cert.pem", Some(export.certificate.as_str())),
        ("chain.pem", Some(export.chain.as_str())),
        ("fullchain.pem", Some(export.fullchain.as_str())),
        ("privkey.pem", export.private_key.as_ref().map(|key| key.reveal())),
    ];
    let mut written = Vec::new();
    for (name, contents) in files {
        let Some(contents) = contents else { continue };
        let path = directory.join(name);
        if let Err(error) = create(&path, contents.as_bytes()) {
            // Only what was made here goes; half an export would be taken for a whole one.
            for path in &written {
                let _ = fs::remove_file(path);
            }
            return Err(cannot(&path, &error));
        }
        written.push(path);
    }
    Ok(written)
}

fn cannot(path: &Path, error: &io::Error) -> Fault {
    let remedy = if error.kind() == io::ErrorKind::AlreadyExists {
        "name another directory, or move the files that are there away"
    } else {
        "name a directory that you may write to"
    };
    Fault::refused(format!("{} cannot be written: {error}", path.display()), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use certwright_api::secret::SecretText;
    use std::os::unix::fs::PermissionsExt;

    fn sample() -> exports::Export {
        exports::Export {
            certificate: "leaf\n".to_owned(),
            chain: "chain\n".to_owned(),
            fullchain: "leaf\nchain\n".to_owned(),
            private_key: Some(SecretText::from("key\n".to_owned())),
        }
    }

    #[test]
    fn files_are_private_and_never_replaced() {
        let directory = std::env::temp_dir().join(format!("certwright-cli-{}", crate::session::once()));
        let written = save(&directory, &sample()).unwrap();
        assert_eq!(written.len(), 4);
        for path in &written {
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_to_string(directory.join("privkey.pem")).unwrap(), "key\n");
        assert_eq!(save(&directory, &sample()).unwrap_err().exit(), Exit::Refused);
        fs::remove_file(directory.join("cert.pem")).unwrap();
        assert!(save(&directory, &sample()).is_err());
        assert!(!directory.join("cert.pem").exists(), "half an export was left");
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn the_key_comes_after_the_chain() {
        assert_eq!(stream(&sample()), "leaf\nchain\nkey\n");
    }
}
