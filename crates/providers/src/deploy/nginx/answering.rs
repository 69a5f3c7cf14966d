//! The lines by which nginx answers http-01 for a while: how they are written, and how they are found again.
//!
//! The comment before them names the certificate they were added for. So two certificates that are ordered at the
//! same time never take each other's lines for their own, and a plan can be made as if the lines of others,
//! which are gone in a moment, were not there.

use super::rewrite::inline;

/// How the comment begins, and how it goes on after the certificate's id.
const MARK: &str = "# certwright: answers http-01 while ";
const MARK_END: &str = " is ordered; removed afterwards";

const TOKEN: &str = r#""^/\.well-known/acme-challenge/([-_A-Za-z0-9]+)$""#;

fn comment(certificate: &str) -> String {
    format!("{MARK}{certificate}{MARK_END}")
}

/// A location that answers.
pub(crate) fn location(indent: &str, thumbprint: &str, certificate: &str) -> Vec<String> {
    let step = if indent.contains('\t') { "\t" } else { "    " };
    vec![
        format!("{indent}{}", comment(certificate)),
        format!("{indent}location ^~ /.well-known/acme-challenge/ {{"),
        format!("{indent}{step}default_type text/plain;"),
        format!("{indent}{step}location ~ {TOKEN} {{ return 200 \"$1.{thumbprint}\"; }}"),
        format!("{indent}}}"),
    ]
}

/// A condition that answers, where a location would come too late.
pub(crate) fn condition(indent: &str, thumbprint: &str, certificate: &str) -> Vec<String> {
    vec![
        format!("{indent}{}", comment(certificate)),
        format!("{indent}if ($uri ~ {TOKEN}) {{ return 200 \"$1.{thumbprint}\"; }}"),
    ]
}

/// The certificate that a comment line names.
pub(super) fn named(line: &str) -> Option<&str> {
    line.trim().strip_prefix(MARK)?.strip_suffix(MARK_END)
}

/// The certificates whose lines stand in this text.
pub(crate) fn certificates(text: &str) -> Vec<&str> {
    text.lines().filter_map(named).collect()
}

/// Whether the server answers in the middle of a line, where no comment can say for whom.
pub(crate) fn answers_inline(text: &str) -> bool {
    text.lines().any(|line| without_inline(line).is_some())
}

/// A line without an answer that was put into the middle of it; `None` when there is none.
fn without_inline(line: &str) -> Option<String> {
    const THUMBPRINT: &str = "THUMBPRINT";
    [location("", THUMBPRINT, ""), condition("", THUMBPRINT, "")].iter().find_map(|lines| {
        let piece = inline(lines);
        let (head, tail) = piece.split_once(THUMBPRINT)?;
        let start = line.find(head)?;
        let rest = &line[start + head.len()..];
        let end = rest.find('"')?;
        let after = rest[end..].strip_prefix(tail)?;
        let alone = line[..start].trim().is_empty() && after.trim().is_empty();
        (!alone).then(|| format!("{}{after}", &line[..start]))
    })
}

/// The text without what answers for other certificates than this one; `None` when there is nothing.
pub(crate) fn without_others(text: &str, certificate: &str) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (mut out, mut at, mut found) = (String::with_capacity(text.len()), 0, false);
    while at < lines.len() {
        let length = match named(lines[at]) {
            Some(other) if other != certificate => 1 + length_of_answer(&lines[at + 1..]),
            _ => 0,
        };
        if length > 0 {
            found = true;
            at += length;
        } else if let Some(line) = without_inline(lines[at]) {
            found = true;
            out.push_str(&line);
            at += 1;
        } else {
            out.push_str(lines[at]);
            at += 1;
        }
    }
    found.then_some(out)
}

/// How many lines after the comment are ours: a location's four or a condition's one; none where somebody changed
/// them.
fn length_of_answer(after: &[&str]) -> usize {
    let is =
        |index: usize, begins: &str| after.get(index).is_some_and(|line| line.trim().starts_with(begins));
    if is(0, "if ($uri ~ ") {
        return 1;
    }
    let location = is(0, "location ^~ /.well-known/acme-challenge/ {")
        && is(1, "default_type text/plain;")
        && is(2, "location ~ ")
        && after.get(3).is_some_and(|line| line.trim() == "}");
    if location { 4 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_others_vanish_and_everything_else_stays() {
        for ending in ["\n", "\r\n"] {
            let text = |blocks: &[&[String]]| {
                let mut lines = vec!["server {".to_owned()];
                blocks.iter().for_each(|block| lines.extend(block.iter().cloned()));
                lines.extend(["  # certwright was here".to_owned(), "}".to_owned(), String::new()]);
                lines.join(ending)
            };
            let (mine, theirs, third) =
                (location("  ", "T", "cert-1"), location("\t", "T", "cert-2"), condition("", "U", "cert-3"));
            let all = text(&[&theirs, &mine, &third]);
            assert_eq!(certificates(&all), ["cert-2", "cert-1", "cert-3"]);
            assert_eq!(without_others(&all, "cert-1").unwrap(), text(&[&mine]));
            assert_eq!(without_others(&text(&[&mine]), "cert-1"), None);
            assert_eq!(without_others(&text(&[]), "cert-1"), None);
            for write in [location, condition] {
                let piece = inline(&write("", "T-1_x", "cert-2"));
                let line = format!("server {{{piece} listen 80; }}{ending}");
                assert!(answers_inline(&line));
                assert_eq!(
                    without_others(&line, "cert-1").unwrap(),
                    format!("server {{ listen 80; }}{ending}")
                );
            }
        }
    }
}
