//! Which lines name the certificate of a block, and whether they may be changed.
//!
//! Lines in the block itself are edited. Lines that a block inherits from `http` are overruled by lines of its
//! own. Lines in a file that several blocks include are edited only if all of these blocks get the certificate.

use super::judging::{Scene, Verdict};
use super::listen;
use super::rewrite::{Change, indentation};
use super::scan::Directive;
use super::select::Listeners;
use std::net::SocketAddr;

const DIRECTIVES: [&str; 2] = ["ssl_certificate", "ssl_certificate_key"];

/// Leaves out, with a word, every block whose lines also serve a block that does not get the certificate;
/// again and again, because each one left out may be such a block for others.
pub(super) fn leave_shared(scene: &Scene<'_>, listeners: &Listeners, verdicts: &mut [Verdict]) {
    while let Some((site, other)) = (0..verdicts.len())
        .filter(|&site| matches!(verdicts[site], Verdict::Repoint(_)))
        .find_map(|site| shared_with(scene, listeners, verdicts, site).map(|other| (site, other)))
    {
        verdicts[site] = scene.left(site, &sharing(scene, other));
    }
}

/// Why a block that shares its lines cannot be re-pointed.
pub(super) fn sharing(scene: &Scene<'_>, other: usize) -> String {
    format!(
        "takes its certificate from a file that {} includes too, and that site is not covered; give one of them `ssl_certificate` lines of its own",
        scene.title(other)
    )
}

/// A TLS block that reads one of this block's own lines and does not get the certificate.
pub(super) fn shared_with(
    scene: &Scene<'_>,
    listeners: &Listeners,
    verdicts: &[Verdict],
    site: usize,
) -> Option<usize> {
    let places: Vec<_> = lines(scene, site).map(Directive::place).collect();
    (0..verdicts.len()).find(|&other| {
        other != site
            && matches!(verdicts[other], Verdict::Nothing | Verdict::Left(_))
            && listeners.of_site(other).iter().any(|&socket| listeners.speaks_tls(socket))
            && lines(scene, other).any(|line| places.contains(&line.place()))
    })
}

fn lines<'a>(scene: &Scene<'a>, site: usize) -> impl Iterator<Item = &'a Directive> {
    DIRECTIVES.into_iter().flat_map(move |name| scene.sites[site].own(name))
}

/// The listener that an edit adds.
pub(super) struct NewListener {
    pub(super) socket: SocketAddr,
    pub(super) http2: bool,
    pub(super) proxy_protocol: bool,
    pub(super) ipv6only: Option<String>,
}

impl NewListener {
    /// Its directive.
    pub(super) fn directive(&self) -> String {
        let mut text = format!("listen {} ssl", listen::written(self.socket));
        if self.http2 {
            text.push_str(" http2");
        }
        if self.proxy_protocol {
            text.push_str(" proxy_protocol");
        }
        if let Some(value) = &self.ipv6only {
            text.push_str(" ipv6only=");
            text.push_str(value);
        }
        text.push(';');
        text
    }
}

/// The changes that give a block these listeners and our certificate, each with its file's index.
pub(super) fn changes(scene: &Scene<'_>, site: usize, listeners: &[String]) -> Vec<(usize, Change)> {
    let block = &scene.sites[site];
    let mut changes = Vec::new();
    let mut missing = listeners.to_vec();
    for (name, path) in DIRECTIVES.into_iter().zip([&scene.certificate, &scene.key]) {
        match block.own(name).first().and_then(|line| line.words.get(1).map(|word| (line, word))) {
            Some((_, word)) if word.text == *path => {}
            Some((line, word)) => changes
                .push((line.file, Change::Replace { start: word.start, end: word.end, with: quoted(path) })),
            None => missing.push(format!("{name} {};", quoted(path))),
        }
    }
    if !missing.is_empty() {
        let (at, indent) = anchor(scene, site);
        let lines = missing.into_iter().map(|line| format!("{indent}{line}")).collect();
        changes.push((block.server.file, Change::InsertAfter { at, lines, known_by: at }));
    }
    changes
}

/// After the block's last `listen` line, or its opening brace where these stand in another file.
fn anchor(scene: &Scene<'_>, site: usize) -> (usize, String) {
    let block = &scene.sites[site];
    let text = &scene.configuration.file(block.server).text;
    let open = block.server.block.as_ref().map_or(block.server.end, |block| block.open);
    let last = block.listens.iter().filter_map(|(directive, _)| *directive).rfind(|directive| {
        directive.file == block.server.file && directive.start >= open && directive.end <= block.server.end
    });
    (last.map_or(open, |directive| directive.end), inner_indentation(text, block.server))
}

/// How the lines of a block are indented: as its first line that begins with a directive, or one step in.
pub(crate) fn inner_indentation(text: &str, block: &Directive) -> String {
    let own = |directive: &&Directive| {
        directive.file == block.file
            && directive.start > block.start
            && directive.end <= block.end
            && text[..directive.start].rsplit('\n').next().is_some_and(|before| before.trim().is_empty())
    };
    let outer = indentation(text, block.start);
    match block.body().iter().find(own) {
        Some(first) => indentation(text, first.start).to_owned(),
        None if outer.contains('\t') => format!("{outer}\t"),
        None => format!("{outer}    "),
    }
}

/// A path as an argument.
fn quoted(path: &str) -> String {
    let plain =
        path.chars().all(|character| character.is_alphanumeric() || "/._-+@:,=~%".contains(character));
    if plain { path.to_owned() } else { format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"")) }
}
