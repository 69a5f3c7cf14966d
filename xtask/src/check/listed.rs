//! A provider counts once it is in its folder's list: a file that is in none would never be offered.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Problems;
use crate::workspace;

const PROVIDERS: &str = "crates/providers/src";

const FOLDERS: [&str; 5] = ["ca", "challenge", "deploy", "task", "notify"];

/// Not providers, wherever they are.
const EXEMPT: [&str; 2] = ["mod", "tests"];

pub(super) fn check(root: &Path) -> Result<Problems> {
    let mut problems = Vec::new();
    for folder in FOLDERS.map(|folder| root.join(PROVIDERS).join(folder)) {
        let children = children(&folder)?;
        if children.is_empty() {
            continue;
        }
        let Some(list) = list_file(&folder) else {
            problems.push(format!("{} has no mod.rs", workspace::shown(root, &folder)));
            continue;
        };
        let text = workspace::read(&list)?;
        let (shown, listed) = (workspace::shown(root, &list), lists(&text));
        for name in children {
            if !declares(&text, &name) {
                problems.push(format!("{shown} does not declare `mod {name};`"));
            } else if !mentions(&listed, &name) {
                problems.push(format!("{shown} does not list `{name}::…` in its constant"));
            }
        }
    }
    Ok(problems)
}

/// The direct children `x.rs` and `x/mod.rs`, by name.
fn children(folder: &Path) -> Result<Vec<String>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
        let path = entry.with_context(|| format!("listing {}", folder.display()))?.path();
        let is_module =
            path.extension().is_some_and(|ending| ending == "rs") || path.join("mod.rs").is_file();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if is_module && !EXEMPT.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// `ca/mod.rs` or `ca.rs`.
fn list_file(folder: &Path) -> Option<PathBuf> {
    [folder.join("mod.rs"), folder.with_extension("rs")].into_iter().find(|path| path.is_file())
}

fn declares(text: &str, name: &str) -> bool {
    let declaration = format!("mod {name};");
    text.lines().map(str::trim).any(|line| {
        line == declaration || (line.starts_with("pub") && line.ends_with(&format!(" {declaration}")))
    })
}

/// The text of the file's constants, without comments: each from its `const` or `static` to its semicolon.
fn lists(text: &str) -> String {
    let mut found = String::new();
    let mut inside = false;
    for line in text.lines().map(|line| line.split("//").next().unwrap_or_default().trim()) {
        inside = inside || line.split(' ').any(|word| word == "const" || word == "static");
        if inside {
            found.push_str(line);
            found.push('\n');
        }
        inside = inside && !line.ends_with(';');
    }
    found
}

/// Whether `name::` occurs, not as the end of a longer name.
fn mentions(listed: &str, name: &str) -> bool {
    let wanted = format!("{name}::");
    listed
        .match_indices(&wanted)
        .any(|(at, _)| !listed[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sample;

    const LIST: &str = "//! Targets.\nmod files;\npub(crate) mod nginx;\n\n/// All.\n\
                        pub const TARGETS: [&dyn Target; 2] = [\n    &nginx::Nginx,\n    &files::Files,\n];\n";

    #[test]
    fn listed_providers_are_fine() {
        let good = sample(&[
            ("crates/providers/src/deploy/mod.rs", LIST),
            ("crates/providers/src/deploy/files.rs", ""),
            ("crates/providers/src/deploy/nginx/mod.rs", ""),
            ("crates/providers/src/deploy/nginx/parse.rs", ""),
            ("crates/providers/src/deploy/tests.rs", ""),
            (
                "crates/providers/src/task.rs",
                "mod script;\npub const TASKS: &[&dyn Task] = &[&script::Script];\n",
            ),
            ("crates/providers/src/task/script.rs", ""),
        ]);
        assert_eq!(check(good.path()).unwrap(), Problems::new());
    }

    #[test]
    fn forgotten_ones_are_named() {
        let text = "mod http;\nmod own_http;\nuse http::Http;\n// const OLD: [u8; 0] = [http::Http];\n\
                    pub static ALL: [X; 1] = [own_http::X];\nfn f() { http::g(); }\n";
        let bad = sample(&[
            ("crates/providers/src/challenge/mod.rs", text),
            ("crates/providers/src/challenge/http.rs", ""),
            ("crates/providers/src/challenge/own_http.rs", ""),
            ("crates/providers/src/challenge/dns/mod.rs", ""),
            ("crates/providers/src/notify/mail.rs", ""),
        ]);
        assert_eq!(
            check(bad.path()).unwrap(),
            [
                "crates/providers/src/challenge/mod.rs does not declare `mod dns;`",
                "crates/providers/src/challenge/mod.rs does not list `http::…` in its constant",
                "crates/providers/src/notify has no mod.rs",
            ]
        );
    }
}
