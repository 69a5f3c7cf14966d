//! Finding the programs of the machine the testbed starts.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Where distributions keep servers that an ordinary user's PATH leaves out.
const SERVER_FOLDERS: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// The full path of `name`, from PATH or the folders for servers.
pub fn find_program(name: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(SERVER_FOLDERS.map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
        .with_context(|| {
            format!("the program {name} is not on this machine; `cargo xtask install` installs it")
        })
}

/// A program of a package that `cargo xtask install` unpacks (`xtask/src/install/unpacked.rs`): from the folder that
/// `variable` names, then the unpacked package, then PATH.
pub(crate) fn find_unpacked(package: &str, variable: &str, name: &str) -> Result<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let unpacked = tests.parent().unwrap_or(tests).join("target/testbed").join(package).join("usr/bin");
    let program = std::env::var_os(variable).map_or(unpacked, PathBuf::from).join(name);
    if program.is_file() { Ok(program) } else { find_program(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_shell_and_names_what_is_missing() {
        assert!(find_program("sh").unwrap().is_file());
        let error = find_program("no-such-program-at-all").unwrap_err().to_string();
        assert!(error.contains("no-such-program-at-all") && error.contains("cargo xtask install"), "{error}");
    }
}
