//! Edits of hand-written configuration files, as data: which lines go, which come, and what must stand there.
//!
//! A plan carries hunks so that Preview shows the very lines the run will change, and so that a change can be
//! taken back even when other lines of the file have moved meanwhile.

use serde::{Deserialize, Serialize};

/// One place of a file where lines are replaced. Lines carry no line ending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    /// Zero-based index of the first removed line (or of the line before which lines are added) in the original.
    pub line: usize,
    /// The line before, as it stands (`None` at the start of the file).
    pub before: Option<String>,
    /// Lines that must stand there and go.
    pub removed: Vec<String>,
    /// Lines that come in their place.
    pub added: Vec<String>,
    /// The lines after, as they stand: where lines above were added or taken, these tell the place.
    #[serde(default)]
    pub after: Vec<String>,
}

/// How many lines after a hunk are kept with it at least.
pub const LINES_AFTER: usize = 4;

/// All changes of one file. Hunks are in order of lines and do not touch each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEdit {
    /// The file, by its real path (symbolic links resolved).
    pub path: String,
    /// SHA-256 of the file the hunks were made for, lower-case hex.
    pub expects: String,
    /// The changes.
    pub hunks: Vec<Hunk>,
}

/// Why an edit cannot be made in the file as it is now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The lines that should be replaced are not there, or there more than once.
    #[error("{path}, line {line}: {what}")]
    Moved {
        /// The file.
        path: String,
        /// One-based line where they were expected.
        line: usize,
        /// What is there instead.
        what: String,
    },
}

/// How the places of an edit are found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// By the numbers of lines.
    AsPlanned,
    /// By the lines around.
    Moved,
    /// By the lines that came with it.
    Back,
}

impl FileEdit {
    /// The text of the file that was expected, with the edit made. Line endings of untouched lines stay as they are.
    ///
    /// # Errors
    /// When a hunk's removed lines do not stand at the very line where they should.
    pub fn apply(&self, text: &str) -> Result<String, EditError> {
        self.replace(text, Way::AsPlanned)
    }

    /// The same where the file is another one by now. Numbers of lines mean nothing then: what stands at an old
    /// number may be another block that looks alike.
    ///
    /// # Errors
    /// When a hunk's removed lines, with the lines around them, are not found in exactly one place.
    pub fn apply_moved(&self, text: &str) -> Result<String, EditError> {
        self.replace(text, Way::Moved)
    }

    /// The file's text with the edit taken back. What others changed meanwhile stays.
    ///
    /// # Errors
    /// When the lines this edit added are not found in exactly one place.
    pub fn revert(&self, text: &str) -> Result<String, EditError> {
        self.replace(text, Way::Back)
    }

    fn replace(&self, text: &str, way: Way) -> Result<String, EditError> {
        let backwards = way == Way::Back;
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let ending = if lines.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
        let bare: Vec<&str> = lines.iter().map(|line| line.trim_end_matches(['\n', '\r'])).collect();
        let mut out = String::with_capacity(text.len() + 256);
        let mut done = 0;
        let mut shift: isize = 0;
        for hunk in &self.hunks {
            let (old, new) =
                if backwards { (&hunk.added, &hunk.removed) } else { (&hunk.removed, &hunk.added) };
            let expected =
                usize::try_from(hunk.line as isize + if backwards { shift } else { 0 }).unwrap_or(0);
            shift += hunk.added.len() as isize - hunk.removed.len() as isize;
            let at = self.locate(&bare, old, hunk, way, expected, done)?;
            out.extend(lines[done..at].iter().copied());
            for (index, line) in new.iter().enumerate() {
                if !out.is_empty() && !out.ends_with('\n') {
                    out.push_str(ending);
                }
                out.push_str(line);
                // A line that takes another's place takes its ending too: files may mix them.
                let replaced = lines[at..at + old.len()].get(index).filter(|line| line.ends_with('\n'));
                out.push_str(
                    replaced.map_or(ending, |line| if line.ends_with("\r\n") { "\r\n" } else { "\n" }),
                );
            }
            done = at + old.len();
        }
        out.extend(lines[done..].iter().copied());
        // A file whose last line had no ending keeps it that way when that line was replaced.
        if !text.ends_with('\n') && done == lines.len() && out.ends_with(ending) {
            out.truncate(out.len() - ending.len());
        }
        Ok(out)
    }

