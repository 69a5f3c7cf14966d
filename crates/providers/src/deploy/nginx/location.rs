//! What a server block does with an http-01 request: nginx's choice of a location, emulated.
//!
//! Files are relied on only where nothing can stand between the request and the file; where anything is in
//! doubt the block is given a location of its own, which always works.

use super::found::Found;
use super::pattern::{self, Verdict};
use super::scan::Directive;
use super::site::Site;
use certwright_core::challenge::HTTP_01_PATH;

/// How a block can be made to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The folder whose files it shows below the challenge path, where it surely does.
    pub(crate) webroot: Option<String>,
    /// Whether an added location would come too late or be there twice: then a condition before everything
    /// else must answer.
    pub(crate) needs_condition: bool,
}

/// Judges one block.
pub(crate) fn answer(found: &Found, site: &Site<'_>) -> Answer {
    let body = site.server.body();
    let rewrites = body.iter().any(|directive| comes_before_locations(directive.name()));
    let taken = body
        .iter()
        .filter_map(Location::read)
        .any(|location| location.is_prefix() && location.uri == HTTP_01_PATH);
    let webroot = (!rewrites).then(|| webroot(found, site)).flatten();
    Answer { webroot, needs_condition: rewrites || taken }
}

fn comes_before_locations(name: &str) -> bool {
    matches!(name, "return" | "rewrite" | "if")
        || ["server_rewrite_by_", "rewrite_by_"].iter().any(|start| name.starts_with(start))
}

fn webroot(found: &Found, site: &Site<'_>) -> Option<String> {
    let mut chain = vec![site.http, site.server];
    chain.extend(choose(site.server)?.path);
    if chain.iter().any(|level| level.body().iter().any(guards)) {
        return None;
    }
    let (last, outer) = chain.split_last()?;
    let shows_files = if outer.len() > 1 {
        last.body().iter().all(harmless)
    } else {
        last.body().iter().filter(|one| one.name() == "try_files").all(harmless)
    };
    let root =
        chain.iter().rev().find_map(|level| level.body().iter().find(|one| one.name() == "root"))?.argument();
    (shows_files && found.folders.contains(root)).then(|| found.folder_path(root)).flatten()
}

/// May refuse a request before a file is looked for.
fn guards(directive: &Directive) -> bool {
    match directive.name() {
        "deny" | "satisfy" | "auth_delay" | "internal" => true,
        "auth_basic" | "auth_request" | "auth_jwt" => directive.argument() != "off",
        name => name.starts_with("access_by_") || name.starts_with("rewrite_by_"),
    }
}

/// Known not to keep a location from showing files.
fn harmless(directive: &Directive) -> bool {
    match directive.name() {
        "try_files" => directive.argument() == "$uri",
        "root"
        | "index"
        | "location"
        | "allow"
        | "access_log"
        | "error_log"
        | "log_not_found"
        | "expires"
        | "add_header"
        | "add_trailer"
        | "autoindex"
        | "default_type"
        | "types"
        | "charset"
        | "sendfile"
        | "tcp_nopush"
        | "etag"
        | "if_modified_since"
        | "error_page"
        | "client_max_body_size"
        | "aio"
        | "directio"
        | "server_tokens"
        | "keepalive_timeout" => true,
        name => name.starts_with("gzip") || name.starts_with("open_file_cache"),
    }
}

struct Location<'a> {
    modifier: &'a str,
    uri: &'a str,
}

impl<'a> Location<'a> {
    fn read(directive: &'a Directive) -> Option<Self> {
        if directive.name() != "location" {
            return None;
        }
        let mut words = directive.arguments();
        let (first, second) = (words.next()?, words.next());
        if let Some(uri) = second {
            return Some(Self { modifier: first, uri });
        }
        let modifier =
            ["=", "^~", "~*", "~"].into_iter().find(|modifier| first.starts_with(modifier)).unwrap_or("");
        Some(Self { modifier, uri: &first[modifier.len()..] })
    }

    fn is_prefix(&self) -> bool {
        self.modifier.is_empty() || self.modifier == "^~"
    }
}

/// The locations from the outermost to the one that handles the request; none where the block itself does.
struct Chosen<'a> {
    path: Vec<&'a Directive>,
    /// A regular expression ends the search, also in the levels around.
    by_expression: bool,
}

/// `None` where only PCRE knows.
fn choose(level: &Directive) -> Option<Chosen<'_>> {
    let locations = || {
        level
            .body()
            .iter()
            .filter_map(|directive| Location::read(directive).map(|location| (directive, location)))
    };
    let mut path = Vec::new();
    let best = locations()
        .filter(|(_, location)| location.is_prefix() && HTTP_01_PATH.starts_with(location.uri))
        .max_by_key(|(_, location)| location.uri.len());
    let mut try_expressions = true;
    if let Some((directive, location)) = best {
        let inner = choose(directive)?;
        path.push(directive);
        path.extend(inner.path);
        if inner.by_expression {
            return Some(Chosen { path, by_expression: true });
        }
        try_expressions = location.modifier != "^~";
    }
    if try_expressions {
        for (directive, location) in locations().filter(|(_, location)| location.modifier.starts_with('~')) {
            match pattern::judge(location.uri, location.modifier == "~*") {
                Verdict::Never => {}
                Verdict::Unknown => return None,
                Verdict::Always => {
                    let mut path = vec![directive];
                    path.extend(choose(directive)?.path);
                    return Some(Chosen { path, by_expression: true });
                }
            }
        }
    }
    Some(Chosen { path, by_expression: false })
}
