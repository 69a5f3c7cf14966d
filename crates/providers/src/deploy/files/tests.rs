//! The files target, from the form to the files and back.

use super::Files;
use crate::contract::{applying, outside};
use certwright_contract::files::{self, Access, Copies};
use certwright_contract::{AnyTarget, Wanted};
use certwright_core::identifier::Identifier;
use serde_json::{Map, Value, json};
use std::path::Path;

fn values(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn wanted() -> Wanted {
    Wanted {
        identifiers: vec![Identifier::parse("*.shop.test").unwrap()],
        link: "/x/current".into(),
        earlier: Vec::new(),
    }
}

fn put(path: &Path, text: &str) {
    files::replace(path, text.as_bytes(), Access { mode: 0o640, owner: None }).unwrap();
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn every_complaint_is_given() {
    for (given, fields) in [
        (json!({}), "fullchain"),
        (json!({ "cert": "x.pem" }), "cert"),
        (json!({ "cert": "/a", "key": "/a" }), "cert"),
        (json!({ "cert": "/a", "mode": "0944", "key_mode": "0644" }), "mode key_mode"),
        (json!({ "cert": "/a", "owner": ":x", "verify": "host" }), "owner verify"),
        (json!({ "cert": "/a", "owner": "www-data:ssl-cert", "verify": "[::1]:443", "mode": "0640" }), ""),
    ] {
        let refusals = Files.check(&values(given.clone()), "s");
        let places: Vec<_> = refusals.iter().map(|one| one.field.trim_start_matches("s.")).collect();
        assert_eq!(places.join(" "), fields, "{given}");
    }
}

#[tokio::test]
async fn writes_with_modes_and_puts_back_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let version = folder.path().join("version");
    files::make_directory(&version, 0o700).unwrap();
    for file in ["cert.pem", "chain.pem", "fullchain.pem", "privkey.pem"] {
        put(&version.join(file), &format!("new {file}"));
    }
    let inside = |file: &str| folder.path().join(file);
    let (chain, key, link) = (inside("chain.pem"), inside("key.pem"), inside("link.pem"));
    put(&chain, "old");
    std::os::unix::fs::symlink(&chain, &link).unwrap();
    let values = values(json!({
        "fullchain": link.display().to_string(),
        "key": key.display().to_string(),
        "owner": "root",
        "reload": ["sh", "-c", "exit 3"],
        "verify": "localhost:8443",
    }));
    let ports = outside();
    let planned = AnyTarget::plan(&Files, &values, &wanted(), &ports).await.unwrap();
    let words: Vec<_> = planned.after.iter().map(|act| act.words.as_str()).collect();
    let real = chain.canonicalize().unwrap();
    assert_eq!(
        words,
        [
            format!("write {}", key.display()),
            format!("replace {}", real.display()),
            "run `sh -c exit 3`".to_owned(),
        ]
    );
    assert_eq!(planned.bindings[0].endpoints[0].host, "certwright-check.shop.test");
    assert_eq!(planned.bindings[0].endpoints[0].address.to_string(), "127.0.0.1:8443");
    let copies = Copies::new(inside("copies"));
    let applying = applying(&ports, &version, &copies);
    if std::process::Command::new("id").arg("-u").output().unwrap().stdout != b"0\n" {
        println!("skipped: only root may give files away");
        return;
    }
    for _ in 0..2 {
        for act in &planned.after[..2] {
            AnyTarget::apply(&Files, act, &applying).await.unwrap();
        }
    }
    assert_eq!((text(&chain), text(&key)), ("new fullchain.pem".into(), "new privkey.pem".into()));
    assert!(link.is_symlink());
    assert_eq!((Access::of(&chain).unwrap().mode, Access::of(&key).unwrap().mode), (0o644, 0o600));
    let failure = AnyTarget::apply(&Files, &planned.after[2], &applying).await.unwrap_err();
    assert_eq!(failure.kind, "reload-failed");
    assert!(failure.answer.contains("exit code 3"));
    for act in planned.after.iter().rev() {
        AnyTarget::undo(&Files, act, &applying).await.unwrap();
    }
    assert_eq!((text(&chain), key.exists()), ("old".into(), false));
    assert_eq!(Access::of(&chain).unwrap().mode, 0o640);
}

#[tokio::test]
async fn what_others_wrote_is_neither_replaced_nor_put_back() {
    let folder = tempfile::tempdir().unwrap();
    put(&folder.path().join("cert.pem"), "new");
    let place = folder.path().join("out.pem");
    let values = values(json!({ "cert": place.display().to_string() }));
    let ports = outside();
    let planned = AnyTarget::plan(&Files, &values, &wanted(), &ports).await.unwrap();
    assert_eq!(planned.warnings.len(), 1);
    let copies = Copies::new(folder.path().join("copies"));
    let applying = applying(&ports, folder.path(), &copies);
    put(&place, "theirs");
    let failure = AnyTarget::apply(&Files, &planned.after[0], &applying).await.unwrap_err();
    assert_eq!(failure.kind, "file-changed");
    AnyTarget::undo(&Files, &planned.after[0], &applying).await.unwrap();
    assert_eq!(text(&place), "theirs");
}

#[tokio::test]
async fn a_missing_folder_and_an_unknown_owner_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = values(json!({ "cert": "/nowhere/at/all.pem" }));
    let failure = AnyTarget::plan(&Files, &nowhere, &wanted(), &outside()).await.unwrap_err();
    assert_eq!(failure.kind, "folder-missing");
    put(&folder.path().join("cert.pem"), "new");
    let place = folder.path().join("out.pem").display().to_string();
    let values = values(json!({ "cert": place, "owner": "nobody-here" }));
    let ports = outside();
    let planned = AnyTarget::plan(&Files, &values, &wanted(), &ports).await.unwrap();
    let copies = Copies::new(folder.path().join("copies"));
    let applying = applying(&ports, folder.path(), &copies);
    assert_eq!(
        AnyTarget::apply(&Files, &planned.after[0], &applying).await.unwrap_err().kind,
        "owner-unknown"
    );
}