    fn locate(
        &self,
        bare: &[&str],
        old: &[String],
        hunk: &Hunk,
        way: Way,
        expected: usize,
        from: usize,
    ) -> Result<usize, EditError> {
        let backwards = way == Way::Back;
        let are = |at: usize, wanted: &[String]| {
            at + wanted.len() <= bare.len()
                && bare[at..].iter().zip(wanted).all(|(line, wanted)| line == wanted)
        };
        let stands = |at: usize| {
            at >= from
                && are(at, old)
                // Taken back, the lines after may have been changed by the hunks after.
                && (backwards || are(at + old.len(), &hunk.after))
                && match hunk.before.as_deref() {
                    Some(before) => at > 0 && (at == from || bare[at - 1] == before),
                    None => at == 0,
                }
        };
        if way != Way::Moved && stands(expected) {
            return Ok(expected);
        }
        let mut places = match way {
            Way::AsPlanned => Vec::new(),
            Way::Moved | Way::Back => (from..=bare.len()).filter(|at| stands(*at)).collect::<Vec<_>>(),
        };
        if places.is_empty() && backwards && old.len() > 1 {
            // Somebody put lines just before: ours are found by themselves, unlike a single one, which may be theirs.
            places = (from..=bare.len()).filter(|at| are(*at, old)).collect();
        }
        let mut places = places.into_iter();
        match (places.next(), places.next()) {
            (Some(at), None) => Ok(at),
            (found, _) => Err(EditError::Moved {
                path: self.path.clone(),
                line: expected + 1,
                what: if found.is_some() {
                    "the lines to change stand there more than once now".to_owned()
                } else {
                    format!(
                        "the lines to change are no longer there; now it says {:?}",
                        bare.get(expected).copied().unwrap_or("(end of file)")
                    )
                },
            }),
        }
    }

    /// The change as a person reads it: a line number, what goes with `-`, what comes with `+`.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for hunk in &self.hunks {
            lines.push(format!("{}, line {}:", self.path, hunk.line + 1));
            lines.extend(hunk.removed.iter().map(|line| format!("- {line}")));
            lines.extend(hunk.added.iter().map(|line| format!("+ {line}")));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit() -> FileEdit {
        FileEdit {
            path: "/etc/nginx/a.conf".into(),
            expects: String::new(),
            hunks: vec![
                Hunk {
                    line: 1,
                    before: Some("a".into()),
                    removed: vec!["b".into()],
                    added: vec!["B1".into(), "B2".into()],
                    after: vec!["c".into()],
                },
                Hunk {
                    line: 3,
                    before: Some("c".into()),
                    removed: vec![],
                    added: vec!["new".into()],
                    after: vec![],
                },
            ],
        }
    }

    #[test]
    fn changes_only_its_lines_and_takes_them_back() {
        let before = "a\nb\nc\nd\r\ne";
        let after = edit().apply(before).unwrap();
        assert_eq!(after, "a\nB1\nB2\nc\nnew\nd\r\ne");
        assert_eq!(edit().revert(&after).unwrap(), before);
    }

    #[test]
    fn takes_itself_back_when_others_added_lines_above() {
        let after = edit().apply("a\nb\nc\nd\n").unwrap();
        let moved = format!("# somebody's\n{after}# and below\n");
        assert_eq!(edit().revert(&moved).unwrap(), "# somebody's\na\nb\nc\nd\n# and below\n");
    }

    #[test]
    fn the_lines_after_tell_which_block_is_meant() {
        let block = |name: &str| format!("server {{\n  listen 80;\n  name {name};\n}}\n");
        let before = format!("{}{}", block("a"), block("b"));
        let edit = FileEdit {
            path: "f".into(),
            expects: String::new(),
            hunks: vec![Hunk {
                line: 5,
                before: Some("server {".into()),
                removed: vec![],
                added: vec!["  new;".into(), "  more;".into()],
                after: vec!["  listen 80;".into(), "  name b;".into()],
            }],
        };
        let wanted = |text: &str| {
            text.replace(
                "server {\n  listen 80;\n  name b",
                "server {\n  new;\n  more;\n  listen 80;\n  name b",
            )
        };
        for text in [before.clone(), format!("x\n{before}"), format!("server {{\n}}\n{before}")] {
            let after = edit.apply_moved(&text).unwrap();
            assert_eq!(after, wanted(&text));
            assert_eq!(edit.revert(&after).unwrap(), text);
            let pushed = after.replace("  new;", "  theirs;\n  new;");
            assert_eq!(edit.revert(&pushed).unwrap(), pushed.replace("  new;\n  more;\n", ""));
        }
        assert_eq!(edit.apply(&before).unwrap(), wanted(&before));
        assert!(edit.apply(&format!("x\n{before}")).is_err(), "it is not the file that was expected");
        assert!(edit.apply_moved(&format!("x\n{before}{}", block("b"))).is_err(), "it cannot be told which");
        assert!(edit.apply_moved(&before.replace("name b", "name c")).is_err(), "it is another one now");
        assert!(
            edit.apply_moved(&format!("{before}{}", block("b"))).is_err(),
            "neither is known by standing where the block stood"
        );
    }

    #[test]
    fn refuses_when_the_lines_are_gone_or_ambiguous() {
        for refused in ["a\nX\nc\nd\n", "x\na\nb\ny\na\nb\nc\nd\n"] {
            assert!(edit().apply(refused).is_err());
        }
        assert!(edit().apply_moved("a\nX\nc\nd\n").is_err());
        assert!(edit().apply_moved("a\nb\nc\ny\na\nb\nc\nd\n").is_err());
    }

    #[test]
    fn keeps_a_missing_last_line_ending() {
        let edit = FileEdit {
            path: "f".into(),
            expects: String::new(),
            hunks: vec![Hunk {
                line: 1,
                before: Some("a".into()),
                removed: vec!["b".into()],
                added: vec!["B".into()],
                after: vec![],
            }],
        };
        assert_eq!(edit.apply("a\nb").unwrap(), "a\nB");
        assert_eq!(edit.revert("a\nB").unwrap(), "a\nb");
    }
}
