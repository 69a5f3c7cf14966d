//! nginx: hand-written configurations in, plans out, as golden text; and what must hold for each of them.

mod answers;
mod golden;
mod real;
mod undoing;

use super::found::{Found, Leaf, SourceFile};
use super::settings::{Invocation, Settings};
use certwright_contract::Wanted;
use certwright_contract::files;
use certwright_core::binding::BindingPolicy;
use certwright_core::identifier::Identifier;

/// A case as it stands in a golden file: `key: value` lines, then files after `==> PATH`.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) found: Found,
    pub(crate) settings: Settings,
    pub(crate) wanted: Wanted,
    pub(crate) port: u16,
    /// The text without what is expected.
    pub(crate) given: String,
    /// What is expected.
    pub(crate) expected: String,
}

const EXPECTED: &str = "==> expected\n";

pub(crate) fn identifiers(text: &str) -> Vec<Identifier> {
    text.split(',').map(|one| Identifier::parse(one).unwrap()).collect()
}

impl Case {
    pub(crate) fn read(text: &str) -> Self {
        let (given, expected) = text.split_once(EXPECTED).unwrap_or((text, ""));
        let mut parts = given.split("==> ");
        let head = parts.next().unwrap_or_default();
        let mut case = Self {
            found: Found {
                server: Invocation {
                    binary: "nginx".into(),
                    prefix: String::new(),
                    configuration: String::new(),
                },
                files: Vec::new(),
                leaves: Default::default(),
                folders: Default::default(),
            },
            settings: super::settings::read(&Default::default(), "").unwrap(),
            wanted: Wanted {
                identifiers: Vec::new(),
                link: "/var/lib/certwright/files/shop/current".into(),
                earlier: vec!["earlier".into()],
            },
            port: 80,
            given: given.to_owned(),
            expected: expected.to_owned(),
        };
        for line in head.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (key, value) = line.split_once(": ").unwrap();
            match key {
                "identifiers" => case.wanted.identifiers = identifiers(value),
                "policy" => case.settings.policy = BindingPolicy::UpdateOnly,
                "port" => case.port = value.parse().unwrap(),
                "folder" => drop(case.found.folders.insert(value.into())),
                "leaf" => {
                    let mut words = value.split(' ');
                    let path = words.next().unwrap().to_owned();
                    let kind = words.next().unwrap();
                    let leaf = Leaf {
                        fingerprint: kind.into(),
                        self_signed: kind == "self-signed",
                        identifiers: words.next().map(identifiers).unwrap_or_default(),
                        odd_names: Vec::new(),
                    };
                    case.found.leaves.insert(path, leaf);
                }
                _ => panic!("{key}?"),
            }
        }
        for part in parts {
            let (path, text) = part.split_once('\n').unwrap();
            case.found.files.push(source(path, text));
        }
        case
    }

    /// The same files with other texts.
    pub(crate) fn with(&self, change: impl Fn(&SourceFile) -> String) -> Self {
        let mut case = self.clone();
        for file in &mut case.found.files {
            *file = source(&file.path, &change(file));
        }
        case
    }
}

fn source(path: &str, text: &str) -> SourceFile {
    SourceFile {
        path: path.into(),
        real: path.replace("sites-enabled", "sites-available"),
        digest: files::digest(text.as_bytes()),
        text: text.into(),
    }
}

/// Every case of a folder, by its path.
pub(crate) fn cases(folder: &str) -> Vec<(String, Case)> {
    let folder = format!("{}/tests/golden/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| (path.display().to_string(), Case::read(&std::fs::read_to_string(&path).unwrap())))
        .collect()
}

/// Runs `answer` on every case of the folder and compares. `CERTWRIGHT_GOLDEN=write` writes what came out.
pub(crate) fn golden(folder: &str, answer: impl Fn(&Case) -> String) -> Vec<(String, Case)> {
    let cases = cases(folder);
    assert!(!cases.is_empty());
    let mut wrong = Vec::new();
    for (path, case) in &cases {
        let came = answer(case);
        if came == case.expected {
            continue;
        }
        if std::env::var("CERTWRIGHT_GOLDEN").is_ok_and(|word| word == "write") {
            let whole = format!("{}{EXPECTED}{came}", case.given);
            files::replace(path.as_ref(), whole.as_bytes(), files::Access::PUBLIC).unwrap();
        } else {
            wrong.push(format!("{path}\n--- expected\n{}--- came\n{came}", case.expected));
        }
    }
    assert!(wrong.is_empty(), "{}\n(CERTWRIGHT_GOLDEN=write accepts them)", wrong.join("\n"));
    cases
}
