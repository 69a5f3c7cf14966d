//! apt with lists and a cache of its own: the machine's own are left alone, signatures are checked as ever.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::mirror::Mirror;
use crate::command::{command, output};
use crate::workspace;

/// One suite of a mirror, with everything apt keeps of it in one folder.
pub(super) struct Apt {
    folder: PathBuf,
    options: Vec<String>,
}

impl Apt {
    /// Fetches the lists of a suite.
    pub(super) fn of(mirror: &Mirror, suite: &str, folder: &Path) -> Result<Self> {
        for needed in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(folder.join(needed)).context("making apt's folders")?;
        }
        let source = folder.join("source.list");
        let line = format!("deb [signed-by={}] {} {suite} main\n", mirror.keyring, mirror.address);
        fs::write(&source, line).context("writing apt's source")?;
        let options = vec![
            format!("Dir::Etc::sourcelist={}", source.display()),
            "Dir::Etc::sourceparts=-".to_owned(),
            format!("Dir::State::lists={}", folder.join("lists").display()),
            format!("Dir::Cache={}", folder.join("cache").display()),
            "APT::Sandbox::User=root".to_owned(),
            "Acquire::Languages=none".to_owned(),
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false".to_owned(),
            // apt-get calls a list that could not be fetched a warning.
            "APT::Update::Error-Mode=any".to_owned(),
        ];
        let apt = Self { folder: folder.to_owned(), options };
        apt.run(folder, &["update"]).context("fetching the package lists")?;
        Ok(apt)
    }

    /// Downloads a package, and gives the path of its file.
    pub(super) fn download(&self, package: &str) -> Result<PathBuf> {
        let folder = self.folder.join("downloaded").join(package);
        fs::create_dir_all(&folder).context("making a folder for the package")?;
        self.run(&folder, &["download", package]).context("fetching the package")?;
        workspace::files(&folder, &[".deb"])?.pop().context("apt-get downloaded no package")
    }

    fn run(&self, folder: &Path, arguments: &[&str]) -> Result<()> {
        let mut apt = command(&["apt-get", "--quiet", "--quiet"]);
        for option in &self.options {
            apt.args(["-o", option]);
        }
        apt.args(arguments).current_dir(folder);
        output(apt).map(drop)
    }
}
