//! The whole configuration as one tree: includes are put in place, every directive knows its file.

use super::found::{Found, SourceFile};
use super::glob;
use super::scan::{Block, Directive, ScanError, scan};
use super::site::Site;
use certwright_core::failure::Failure;

/// A read configuration.
pub(crate) struct Configuration<'f> {
    files: &'f [SourceFile],
    directives: Vec<Directive>,
}

/// nginx itself fails on files that include each other.
const DEEPEST_INCLUDE: usize = 32;

impl<'f> Configuration<'f> {
    /// Reads the tree from what was found.
    pub(crate) fn read(found: &'f Found) -> Result<Self, Failure> {
        let scanned = found
            .files
            .iter()
            .enumerate()
            .map(|(index, file)| scan(&file.text, index).map_err(|error| not_understood(file, &error)))
            .collect::<Result<Vec<_>, _>>()?;
        let includer = Includer { found, scanned: &scanned };
        let directives = scanned.first().map_or_else(Vec::new, |main| includer.expand(main, 0));
        Ok(Self { files: &found.files, directives })
    }

    /// The file a directive stands in.
    pub(crate) fn file(&self, directive: &Directive) -> &'f SourceFile {
        &self.files[directive.file]
    }

    /// `FILE:LINE` of a directive, the file by its real path.
    pub(crate) fn place(&self, directive: &Directive) -> String {
        let file = self.file(directive);
        format!("{}:{}", file.real, line(&file.text, directive.start))
    }

    /// Every server block of every `http` block, in nginx's order.
    pub(crate) fn sites(&self) -> Vec<Site<'_>> {
        self.directives
            .iter()
            .filter(|directive| directive.name() == "http")
            .flat_map(|http| {
                http.body()
                    .iter()
                    .filter(|directive| directive.name() == "server")
                    .map(move |server| Site::read(server, http))
            })
            .collect()
    }

    /// Shows every directive to the visitor, outer ones first.
    pub(crate) fn each(&self, visit: &mut dyn FnMut(&Directive)) {
        fn walk(directives: &[Directive], visit: &mut dyn FnMut(&Directive)) {
            for directive in directives {
                visit(directive);
                walk(directive.body(), visit);
            }
        }
        walk(&self.directives, visit);
    }
}

/// One-based line of a byte.
pub(super) fn line(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    1 + text.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count()
}

fn not_understood(file: &SourceFile, error: &ScanError) -> Failure {
    let line = line(&file.text, error.at);
    Failure::person(
        "nginx-not-understood",
        format!("understand {}, line {line}", file.real),
        error.what,
        "nginx accepts this file but Certwright does not understand it: please report it, and write the place differently meanwhile",
    )
}

struct Includer<'a> {
    found: &'a Found,
    scanned: &'a [Vec<Directive>],
}

impl Includer<'_> {
    fn expand(&self, directives: &[Directive], depth: usize) -> Vec<Directive> {
        let mut out = Vec::with_capacity(directives.len());
        for directive in directives {
            if directive.name() == "include" && depth < DEEPEST_INCLUDE {
                for index in self.included(directive.argument()) {
                    out.extend(self.expand(&self.scanned[index], depth + 1));
                }
                continue;
            }
            out.push(Directive {
                block: directive
                    .block
                    .as_ref()
                    .map(|block| Block { open: block.open, body: self.expand(&block.body, depth) }),
                ..directive.clone()
            });
        }
        out
    }

    fn included(&self, written: &str) -> Vec<usize> {
        let pattern = self.found.certificate_path(written);
        let mut hits: Vec<_> = self
            .found
            .files
            .iter()
            .enumerate()
            .filter(|(_, file)| file.path == pattern || glob::matches(&pattern, &file.path))
            .collect();
        hits.sort_by(|one, other| one.1.path.cmp(&other.1.path));
        hits.into_iter().map(|(index, _)| index).collect()
    }
}
