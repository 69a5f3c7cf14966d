//! Answers are found and cut out, whatever a formatter or a person has made of the lines around them.

use super::super::answering::{condition, location};
use super::super::rewrite::inline;
use super::*;

fn names(text: &str) -> Vec<Option<&str>> {
    answers(text).iter().map(|one| one.certificate).collect()
}

#[test]
fn lines_of_one_certificate_vanish_and_everything_else_stays() {
    for ending in ["\n", "\r\n"] {
        let text = |blocks: &[&[String]]| {
            let mut lines = vec!["server {".to_owned()];
            blocks.iter().for_each(|block| lines.extend(block.iter().cloned()));
            lines.extend(["  # certwright was here".to_owned(), "}".to_owned(), String::new()]);
            lines.join(ending)
        };
        let (mine, theirs, third) =
            (location("  ", "T", "cert-1"), location("\t", "T", "cert-2"), condition("", "U", "cert-3"));
        let all = text(&[&theirs, &mine, &third]);
        assert_eq!(names(&all), [Some("cert-2"), Some("cert-1"), Some("cert-3")]);
        assert_eq!(answers(&all).iter().map(|one| one.line).collect::<Vec<_>>(), [2, 7, 12]);
        assert_eq!(without_own(&all, "cert-1").unwrap(), text(&[&theirs, &third]));
        assert_eq!(without_answers(&all).unwrap(), text(&[]));
        assert_eq!(without_own(&text(&[&theirs]), "cert-1"), None);
        assert_eq!(without_answers(&text(&[])), None);
    }
}

#[test]
fn in_the_middle_of_a_line_it_is_found_by_its_name_too() {
    for write in [location, condition] {
        let piece = |certificate: &str| inline(&write("", "T-1_x", certificate));
        let line = format!("server {{{}{} listen 80; }}\r\n", piece("cert-2"), piece("cert-1"));
        assert_eq!(names(&line), [Some("cert-2"), Some("cert-1")]);
        let left = format!("server {{{} listen 80; }}\r\n", piece("cert-2"));
        assert_eq!(without_own(&line, "cert-1").unwrap(), left);
        assert_eq!(without_own(&left, "cert-2").unwrap(), "server { listen 80; }\r\n");
        assert_eq!(named(&left), Some("cert-2"));
    }
}

#[test]
fn a_formatter_makes_no_difference() {
    let before = "server {\n  listen 80;\n}\n";
    for (write, broken) in [
        (location as fn(&str, &str, &str) -> Vec<String>, "location ^~ /.well-known/acme-challenge/\n{"),
        (condition, "if ($uri ~"),
    ] {
        let lines = write("", "T", "cert-1").join("\n");
        let split = lines
            .replace("location ^~ /.well-known/acme-challenge/ {", broken)
            .replace(" { return", " {\n\t\treturn")
            .replace("; }", ";\n\t\t}");
        let deep = lines.replace('\n', "\n            ");
        for shape in [split.clone(), deep, split.replace('\n', "\n\n\t")] {
            let text = before.replace("{\n", &format!("{{\n      {shape}\n"));
            assert_eq!(without_own(&text, "cert-1").as_deref(), Some(before), "{text}");
        }
        // Without the comment the expression still says whose it is.
        let bare = before.replace("{\n", &format!("{{\n{}\n", inline(&write("", "T", "cert-1"))));
        assert_eq!(without_own(&bare, "cert-1").as_deref(), Some(before), "{bare}");
        let together = before.replace("{\n", &format!("{{\n  {split} listen 81;\n"));
        let left = "server {\n   listen 81;\n  listen 80;\n}\n";
        assert_eq!(without_own(&together, "cert-1").as_deref(), Some(left));
    }
}

#[test]
fn what_somebody_changed_is_left_and_told() {
    let text = format!("server {{\n{}\n}}\n", location("", "T", "cert-1").join("\n"));
    let theirs = text.replace("default_type", "allow all;\ndefault_type");
    assert_eq!(without_answers(&theirs), None);
    assert_eq!(changed(&theirs, "cert-1"), [2, 6]);
    assert_eq!(changed(&theirs, "cert-2"), [0_usize; 0]);
    assert_eq!(changed(&text, "cert-1"), [0_usize; 0]);
    let comment =
        "server {\n  # certwright: answers http-01 while cert-1 is ordered; removed afterwards\n}\n";
    assert_eq!(without_own(comment, "cert-1").as_deref(), Some("server {\n}\n"), "words alone answer nobody");
}

#[test]
fn without_a_name_it_is_somebodys() {
    let text = format!("server {{{} }}\n", inline(&condition("", "T", "cert-1")).replace("(?#cert-1)", ""));
    assert_eq!(names(&text), [None]);
    assert_eq!(without_own(&text, "cert-1"), None);
    assert_eq!(without_answers(&text).as_deref(), Some("server { }\n"));
}

#[test]
fn no_text_is_too_odd() {
    let text = format!("é{}ü\n{}é", location("é", "T", "ü").join("\n"), inline(&location("", "T", "c")));
    for (end, _) in text.char_indices() {
        let _ = (without_answers(&text[..end]), changed(&text[end..], "c"), named(&text[..end]));
    }
}
