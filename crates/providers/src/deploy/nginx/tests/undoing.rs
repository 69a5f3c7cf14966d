//! Edits are made once, and taken back exactly, whatever happened in between.

use super::super::act::Act;
use super::super::found::SourceFile;
use super::super::rewrite::{Change, edit};
use crate::contract::{applying, outside};
use certwright_contract::files::{self, Access, Copies};
use std::path::{Path, PathBuf};

struct Scene {
    folder: tempfile::TempDir,
    path: PathBuf,
    act: Act,
}

const BEFORE: &[u8] = b"# f\xfcr\nserver {\r\n  listen 80;\n}\n";
const AFTER: &[u8] = b"# f\xfcr\nserver {\r\n  listen 80;\n  x;\n}\n";

fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.conf");
    files::replace(&path, BEFORE, Access { mode: 0o640, owner: None }).unwrap();
    let text = super::super::text::decode(BEFORE);
    let at = text.find("80;").unwrap() + 3;
    let file = SourceFile {
        path: path.display().to_string(),
        real: path.display().to_string(),
        digest: files::digest(BEFORE),
        text,
    };
    let lines = vec!["  x;".to_owned()];
    let act = Act::Edit {
        edit: edit(&file, &[Change::InsertAfter { at, lines, known_by: at }]).unwrap(),
        movable: false,
    };
    Scene { folder, path, act }
}

fn read(path: &Path) -> Vec<u8> {
    files::read(path, 1 << 20).unwrap()
}

fn write(path: &Path, bytes: &[u8]) {
    files::replace(path, bytes, Access::of(path).unwrap()).unwrap();
}

#[tokio::test]
async fn made_twice_is_made_once_and_taken_back_exactly() {
    let Scene { folder, path, act } = scene();
    let ports = outside();
    let copies = Copies::new(folder.path().join("copies"));
    let applying = applying(&ports, folder.path(), &copies);
    act.undo(&applying).await.unwrap();
    for _ in 0..2 {
        act.apply(&applying).await.unwrap();
        assert_eq!(read(&path), AFTER);
    }
    assert_eq!(Access::of(&path).unwrap().mode, 0o640);
    for _ in 0..2 {
        act.undo(&applying).await.unwrap();
        assert_eq!(read(&path), BEFORE);
    }
}

#[tokio::test]
async fn what_others_changed_is_refused_before_and_kept_after() {
    let Scene { folder, path, act } = scene();
    let ports = outside();
    let copies = Copies::new(folder.path().join("copies"));
    let applying = applying(&ports, folder.path(), &copies);
    let others = [b"# theirs\n", BEFORE].concat();
    write(&path, &others);
    assert_eq!(act.apply(&applying).await.unwrap_err().kind, "configuration-changed");
    act.undo(&applying).await.unwrap();
    assert_eq!(read(&path), others, "nothing was made, nothing is taken back");

    write(&path, BEFORE);
    act.apply(&applying).await.unwrap();
    write(&path, &[b"# theirs\n", AFTER].concat());
    act.undo(&applying).await.unwrap();
    assert_eq!(read(&path), others, "only our line goes");
    act.undo(&applying).await.unwrap();
    assert_eq!(read(&path), others);
}

#[tokio::test]
async fn what_cannot_be_taken_back_is_named() {
    let Scene { folder, path, act } = scene();
    let ports = outside();
    let copies = Copies::new(folder.path().join("copies"));
    let applying = applying(&ports, folder.path(), &copies);
    act.apply(&applying).await.unwrap();
    write(&path, b"server {\n  other;\n  x;\n}\n");
    let failure = act.undo(&applying).await.unwrap_err();
    assert_eq!(failure.kind, "edit-not-taken-back");
    assert!(failure.remedy.contains("+   x;"));
}
