//! Changes of bytes become hunks of lines: only lines that must change do.

use super::found::SourceFile;
use certwright_core::edit::{FileEdit, Hunk, LINES_AFTER};

/// One change of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Other bytes between these two places.
    Replace {
        /// From here.
        start: usize,
        /// To here.
        end: usize,
        /// What comes.
        with: String,
    },
    /// New lines after the directive or brace that ends at this place; on the same line where more follows it.
    InsertAfter {
        /// The place.
        at: usize,
        /// The lines, indented.
        lines: Vec<String>,
        /// As far as here the text after the place tells it from others that look like it.
        known_by: usize,
    },
}

/// Other bytes from one place to another.
struct Span {
    start: usize,
    end: usize,
    with: String,
    known_by: usize,
}

/// The lines from index `start` to before `end`, and what they become.
struct Piece {
    start: usize,
    end: usize,
    lines: Vec<String>,
    /// The lines before this index tell the place.
    known_by: usize,
}

/// The edit that makes all changes; `None` when there are none.
pub(crate) fn edit(file: &SourceFile, changes: &[Change]) -> Option<FileEdit> {
    let mut changes = changes.to_vec();
    changes.sort_by_key(place);
    changes.dedup();
    if changes.is_empty() {
        return None;
    }
    let text = Lines::of(&file.text);
    let mut spans: Vec<Span> = Vec::new();
    let mut hunks: Vec<Piece> = Vec::new();
    for change in changes {
        match change {
            Change::Replace { start, end, with } => {
                spans.push(Span { start, end, with, known_by: end });
            }
            Change::InsertAfter { at, lines, known_by } if text.nothing_follows(at) => {
                let start = text.line(at) + 1;
                hunks.push(Piece { start, end: start, lines, known_by: text.line(known_by) + 1 });
            }
            Change::InsertAfter { at, lines, known_by } => {
                spans.push(Span { start: at, end: at, with: inline(&lines), known_by });
            }
        }
    }
    // Bytes that share a line change together.
    let share = |one: &Span, other: &Span| text.line(one.end) >= text.line(other.start);
    for together in spans.chunk_by(share) {
        let (Some(first), Some(last)) = (together.first(), together.last()) else {
            continue;
        };
        let (from, to) = (text.line(first.start), text.line(last.end));
        let mut whole = String::new();
        let mut done = text.starts[from];
        for span in together {
            whole.push_str(&file.text[done..span.start]);
            whole.push_str(&span.with);
            done = span.end;
        }
        whole.push_str(&file.text[done..text.ends[to]]);
        hunks.push(Piece {
            start: from,
            end: to + 1,
            lines: whole.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect(),
            known_by: together.iter().map(|span| text.line(span.known_by) + 1).max().unwrap_or(0),
        });
    }
    hunks.sort_by_key(|piece| (piece.start, piece.end));
    Some(FileEdit {
        path: file.real.clone(),
        expects: file.digest.clone(),
        hunks: merged(hunks)
            .into_iter()
            .map(|piece| Hunk {
                line: piece.start,
                before: piece.start.checked_sub(1).map(|line| text.bare(line).to_owned()),
                removed: (piece.start..piece.end).map(|line| text.bare(line).to_owned()).collect(),
                after: (piece.end..text.starts.len().min(piece.known_by.max(piece.end + LINES_AFTER)))
                    .map(|line| text.bare(line).to_owned())
                    .collect(),
                added: piece.lines,
            })
            .collect(),
    })
}

fn place(change: &Change) -> usize {
    match change {
        Change::Replace { start, .. } => *start,
        Change::InsertAfter { at, .. } => *at,
    }
}

fn merged(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    for piece in pieces {
        match out.last_mut() {
            Some(last) if last.end >= piece.start => {
                last.end = last.end.max(piece.end);
                last.lines.extend(piece.lines);
                last.known_by = last.known_by.max(piece.known_by);
            }
            _ => out.push(piece),
        }
    }
    out
}

