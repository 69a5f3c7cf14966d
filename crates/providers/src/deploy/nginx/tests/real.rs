//! Against the real nginx, where one is installed: what we write is what it accepts.

use super::super::{Nginx, Settings, observe};
use crate::contract::{applying, outside};
use crate::deploy::nginx::act::Act;
use certwright_contract::files::{self, Access, Copies};
use certwright_contract::ports::Ports;
use certwright_contract::{Applying, Asker, IN_USE, Target, Wanted, WebServer};
use serde_json::{Map, Value, json};
use std::path::Path;

const CONFIGURATION: &str = r#"# configuration file /etc/passwd:
pid FOLDER/nginx.pid;
error_log FOLDER/error.log;
events {}
http {
    access_log off;
    client_body_temp_path FOLDER/t; proxy_temp_path FOLDER/t; fastcgi_temp_path FOLDER/t; uwsgi_temp_path FOLDER/t; scgi_temp_path FOLDER/t;
    include sites/*.conf;
}
"#;

const SITES: &str = r#"# täglich
server { listen 127.0.0.1:28480; server_name one.test; location / { return 404; } }
server {
    listen 127.0.0.1:28480; # plain
    server_name two.test;
    return 301 https://elsewhere.test$request_uri;
}
server {
    listen 127.0.0.1:28480;
    server_name three.test;
    location ^~ /.well-known/acme-challenge/ { proxy_pass http://127.0.0.1:1; }
}
server {
    listen 127.0.0.1:28443 ssl;
    server_name four.test;
    ssl_certificate old.pem; ssl_certificate_key old.pem;
}
"#;

fn installed() -> bool {
    let installed = std::process::Command::new("nginx").arg("-v").output().is_ok();
    if !installed {
        println!("skipped: nginx is not installed");
    }
    installed
}

fn write(path: &Path, text: &str) {
    files::replace(path, text.as_bytes(), Access::PUBLIC).unwrap();
}

/// A self-signed certificate with its key in one file.
fn pair(name: &str) -> (String, String) {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

fn server(folder: &Path) -> Map<String, Value> {
    files::make_directory(&folder.join("sites"), 0o755).unwrap();
    write(&folder.join("nginx.conf"), &CONFIGURATION.replace("FOLDER", &folder.display().to_string()));
    write(&folder.join("sites/all.conf"), SITES);
    let (certificate, key) = pair("four.test");
    write(&folder.join("old.pem"), &format!("{key}{certificate}"));
    let value = json!({
        "configuration": folder.join("nginx.conf").display().to_string(),
        "prefix": folder.display().to_string(),
        "tls_port": "28443",
    });
    value.as_object().unwrap().clone()
}

fn settings(values: &Map<String, Value>) -> Settings {
    Nginx.settings(values, "settings").unwrap()
}

async fn checked(values: &Map<String, Value>, ports: &Ports) {
    let finished = settings(values).server.run(&["-t"], ports).await.unwrap();
    assert!(finished.succeeded(), "{}", finished.stderr);
}

#[tokio::test]
async fn accepts_both_kinds_of_answers_and_gets_its_files_back() {
    if !installed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let values = server(&folder);
    let ports = outside();
    let web = crate::challenge::web_server("nginx").unwrap();
    assert!(web.owns(&values, 28480, &ports).await.unwrap());
    assert!(!web.owns(&values, 80, &ports).await.unwrap());
    let identifiers = super::identifiers("one.test,two.test,three.test");
    let asker = Asker { thumbprint: "thumb_PRINT-1", certificate: &"cert-1".into() };
    let ways = web.ways(&values, 28480, &identifiers, &asker, &ports).await.unwrap();
    assert!(ways.ways.iter().all(|(_, way)| *way == certwright_contract::Way::Server));
    let copies = Copies::new(folder.join("copies"));
    let applying = applying(&ports, &folder, &copies);
    let target = crate::deploy::target("nginx").unwrap();
    let (edits, settles): (Vec<_>, Vec<_>) =
        ways.preparation.iter().partition(|act| act.act.get("settles").is_none());
    assert_eq!((edits.len(), settles.len()), (1, 2));
    for act in &edits {
        target.apply(act, &applying).await.unwrap();
    }
    target.apply(settles[0], &applying).await.unwrap();
    // Another certificate of the same account, whose run comes at the same time: it waits, and is not in the way.
    let asker = Asker { certificate: &"cert-2".into(), ..asker };
    let other = web.ways(&values, 28480, &identifiers, &asker, &ports).await.unwrap();
    let copies_of_other = Copies::new(folder.join("copies-2"));
    let applying_other = Applying { copies: &copies_of_other, ..applying };
    let waits = target.apply(&other.preparation[0], &applying_other).await.unwrap_err();
    assert_eq!(waits.kind, IN_USE, "{waits}");
    assert!(waits.answer.contains("cert-1"), "{waits}");
    let reload = target.apply(settles[1], &applying).await.unwrap_err();
    assert_eq!(reload.kind, "nginx-not-running", "{reload}");
    for act in ways.preparation.iter().rev() {
        target.undo(act, &applying).await.unwrap();
    }
    assert_eq!(std::fs::read_to_string(folder.join("sites/all.conf")).unwrap(), SITES);
    target.apply(&other.preparation[0], &applying_other).await.unwrap();
    target.undo(&other.preparation[0], &applying_other).await.unwrap();
    assert_eq!(std::fs::read_to_string(folder.join("sites/all.conf")).unwrap(), SITES);
}

#[tokio::test]
async fn accepts_a_deployment_and_reads_it_back_as_done() {
    if !installed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let values = server(&folder);
    let ports = outside();
    let link = folder.join("certificate");
    files::make_directory(&link, 0o755).unwrap();
    let (certificate, key) = pair("one.test");
    write(&link.join("fullchain.pem"), &certificate);
    write(&link.join("privkey.pem"), &key);
    let wanted = Wanted {
        identifiers: super::identifiers("one.test,three.test,four.test"),
        link,
        earlier: Vec::new(),
    };
    let found = observe(&settings(&values).server, &ports).await.unwrap();
    assert_eq!(found.leaves["old.pem"].identifiers, super::identifiers("four.test"));
    let plan = Target::plan(&Nginx, &settings(&values), &found, &wanted).unwrap();
    assert_eq!(plan.bindings.len(), 3, "{:?}", plan.warnings);
    let copies = Copies::new(folder.join("copies"));
    let applying = applying(&ports, &folder, &copies);
    for act in &plan.before {
        act.apply(&applying).await.unwrap();
    }
    checked(&values, &ports).await;
    let again = observe(&settings(&values).server, &ports).await.unwrap();
    assert!(Target::plan(&Nginx, &settings(&values), &again, &wanted).unwrap().before.is_empty());
    for act in plan.before.iter().rev() {
        act.undo(&applying).await.unwrap();
    }
    assert_eq!(std::fs::read_to_string(folder.join("sites/all.conf")).unwrap(), SITES);
}

#[tokio::test]
async fn a_broken_configuration_is_named_by_file_and_line() {
    if !installed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let values = server(&folder);
    write(&folder.join("sites/all.conf"), "server {\n    sevrer_name x;\n}\n");
    let failure = observe(&settings(&values).server, &outside()).await.unwrap_err();
    assert_eq!(failure.kind, "nginx-configuration");
    let place = format!("{}/sites/all.conf", folder.display());
    assert!(failure.answer.contains(&format!("in {place}:2")), "{failure}");
    assert!(failure.remedy.contains(&format!("{place}, line 2")), "{failure}");
    let check = &Act::settle(&settings(&values).server)[0];
    let (ports, copies) = (outside(), Copies::new(folder.join("copies")));
    assert!(check.apply(&applying(&ports, &folder, &copies)).await.is_err());
}

#[tokio::test]
async fn a_missing_program_is_said_and_owns_nothing() {
    let mut values = Map::new();
    values.insert("binary".into(), "/nowhere/nginx".into());
    let failure = observe(&settings(&values).server, &outside()).await.unwrap_err();
    assert_eq!(failure.kind, "nginx-missing");
    let web: &dyn WebServer = crate::challenge::web_server("nginx").unwrap();
    assert!(!web.owns(&values, 80, &outside()).await.unwrap());
}
