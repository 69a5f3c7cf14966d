//! Answers to http-01 in files that others change meanwhile, and what a run left of them.

use super::super::act::Act;
use super::super::settings::Invocation;
use super::{Case, source};
use crate::challenge::{nginx_answers, web_server};
use crate::contract::{applying, outside};
use crate::deploy::target;
use certwright_contract::files::{self, Access, Copies};
use certwright_contract::ports::Ports;
use certwright_contract::{Asker, IN_USE, InTheWay};
use certwright_core::failure::Failure;
use certwright_core::id::CertificateId;
use certwright_core::identifier::Identifier;
use certwright_core::step::ProviderAct;
use std::path::PathBuf;

const SITES: &str = "\
server { listen 80; server_name one.test; location / { return 404; } }
server {
    listen 80;
    # by hand
    location / { return 404; }
    client_max_body_size 1m;
    keepalive_timeout 5;
    server_name two.test;
}
server {
    listen 80;
    # by hand
    location / { return 404; }
    client_max_body_size 1m;
    keepalive_timeout 5;
    server_name three.test;
}
";

/// One file of sites, as it is on the disk.
struct World {
    folder: tempfile::TempDir,
    path: PathBuf,
    ports: Ports,
}

/// The edit that one run made, or is to make.
struct Edit<'a> {
    world: &'a World,
    act: ProviderAct,
    copies: Copies,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sites.conf");
        let world = Self { folder, path, ports: outside() };
        world.write(SITES);
        world
    }

    fn write(&self, text: &str) {
        files::replace(&self.path, text.as_bytes(), Access::PUBLIC).unwrap();
    }

    fn text(&self) -> String {
        String::from_utf8(files::read(&self.path, 1 << 20).unwrap()).unwrap()
    }

    /// Plans for the file as it is now.
    fn plan(&self, run: &str, certificate: &str, names: &str) -> Edit<'_> {
        let path = self.path.display().to_string();
        let mut case = Case::read("==> /etc/nginx/nginx.conf\nhttp { include sites.conf; }\n");
        case.found.server = Invocation {
            binary: "nginx".into(),
            prefix: String::new(),
            configuration: self.folder.path().join("nginx.conf").display().to_string(),
        };
        case.found.files = vec![
            source("/etc/nginx/nginx.conf", &format!("http {{ include {path}; }}\n")),
            source(&path, &self.text()),
        ];
        let certificate: CertificateId = certificate.into();
        let asker = Asker { thumbprint: "T", certificate: &certificate };
        let names: Vec<Identifier> = super::identifiers(names);
        let ways = nginx_answers(case.found, 80, &names, &asker).unwrap();
        let copies = Copies::new(self.folder.path().join(run));
        Edit { world: self, act: ways.preparation[0].clone(), copies }
    }
}

impl Edit<'_> {
    async fn make(&self) -> Result<(), Failure> {
        let applying = applying(&self.world.ports, self.world.folder.path(), &self.copies);
        target("nginx").unwrap().apply(&self.act, &applying).await
    }

    async fn take_back(&self) -> Result<(), Failure> {
        let applying = applying(&self.world.ports, self.world.folder.path(), &self.copies);
        target("nginx").unwrap().undo(&self.act, &applying).await
    }
}

/// What a person's formatter makes of it: two spaces a step, and no block in one line but the servers that were.
fn formatted(text: &str) -> String {
    text.replace("    ", "  ")
        .replace(" { return 200 ", " {\n      return 200 ")
        .replace("\"; }", "\";\n    }")
}

#[tokio::test]
async fn lines_that_a_formatter_has_changed_are_taken_back() {
    let world = World::new();
    let edit = world.plan("run-1", "cert-1", "one.test,two.test");
    edit.make().await.unwrap();
    world
        .write(&formatted(&world.text()).replace("listen 80; server_name one", "listen 81; server_name one"));
    edit.take_back().await.unwrap();
    let left =
        SITES.replace("    ", "  ").replace("listen 80; server_name one", "listen 81; server_name one");
    assert_eq!(world.text(), left);
    edit.take_back().await.unwrap();
    assert_eq!(world.text(), left);
}

#[tokio::test]
async fn lines_that_a_person_has_changed_are_named() {
    let world = World::new();
    let edit = world.plan("run-1", "cert-1", "two.test");
    edit.make().await.unwrap();
    world.write(&world.text().replace("default_type text/plain;", "default_type text/html;"));
    let failure = edit.take_back().await.unwrap_err();
    assert_eq!(failure.kind, "edit-not-taken-back");
    assert!(failure.answer.contains(&format!("{}, line 3, 6", world.path.display())), "{failure}");
}

