//! Reads what nginx itself reads: `nginx -T` says which files, in which order; their bytes come from the disk
//! and must be what nginx dumped.

use super::complaint;
use super::configuration::Configuration;
use super::found::{Found, Leaf, SourceFile};
use super::settings::Invocation;
use super::text;
use certwright_contract::files;
use certwright_contract::ports::Ports;
use certwright_core::failure::{Failure, FailureClass};
use std::fs;
use std::path::Path;

/// No hand-written file comes near.
pub(super) const LARGEST: u64 = 4 * 1024 * 1024;
const HEADER: &str = "# configuration file ";

/// Everything a plan needs to know. Only reads.
pub(crate) async fn observe(server: &Invocation, ports: &Ports) -> Result<Found, Failure> {
    let finished = server.run(&["-T"], ports).await?;
    if !finished.succeeded() {
        return Err(complaint::failure(server, &["-T"], &finished, FailureClass::NeedsPerson));
    }
    let server = server.clone();
    tokio::task::spawn_blocking(move || gather(server, &finished.stdout))
        .await
        .map_err(|error| unreadable(&error.to_string()))?
}

fn gather(server: Invocation, dump: &str) -> Result<Found, Failure> {
    let mut found = Found {
        server,
        files: read_files(dump).map_err(|answer| unreadable(&answer))?,
        leaves: Default::default(),
        folders: Default::default(),
    };
    let configuration = Configuration::read(&found)?;
    let mut certificates = Vec::new();
    let mut roots = Vec::new();
    configuration.each(&mut |directive| match directive.name() {
        "ssl_certificate" => certificates.push(directive.argument().to_owned()),
        "root" => roots.push(directive.argument().to_owned()),
        _ => {}
    });
    for written in certificates {
        if let Some(leaf) = leaf(&found.certificate_path(&written)) {
            found.leaves.insert(written, leaf);
        }
    }
    for written in roots {
        if found.folder_path(&written).is_some_and(|path| Path::new(&path).is_dir()) {
            found.folders.insert(written);
        }
    }
    Ok(found)
}

fn unreadable(answer: &str) -> Failure {
    Failure::retry(
        "nginx-unreadable",
        "read nginx's configuration files",
        answer,
        "make sure that nobody is changing the files, and that Certwright may read them; then try again",
    )
}

/// Walks the dump by the files' own lengths: a comment that looks like a header is not taken for one.
fn read_files(dump: &str) -> Result<Vec<SourceFile>, String> {
    let mut files = Vec::new();
    let mut rest = dump;
    while !rest.trim().is_empty() {
        let (header, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let path = header
            .strip_prefix(HEADER)
            .and_then(|path| path.strip_suffix(':'))
            .ok_or_else(|| format!("`nginx -T` printed {header:?} where a file's name was expected"))?;
        let bytes = files::read(Path::new(path), LARGEST).map_err(|error| error.to_string())?;
        let dumped = String::from_utf8_lossy(&bytes);
        rest = match after.strip_prefix(dumped.as_ref()) {
            Some(after) => after.strip_prefix('\n').unwrap_or(after),
            None if after.trim_end() == dumped.trim_end() => "",
            None => return Err(format!("{path} is not what nginx has just read: it was changed meanwhile")),
        };
        let real = fs::canonicalize(path).map_err(|error| format!("follow {path}: {error}"))?;
        files.push(SourceFile {
            path: path.to_owned(),
            real: real.to_str().ok_or_else(|| format!("the path of {path} is no UTF-8"))?.to_owned(),
            digest: files::digest(&bytes),
            text: text::decode(&bytes),
        });
    }
    if files.is_empty() {
        return Err("`nginx -T` printed no file".to_owned());
    }
    Ok(files)
}

/// The first certificate of the file; `None` where it cannot be read. A key in the same file is not looked at.
fn leaf(path: &str) -> Option<Leaf> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let bytes = files::read(Path::new(path), LARGEST).ok()?;
    let pem = String::from_utf8_lossy(&bytes);
    let from = pem.find(BEGIN)?;
    let to = from + pem[from..].find(END)? + END.len();
    let chain = certwright_pki::parse_chain(&pem[from..to]).ok()?;
    let facts = certwright_pki::facts(chain.first()?).ok()?;
    Some(Leaf {
        self_signed: facts.subject == facts.issuer,
        fingerprint: facts.fingerprint,
        identifiers: facts.identifiers,
        odd_names: facts.odd_names,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_that_looks_like_a_header_is_text() {
        let folder = tempfile::tempdir().unwrap();
        let (main, other) = (folder.path().join("nginx.conf"), folder.path().join("b.conf"));
        let fake = format!("events {{}}\n\n# configuration file {}:\nuser x;", other.display());
        files::replace(&main, fake.as_bytes(), files::Access::PUBLIC).unwrap();
        files::replace(&other, b"# f\xfcr\n", files::Access::PUBLIC).unwrap();
        let dump = format!(
            "# configuration file {}:\n{fake}\n# configuration file {}:\n# f\u{fffd}r\n\n",
            main.display(),
            other.display()
        );
        for dump in [dump.as_str(), dump.trim_end()] {
            let found = read_files(dump).unwrap();
            assert_eq!(found.len(), 2);
            assert_eq!(found[0].text, fake);
            assert_eq!(found[1].text, "# für\n");
        }
        let changed = dump.replace("user x", "user y");
        assert!(read_files(&changed).unwrap_err().contains("changed meanwhile"));
        assert!(read_files("").is_err() && read_files("nonsense").is_err());
    }
}
