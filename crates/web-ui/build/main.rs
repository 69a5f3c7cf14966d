//! Builds `web/` into OUT_DIR and lists its files for embedding. A machine without Node still builds the program: it
//! shows a page that says what to install, and the next build tries again.
//!
//! - `CERTWRIGHT_UI=require`: no web interface is an error (releases, tests). `CERTWRIGHT_UI=skip`: do not build it.
//! - `CERTWRIGHT_UI_DIST=FOLDER`: take this folder, which `vite build` made elsewhere (packagers, cross builds).

#![expect(clippy::print_stdout, reason = "cargo reads what a build script prints")]
#![expect(clippy::disallowed_methods, reason = "nobody reads the output of a build before it is whole")]

mod embed;
mod node;

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};

/// What the pages are made of, below `web/`. `gen/` and `node_modules/` are made by the build and not watched.
const SOURCES: [&str; 7] =
    ["src", "public", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"];

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let web = root.join("web");
    for variable in ["CERTWRIGHT_UI", "CERTWRIGHT_UI_DIST", "PATH"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", web.join(source).display());
    }
    println!("cargo::rerun-if-changed={}", root.join("crates/api/openapi.json").display());
    println!("cargo::rerun-if-changed=build");
    let wanted = env::var("CERTWRIGHT_UI").unwrap_or_default();
    let made = match env::var_os("CERTWRIGHT_UI_DIST") {
        Some(folder) => given(Path::new(&folder)),
        None if wanted == "skip" => Err("it was left out on purpose (CERTWRIGHT_UI=skip)".into()),
        None => node::build(&web, &out.join("dist")),
    };
    match made {
        Ok(dist) => embed::write(Some(&dist), None, &out),
        Err(error) if wanted == "require" => {
            Err(format!("the web interface cannot be built: {error}").into())
        }
        Err(error) => {
            println!("cargo::warning=the web interface is not part of this build: {error}");
            // A path that is not there counts as changed: the next build tries again.
            println!("cargo::rerun-if-changed={}", out.join("try-again").display());
            embed::write(None, Some(&error.to_string()), &out)
        }
    }
}

fn given(folder: &Path) -> Result<PathBuf> {
    println!("cargo::rerun-if-changed={}", folder.display());
    match folder.join("index.html").is_file() {
        true => Ok(folder.to_owned()),
        false => {
            Err(format!("CERTWRIGHT_UI_DIST names {}, where there is no index.html", folder.display()).into())
        }
    }
}
