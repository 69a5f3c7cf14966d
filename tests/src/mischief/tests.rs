//! The proxy itself, asked with curl.

use std::process::Command;

use anyhow::{Result, ensure};

use super::{Deed, Mischief, Reply, Resource, Rule};
use crate::Pebble;

fn ask(way: &Mischief, pebble: &Pebble, more: &[&str]) -> Result<(bool, String)> {
    let roots = tempfile::NamedTempFile::new()?;
    std::fs::write(roots.path(), pebble.directory_roots_pem())?;
    let output = Command::new("curl")
        .args(["--silent", "--include", "--noproxy", "*", "--max-time", "2", "--cacert"])
        .arg(roots.path())
        .args(more)
        .arg(way.directory_url())
        .output()?;
    Ok((output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned()))
}

#[test]
fn it_is_honest_until_told_otherwise_and_then_as_told() -> Result<()> {
    let pebble = Pebble::builder().gentle().start()?;
    let way = Mischief::before(&pebble)?;
    let own = way.directory_url().replace("/dir", "/order-plz");
    let honest = ask(&way, &pebble, &[])?;
    ensure!(honest.0 && honest.1.contains(&own), "{honest:?}");

    way.add(Rule::once(Resource::Directory, Deed::Reset).after(1));
    way.add(Rule::always(
        Resource::Directory,
        Deed::Answer(Reply::problem(429, "rateLimited", "no").with("retry-after", "7")),
    ));
    for expected in [Some("retry-after: 7"), None, Some("rateLimited")] {
        let (answered, text) = ask(&way, &pebble, &[])?;
        ensure!(answered == expected.is_some(), "{text}");
        ensure!(expected.is_none_or(|words| text.contains(words)), "{text}");
    }
    way.clear();
    for (deed, answered) in [
        (Deed::HalfBody, false),
        (Deed::LoseReply, false),
        (Deed::Endless, false),
        (Deed::change_json(|directory| directory["newOrder"] = "file:///etc/passwd".into()), true),
    ] {
        way.add(Rule::once(Resource::Directory, deed.clone()));
        let got = ask(&way, &pebble, &["--max-filesize", "100000"])?;
        ensure!(got.0 == answered, "{deed:?}: {}", got.1.chars().take(300).collect::<String>());
        ensure!(!answered || got.1.contains("file:///etc/passwd"), "{}", got.1);
    }
    ensure!(way.count(Resource::Directory) == 8 && way.requests() == 8, "{}", way.requests());
    Ok(())
}
