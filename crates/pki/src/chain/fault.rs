//! One thing that is wrong with a chain, in a stable word and in plain words.

use crate::certificate::{person_readable, printable};
use std::fmt;
use x509_parser::prelude::X509Certificate;

/// One thing that is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ChainFault {
    /// A stable word for programs.
    pub code: &'static str,
    /// What is wrong, for people.
    pub words: String,
}

impl ChainFault {
    pub(super) fn new(code: &'static str, words: impl Into<String>) -> Self {
        Self { code, words: words.into() }
    }
}

impl fmt::Display for ChainFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

/// All faults in one sentence.
pub(super) fn sentence(faults: &[ChainFault]) -> String {
    let words: Vec<&str> = faults.iter().map(|fault| fault.words.as_str()).collect();
    words.join("; ")
}

/// How a certificate of the chain is called in words.
pub(super) fn called(chain: &[X509Certificate<'_>], index: usize) -> String {
    format!("certificate {} of {} ({})", index + 1, chain.len(), person_readable(chain[index].subject()))
}

/// A list for people, cut short: a hostile certificate may hold thousands of names.
pub(super) fn list(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let mut text = names.iter().take(SHOWN).map(|name| printable(name)).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}
