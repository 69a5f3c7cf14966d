//! Which Debian mirror this machine already uses: read from apt's own sources, old style and new.

use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace;

/// Debian's archive key, on every Debian machine; it signs all suites.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// A mirror, and the key its lists are checked with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mirror {
    pub(super) address: String,
    pub(super) keyring: String,
}

/// The first Debian mirror among the sources below `apt` (usually `/etc/apt`).
pub(super) fn find(apt: &Path) -> Result<Mirror> {
    for path in workspace::files(apt, &[".sources", ".list"])? {
        let text = workspace::read(&path)?;
        let deb822 = path.extension().is_some_and(|ending| ending == "sources");
        let found = if deb822 { from_stanzas(&text) } else { from_lines(&text) };
        if let Some(mirror) = found {
            return Ok(mirror);
        }
    }
    None.context(
        "no Debian mirror among this machine's apt sources; unpack a Pebble of 2.10 and a Caddy of 2.11 or newer \
         yourself, and set CERTWRIGHT_PEBBLE_DIR and CERTWRIGHT_CADDY_DIR to the folders of their programs",
    )
}

fn from_stanzas(text: &str) -> Option<Mirror> {
    text.split("\n\n").find_map(|stanza| {
        let field = |name: &str| {
            let mut lines = stanza.lines().filter_map(|line| line.split_once(':'));
            lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
        };
        let enabled = !field("Enabled").is_some_and(|value| value.eq_ignore_ascii_case("no"));
        let address = field("URIs")?.split_whitespace().next()?;
        let packages = field("Types")?.split_whitespace().any(|kind| kind == "deb");
        (enabled && packages).then(|| mirror(address, field("Components")?, field("Signed-By")))?
    })
}

fn from_lines(text: &str) -> Option<Mirror> {
    text.lines().find_map(|line| {
        let rest = line.trim().strip_prefix("deb ")?.trim();
        let (options, rest) = match rest.strip_prefix('[') {
            Some(bracketed) => bracketed.split_once(']')?,
            None => ("", rest),
        };
        let (address, suite_and_components) = rest.trim().split_once(' ')?;
        let signed_by = options.split_whitespace().find_map(|option| option.strip_prefix("signed-by="));
        mirror(address, suite_and_components, signed_by)
    })
}

/// Only Debian's main archive: not its security archive, and nobody else's repository.
fn mirror(address: &str, components: &str, signed_by: Option<&str>) -> Option<Mirror> {
    let address = address.trim_end_matches('/');
    let is_archive = address.ends_with("/debian") && components.split_whitespace().any(|word| word == "main");
    let keyring = signed_by.filter(|path| path.starts_with('/')).unwrap_or(KEYRING);
    is_archive.then(|| Mirror { address: address.to_owned(), keyring: keyring.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(name: &str, text: &str) -> Result<Mirror> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sources.list.d")).unwrap();
        std::fs::write(folder.path().join(name), text).unwrap();
        find(folder.path())
    }

    #[test]
    fn stanzas_are_read() {
        let text = "Types: deb\nURIs: http://one.example/debian-security\nSuites: x-security\nComponents: main\n\n\
                    # ours\nTypes: deb deb-src\nURIs: http://two.example/debian/ http://three.example/debian\n\
                    Suites: x\nComponents: main contrib\nSigned-By: /keys/a.gpg\n";
        let mirror = sources("sources.list.d/debian.sources", text).unwrap();
        assert_eq!(mirror.address, "http://two.example/debian");
        assert_eq!(mirror.keyring, "/keys/a.gpg");
    }

    #[test]
    fn lines_are_read() {
        let text = "# deb http://no.example/debian x main\ndeb-src http://no.example/debian x main\n\
                    deb https://other.example/repo stable main\n\
                    deb [arch=amd64 trusted=no] http://one.example/debian x main\n";
        let mirror = sources("sources.list", text).unwrap();
        assert_eq!(
            mirror,
            Mirror { address: "http://one.example/debian".to_owned(), keyring: KEYRING.to_owned() }
        );
    }

    #[test]
    fn a_machine_without_a_mirror_is_told_what_to_do() {
        let text = "Enabled: no\nTypes: deb\nURIs: http://one.example/debian\nSuites: x\nComponents: main\n";
        let error = sources("sources.list.d/debian.sources", text).unwrap_err().to_string();
        assert!(error.contains("CERTWRIGHT_PEBBLE_DIR") && error.contains("CERTWRIGHT_CADDY_DIR"), "{error}");
    }
}