#[tokio::test]
async fn what_an_earlier_run_has_left_goes_with_the_next_one() {
    for change in [formatted as fn(&str) -> String, str::to_owned] {
        let world = World::new();
        world.plan("run-1", "cert-1", "one.test,two.test").make().await.unwrap();
        world.write(&change(&world.text()));
        // The names are fewer by now: nothing is to be edited for one.test.
        let next = world.plan("run-2", "cert-1", "two.test");
        next.make().await.unwrap();
        assert_eq!(world.text().matches("(?#cert-1)").count(), 1, "{}", world.text());
        next.make().await.unwrap();
        next.take_back().await.unwrap();
        assert_eq!(world.text(), change(SITES));
        // A run that could make nothing owes the same.
        world.plan("run-3", "cert-1", "two.test").make().await.unwrap();
        world.plan("run-4", "cert-1", "two.test").take_back().await.unwrap();
        assert_eq!(world.text(), change(SITES));
    }
}

#[tokio::test]
async fn what_a_run_of_another_certificate_has_left_is_found_and_removed() {
    let server = web_server("nginx").unwrap();
    for name in ["one.test", "two.test"] {
        let world = World::new();
        world.plan("run-1", "cert-1", name).make().await.unwrap();
        world.write(&world.text().replace("    # certwright", "  # certwright"));
        let other = world.plan("run-2", "cert-2", "one.test,two.test,three.test");
        let waits = other.make().await.unwrap_err();
        assert_eq!(waits.kind, IN_USE, "{waits}");
        let line = if name == "one.test" { 1 } else { 3 };
        let place = format!("{}, line {line}", world.path.display());
        let expected = InTheWay { certificate: Some("cert-1".into()), place };
        assert_eq!(server.in_the_way(&other.act).await.unwrap(), [expected]);
        server.remove_left_over(&other.act, &"cert-3".into()).await.unwrap();
        assert_eq!(other.make().await.unwrap_err().kind, IN_USE);
        server.remove_left_over(&other.act, &"cert-1".into()).await.unwrap();
        assert_eq!(world.text(), SITES);
        other.make().await.unwrap();
        assert_eq!(server.in_the_way(&other.act).await.unwrap(), []);
        other.take_back().await.unwrap();
        assert_eq!(world.text(), SITES);
    }
}

/// The second block of two that look alike stands where the first stood when the plan was made.
#[tokio::test]
async fn an_edit_never_goes_into_a_block_that_only_looks_alike() {
    let (head, rest) = SITES.split_once('\n').unwrap();
    let (two, three) = rest.split_at(rest.len() / 2 - 1);
    assert!(two.ends_with("two.test;\n}\n") && three.starts_with("server {\n"), "{two}");
    let world = World::new();
    let edit = world.plan("run-1", "cert-1", "two.test");
    let without = format!("{head}\n{three}");
    world.write(&without);
    let refused = edit.make().await.unwrap_err();
    assert_eq!(refused.kind, "configuration-changed", "{refused}");
    assert_eq!(world.text(), without);
    edit.take_back().await.unwrap();
    assert_eq!(world.text(), without);
    // Where both are there, in another order, it is known by its name.
    world.write(&format!("{head}\n{three}{two}"));
    edit.make().await.unwrap();
    assert!(
        world.text().starts_with(&format!("{head}\n{three}server {{\n    # certwright")),
        "{}",
        world.text()
    );
    edit.take_back().await.unwrap();
    assert_eq!(world.text(), format!("{head}\n{three}{two}"));
    assert!(matches!(serde_json::from_value(edit.act.act.clone()), Ok(Act::Edit { movable: true, .. })));
}

#[tokio::test]
async fn a_formatted_line_of_a_deployment_is_not_taken_for_gone() {
    let world = World::new();
    let at = SITES.find("two.test;").unwrap() + "two.test;".len();
    let file = source(&world.path.display().to_string(), SITES);
    let lines = vec!["    ssl_certificate /c;".to_owned()];
    let change = super::super::rewrite::Change::InsertAfter { at, lines, known_by: at };
    let edit = super::super::rewrite::edit(&file, &[change]).unwrap();
    let act = certwright_contract::target::wrap(&super::super::Nginx, &Act::Edit { edit, movable: false });
    let edit = Edit { world: &world, act, copies: Copies::new(world.folder.path().join("run-1")) };
    edit.make().await.unwrap();
    world.write(&world.text().replace("    ", "\t"));
    assert_eq!(edit.take_back().await.unwrap_err().kind, "edit-not-taken-back");
}
