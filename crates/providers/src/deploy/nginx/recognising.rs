//! The lines by which nginx answers http-01, found again in a text: word by word, so that it makes no difference
//! how somebody has indented or broken the lines since, or whether they stand in the middle of one.

use super::answering::{EXPRESSION, MARK, MARK_END, NAME, NAME_END};
use std::ops::Range;

/// One answer that stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing<'a> {
    /// The certificate that it names; `None` where somebody took the name away.
    pub(super) certificate: Option<&'a str>,
    /// Its line, from 1.
    pub(super) line: usize,
    /// Its bytes, the comment before it included.
    span: Range<usize>,
    /// Whether every word is ours. What somebody has changed is left to them.
    whole: bool,
}

/// Every answer that stands as we write it, in order.
pub(super) fn answers(text: &str) -> Vec<Standing<'_>> {
    standing(text).into_iter().filter(|one| one.whole).collect()
}

/// The lines, from 1, of what names this certificate and was changed by somebody.
pub(super) fn changed(text: &str, certificate: &str) -> Vec<usize> {
    let changed = standing(text).into_iter().filter(|one| !one.whole && one.certificate == Some(certificate));
    changed.map(|one| one.line).collect()
}

/// The certificate that a line of ours names, by its comment or its expression.
pub(super) fn named(line: &str) -> Option<&str> {
    by_comment(line.trim()).or_else(|| {
        let after = &line[line.find(EXPRESSION)? + EXPRESSION.len()..];
        name(after).map(|(name, _)| name)
    })
}

/// The text without all answers, whoever they are for; `None` when there is none.
pub(crate) fn without_answers(text: &str) -> Option<String> {
    without(text, |_| true)
}

/// The text without the answers for one certificate; `None` when there is none.
pub(super) fn without_own(text: &str, certificate: &str) -> Option<String> {
    without(text, |name| name == Some(certificate))
}

fn without(text: &str, goes: impl Fn(Option<&str>) -> bool) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for one in answers(text).into_iter().filter(|one| goes(one.certificate)) {
        let cut = cut(text, &one.span);
        out.push_str(&text[done..cut.start.max(done)]);
        done = cut.end;
    }
    out.push_str(&text[done..]);
    (done > 0).then_some(out)
}

/// What goes with an answer: its whole lines where nothing else stands in them, else the space before it.
fn cut(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[span.end..].find('\n').map_or(text.len(), |newline| span.end + newline + 1);
    let (before, after) = (&text[start..span.start], &text[span.end..end]);
    match (before.trim().is_empty(), after.trim().is_empty()) {
        (true, true) => start..end,
        (true, false) => span.clone(),
        (false, _) => span.start - usize::from(before.ends_with(' '))..span.end,
    }
}

fn standing(text: &str) -> Vec<Standing<'_>> {
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < text.len() {
        let rest = &text[at..];
        let begins = !text[..at].ends_with(|before: char| !before.is_whitespace() && !"{};".contains(before));
        let one =
            if begins { comment(rest).or_else(|| answer(rest)) } else { None }.or_else(|| rest_of(rest));
        let length = one.as_ref().map_or(1, |one| one.length);
        if let Some(One { certificate, length, whole }) = one {
            found.push(Standing { certificate, line, span: at..at + length, whole });
        }
        let mut next = at + length;
        while !text.is_char_boundary(next) {
            next += 1;
        }
        line += text[at..next].matches('\n').count();
        at = next;
    }
    found
}

/// An answer at the beginning of a text.
struct One<'a> {
    certificate: Option<&'a str>,
    length: usize,
    whole: bool,
}

fn by_comment(line: &str) -> Option<&str> {
    line.strip_prefix(MARK)?.strip_suffix(MARK_END)
}

/// A comment of ours, with the answer that follows it.
fn comment(text: &str) -> Option<One<'_>> {
    let line = text.split('\n').next()?;
    let certificate = Some(by_comment(line.trim_end())?);
    let after = &text[line.len()..];
    let follows = after.trim_start();
    if let Some(answer) = answer(follows) {
        let length = text.len() - follows.len() + answer.length;
        return Some(One { certificate: answer.certificate.or(certificate), length, whole: true });
    }
    // Alone it is nothing but words; before something that looks like an answer it says whose that was.
    let alone = !follows.lines().next().is_some_and(|line| line.contains("acme-challenge"));
    Some(One { certificate, length: line.trim_end().len(), whole: alone })
}

/// What is left of an answer that somebody has changed: an expression with a name.
fn rest_of(text: &str) -> Option<One<'_>> {
    let after = text.strip_prefix(EXPRESSION)?;
    let (certificate, after) = name(after)?;
    Some(One { certificate: Some(certificate), length: text.len() - after.len(), whole: false })
}

fn name(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix(NAME)?.split_once(NAME_END)
}

/// A location or a condition that is ours word by word.
fn answer(text: &str) -> Option<One<'_>> {
    let mut reader = Reader { rest: text };
    let certificate = if text.starts_with("location") {
        let words =
            ["location", "^~", "/.well-known/acme-challenge/", "{", "default_type", "text/plain", ";"];
        reader.words(&words)?;
        reader.words(&["location", "~"])?;
        let certificate = reader.expression()?;
        reader.reply()?;
        reader.words(&["}"])?;
        certificate
    } else if text.starts_with("if") {
        reader.words(&["if", "(", "$uri", "~"])?;
        let certificate = reader.expression()?;
        reader.words(&[")"])?;
        reader.reply()?;
        certificate
    } else {
        return None;
    };
    Some(One { certificate, length: text.len() - reader.rest.len(), whole: true })
}

/// Reads word by word, whatever space is between them.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn words(&mut self, words: &[&str]) -> Option<()> {
        for word in words {
            self.rest = self.rest.trim_start().strip_prefix(word)?;
        }
        Some(())
    }

    /// The expression that takes the token, and the certificate in it.
    fn expression(&mut self) -> Option<Option<&'a str>> {
        self.words(&[EXPRESSION])?;
        let certificate = name(self.rest).map(|(name, after)| {
            self.rest = after;
            name
        });
        self.rest = self.rest.strip_prefix('"')?;
        Some(certificate)
    }

    fn reply(&mut self) -> Option<()> {
        self.words(&["{", "return", "200", "\"$1."])?;
        let (thumbprint, after) = self.rest.split_once('"')?;
        if thumbprint.contains('\n') {
            return None;
        }
        self.rest = after;
        self.words(&[";", "}"])
    }
}

#[cfg(test)]
#[path = "tests/recognising.rs"]
mod tests;
