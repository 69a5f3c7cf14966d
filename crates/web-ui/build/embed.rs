//! The list of files for `include_bytes!`: each compressed twice, as the build of the pages left it.

use crate::Result;
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

/// Writes `files.rs`: the files of `dist`, or why there are none.
pub(super) fn write(dist: Option<&Path>, missing: Option<&str>, out: &Path) -> Result<()> {
    let mut source = String::new();
    writeln!(source, "/// Why the pages are not part of this build.")?;
    writeln!(source, "pub(crate) const MISSING: Option<&str> = {missing:?};")?;
    writeln!(source, "/// The files, sorted by path.")?;
    writeln!(source, "pub(crate) static FILES: &[File] = &[")?;
    if let Some(dist) = dist {
        let mut files = Vec::new();
        collect(dist, &mut files)?;
        files.sort();
        for file in files {
            line(&mut source, dist, &file)?;
        }
    }
    writeln!(source, "];")?;
    fs::write(out.join("files.rs"), source)?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if !matches!(path.extension().and_then(|end| end.to_str()), Some("br" | "gz")) {
            files.push(path);
        }
    }
    Ok(())
}

fn line(source: &mut String, dist: &Path, file: &Path) -> Result<()> {
    let path = file.strip_prefix(dist)?.to_str().ok_or("a file's name is no text")?.replace('\\', "/");
    let end = file.extension().and_then(|end| end.to_str()).unwrap_or_default();
    let media = match end {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        "woff2" => "font/woff2",
        "png" => "image/png",
        _ => return Err(format!("{path} is of a kind that has no media type here").into()),
    };
    let mut hasher = DefaultHasher::new();
    fs::read(file)?.hash(&mut hasher);
    let packed = |end: &str| file.with_file_name(format!("{}.{end}", name(file)));
    let (brotli, gzip) = (packed("br"), packed("gz"));
    let body = match brotli.is_file() && gzip.is_file() {
        true => {
            format!("plain: &[], packed: Some((include_bytes!({brotli:?}), include_bytes!({gzip:?})))")
        }
        false => format!("plain: include_bytes!({file:?}), packed: None"),
    };
    writeln!(
        source,
        "    File {{ path: {path:?}, media: {media:?}, tag: \"\\\"{:016x}\\\"\", {body} }},",
        hasher.finish()
    )?;
    Ok(())
}

fn name(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