/// Lines within a line: comments would swallow what follows.
pub(super) fn inline(lines: &[String]) -> String {
    lines
        .iter()
        .map(|line| line.trim())
        .filter(|line| !line.starts_with('#'))
        .fold(String::new(), |all, line| format!("{all} {line}"))
}

/// The indentation of the line a byte stands in.
pub(crate) fn indentation(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[start..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// Without the line ending.
    ends: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let (mut starts, mut ends) = (Vec::new(), Vec::new());
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            starts.push(at);
            ends.push(at + line.trim_end_matches(['\n', '\r']).len());
            at += line.len();
        }
        Self { text, starts, ends }
    }

    fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| start <= at).saturating_sub(1)
    }

    fn bare(&self, line: usize) -> &'a str {
        &self.text[self.starts[line]..self.ends[line]]
    }

    fn nothing_follows(&self, at: usize) -> bool {
        let rest = self.text[at..].split('\n').next().unwrap_or_default().trim();
        rest.is_empty() || rest.starts_with('#')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SourceFile {
        SourceFile { path: "/f".into(), real: "/f".into(), digest: String::new(), text: text.into() }
    }

    fn check(text: &str, changes: &[Change], expected: &str) {
        let edit = edit(&file(text), changes).unwrap();
        let after = edit.apply(text).unwrap();
        assert_eq!(after, expected);
        assert_eq!(edit.revert(&after).unwrap(), text);
    }

    fn insert(text: &str, after: &str, lines: &[&str]) -> Change {
        Change::InsertAfter {
            at: text.find(after).unwrap() + after.len(),
            lines: lines.iter().map(|&line| line.to_owned()).collect(),
            known_by: 0,
        }
    }

    fn replace(text: &str, old: &str, with: &str) -> Change {
        let start = text.find(old).unwrap();
        Change::Replace { start, end: start + old.len(), with: with.into() }
    }

    #[test]
    fn replaces_words_and_inserts_lines() {
        let text = "server {\r\n\tlisten 80; # plain\r\n\tcert a; # keep\r\n}";
        check(
            text,
            &[insert(text, "80;", &["\tlisten 443;"]), replace(text, " a;", " b;")],
            "server {\r\n\tlisten 80; # plain\r\n\tlisten 443;\r\n\tcert b; # keep\r\n}",
        );
    }

    #[test]
    fn stays_on_the_line_where_more_follows() {
        let text = "server { listen 80; cert a; key b; }";
        check(
            text,
            &[
                replace(text, "a;", "AA;"),
                insert(text, "80;", &["  listen 443;", "  # no", "  x;"]),
                replace(text, "b;", "BBB;"),
            ],
            "server { listen 80; listen 443; x; cert AA; key BBB; }",
        );
    }

    #[test]
    fn touching_changes_are_one_hunk() {
        let text = "a;\nlisten 80;\ncert x;\n";
        let changes = [insert(text, "80;", &["n;"]), replace(text, "x", "y"), replace(text, "80", "81")];
        check(text, &changes, "a;\nlisten 81;\nn;\ncert y;\n");
        assert_eq!(edit(&file(text), &changes).unwrap().hunks.len(), 1);
    }

    #[test]
    fn a_replaced_line_keeps_its_own_ending() {
        let text = "a;\ncert x;\r\nb;\n";
        check(text, &[replace(text, "x", "y")], "a;\ncert y;\r\nb;\n");
    }

    #[test]
    fn works_at_the_end_without_a_line_ending_and_across_lines() {
        check("a;\nlisten 80;", &[insert("a;\nlisten 80;", "80;", &["b;"])], "a;\nlisten 80;\nb;");
        let text = "cert\n  'a\nb';\nc;\n";
        check(text, &[replace(text, "'a\nb'", "/x")], "cert\n  /x;\nc;\n");
        assert_eq!(edit(&file(text), &[]), None);
    }
}
