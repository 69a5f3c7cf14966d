//! The web interface: the pages of `web/`, built by `build/` and embedded compressed.

use std::borrow::Cow;
use std::io::Read as _;

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// A file of the pages.
#[derive(Debug)]
pub struct File {
    /// Below the root, such as `assets/index-1a2b.js`.
    pub path: &'static str,
    /// Its media type.
    pub media: &'static str,
    /// Its ETag, with its quotes.
    pub tag: &'static str,
    /// The bytes where they would not become smaller; else empty.
    plain: &'static [u8],
    /// The same compressed: by brotli, by gzip.
    packed: Option<(&'static [u8], &'static [u8])>,
}

/// The bytes of a file and how they are encoded.
#[derive(Debug)]
pub struct Encoded {
    /// The value for `Content-Encoding`.
    pub encoding: Option<&'static str>,
    /// The bytes.
    pub bytes: Cow<'static, [u8]>,
}

/// The file at this path, without its leading slash.
pub fn file(path: &str) -> Option<&'static File> {
    FILES.binary_search_by(|file| file.path.cmp(path)).ok().map(|index| &FILES[index])
}

/// Why the pages are not part of this build, if they are not.
pub fn missing() -> Option<&'static str> {
    MISSING
}

impl File {
    /// Whether the name changes with the content, so that it may be kept for ever.
    pub fn is_immutable(&self) -> bool {
        self.path.starts_with("assets/")
    }

    /// The file as somebody takes it who sent this `Accept-Encoding`.
    pub fn encoded(&self, accepts: &str) -> Encoded {
        let takes = |name: &str| {
            accepts.split(',').any(|part| {
                let mut words = part.split(';').map(str::trim);
                words.next().is_some_and(|word| word.eq_ignore_ascii_case(name))
                    && !words.any(|word| {
                        matches!(word.replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
                    })
            })
        };
        match self.packed {
            None => Encoded { encoding: None, bytes: self.plain.into() },
            Some((brotli, _)) if takes("br") => Encoded { encoding: Some("br"), bytes: brotli.into() },
            Some((_, gzip)) if takes("gzip") => Encoded { encoding: Some("gzip"), bytes: gzip.into() },
            Some((_, gzip)) => {
                let mut bytes = Vec::new();
                // In memory, of our own making: it cannot fail.
                let _ = flate2::read::GzDecoder::new(gzip).read_to_end(&mut bytes);
                Encoded { encoding: None, bytes: bytes.into() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_and_given_as_it_is_taken() {
        let Some(reason) = missing() else {
            let index = file("index.html").expect("the entry");
            assert!(!index.is_immutable());
            let plain = index.encoded("");
            assert_eq!(plain.encoding, None);
            assert!(plain.bytes.starts_with(b"<!doctype html>"));
            assert_eq!(index.encoded("gzip, br;q=0").encoding, Some("gzip"));
            assert_eq!(index.encoded("gzip, deflate, br").encoding, Some("br"));
            assert!(index.encoded("br").bytes.len() < plain.bytes.len());
            assert!(FILES.iter().any(File::is_immutable));
            assert!(file("../index.html").is_none());
            return;
        };
        assert!(!reason.is_empty() && file("index.html").is_none());
    }
}
