//! nginx is really started here, and looked at with OpenSSL.

use super::*;
use crate::{KeyAndCertificate, TestAuthority, get, handshake, trusted_handshake};

const CONFIGURATION: &str = "{{preamble}}
http {
    {{http_settings}}
    server {
        listen 127.0.0.1:{{http}};
        server_name a.example.test;
        location / { return 200 'plain'; }
    }
    include {{dir}}/sites/*.conf;
}
";

const SITE: &str = "server {
    listen 127.0.0.1:{{https}} ssl;
    server_name a.example.test;
    ssl_certificate {{dir}}/a.pem;
    ssl_certificate_key {{dir}}/a.key;
}
";

fn start(shown: &KeyAndCertificate) -> Nginx {
    Nginx::builder()
        .file("nginx.conf", CONFIGURATION)
        .file("sites/a.conf", SITE)
        .file("a.pem", &shown.certificate_pem)
        .file("a.key", &shown.key_pem)
        .start()
        .unwrap()
}

#[test]
fn serves_what_it_was_given() {
    let authority = TestAuthority::new("root of the test").unwrap();
    let nginx = start(&authority.issue(&["a.example.test", "127.0.0.1"]).unwrap());
    assert_eq!(get(nginx.http_port(), "a.example.test", "/").unwrap().body, "plain");
    let served = handshake(nginx.https_address(), "a.example.test").unwrap();
    assert_eq!(served.subject_common_name.as_deref(), Some("a.example.test"));
    assert_eq!(served.names, ["a.example.test", "127.0.0.1"]);
    assert_eq!(served.issuer, "CN=root of the test");
    assert_eq!((served.fingerprint_sha256.len(), served.chain_length), (64, 1));
    assert!(served.not_after.ends_with('Z') && served.not_after.contains('T'), "{}", served.not_after);
    assert_eq!(served.certificate_pem.trim(), nginx.read("a.pem").unwrap().trim().replace('\r', ""));

    let trusted = trusted_handshake(nginx.https_address(), "a.example.test", authority.certificate_pem());
    assert_eq!(trusted.unwrap(), served);
    let other_name = trusted_handshake(nginx.https_address(), "b.example.test", authority.certificate_pem());
    assert!(other_name.unwrap_err().to_string().contains("ostname mismatch"));
    let other_root = TestAuthority::new("another root").unwrap();
    trusted_handshake(nginx.https_address(), "a.example.test", other_root.certificate_pem()).unwrap_err();
}

#[test]
fn a_reload_shows_the_new_certificate() {
    let nginx = start(&KeyAndCertificate::self_signed(&["a.example.test"]).unwrap());
    let before = handshake(nginx.https_address(), "a.example.test").unwrap();
    let authority = TestAuthority::new("root of the test").unwrap();
    let expired = authority.issue_until(&["a.example.test"], 2020, 2, 29).unwrap();
    nginx.write("a.pem", &expired.certificate_pem).unwrap();
    let mismatch = nginx.test().unwrap_err().to_string();
    assert!(mismatch.contains("mismatch"), "{mismatch}");
    nginx.write("a.key", &expired.key_pem).unwrap();
    nginx.test().unwrap();
    nginx.reload().unwrap();
    let after = wait_for("the new certificate", Duration::from_secs(10), || {
        let served = handshake(nginx.https_address(), "a.example.test")?;
        Ok((served.fingerprint_sha256 != before.fingerprint_sha256).then_some(served))
    })
    .unwrap();
    assert_eq!(after.not_after, "2020-02-29T00:00:00Z");
    assert!(nginx.is_running());
}

#[test]
fn ends_with_its_workers_and_starts_again() {
    let nginx = start(&KeyAndCertificate::self_signed(&["a.example.test"]).unwrap());
    nginx.stop();
    assert!(!nginx.is_running());
    handshake(nginx.https_address(), "a.example.test").unwrap_err();
    nginx.restart().unwrap();
    handshake(nginx.https_address(), "a.example.test").unwrap();
    let (folder, address) = (nginx.dir().to_owned(), nginx.https_address());
    drop(nginx);
    assert!(!folder.exists());
    TcpStream::connect(address).unwrap_err();
}

#[test]
fn a_bad_configuration_is_told_with_nginx_own_words() {
    let error = Nginx::builder().file("nginx.conf", "{{preamble}} nonsense;").start().err().unwrap();
    assert!(format!("{error:#}").contains("unknown directive \"nonsense\""), "{error:#}");
}

#[test]
fn a_taken_port_is_told() {
    let occupied = crate::OccupiedPort::any().unwrap();
    let configuration = "{{preamble}} http { {{http_settings}} server { listen 127.0.0.1:{{http}}; } }";
    let started = Nginx::builder().file("nginx.conf", configuration).http_port(occupied.port());
    let error = started.start_once().err().unwrap();
    assert!(crate::process::is_address_taken(&error), "{error:#}");
}
