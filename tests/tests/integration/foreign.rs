//! Somebody else on the challenge port or at the name: Test and Preview find it and name it, and nothing is ordered.

use crate::lane::two_sites;
use crate::service::{Service, deploy_to};
use anyhow::{Context, Result, ensure};
use certwright_tests::{KeyAndCertificate, Nginx, OtherServer, Pebble, handshake};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;

/// One site that has only TLS, with a certificate of its own.
const TLS_ONLY: &str = "{{preamble}}
http {
    {{http_settings}}
    server {
        listen 127.0.0.1:{{https}} ssl;
        server_name shop.example.test;
        ssl_certificate {{dir}}/old.pem;
        ssl_certificate_key {{dir}}/old.key;
    }
}
";

/// A server of somebody else's, at another address of the challenge port.
const ELSEWHERE: &str = "{{preamble}}
http {
    {{http_settings}}
    server { listen 127.0.0.2:{{http}}; return 302 https://elsewhere.example.net/; }
}
";

/// An nginx of somebody else's that answers for our names, and not as ours does.
const NEIGHBOUR: &str = "{{preamble}}
http {
    {{http_settings}}
    server {
        listen 127.0.0.2:{{http}};
        server_name blog.example.test;
        return 200 'not yours';
    }
    server {
        listen 127.0.0.2:{{http}};
        server_name shop.example.test;
        return 404;
    }
}
";

/// The faults of a report: name, subject, words and remedy.
fn faults(report: &Value) -> Result<Vec<[String; 4]>> {
    let checks = report["checks"].as_array().context("a report without checks")?;
    let text = |check: &Value, field: &str| check[field].as_str().unwrap_or_default().to_owned();
    let fault = |check: &&Value| check["verdict"] == "fault";
    let fields = |check: &Value| ["name", "subject", "words", "remedy"].map(|field| text(check, field));
    Ok(checks.iter().filter(fault).map(fields).collect())
}

fn create(service: &Service, nginx: &Nginx, names: &[&str]) -> Result<()> {
    let deploy = deploy_to(nginx);
    let options: Vec<&str> = deploy.iter().map(String::as_str).collect();
    service.done(&[&["cert", "create", "--name=site", "--ca=pebble"], names, &options].concat())?;
    Ok(())
}

#[test]
fn a_stranger_on_the_challenge_port_is_named() -> Result<()> {
    let old = KeyAndCertificate::self_signed(&["shop.example.test"])?;
    let stranger = OtherServer::start("not yours")?;
    let nginx = Nginx::builder()
        .file("nginx.conf", TLS_ONLY)
        .file("old.pem", &old.certificate_pem)
        .file("old.key", &old.key_pem)
        .start()?;
    let pebble = Pebble::builder().gentle().http_port(stranger.port()).start()?;
    let service = Service::start(&pebble)?;
    service.join(&pebble)?;
    create(&service, &nginx, &["shop.example.test"])?;
    let (configuration, served) =
        (nginx.read("nginx.conf")?, handshake(nginx.https_address(), "shop.example.test")?);

    // The stranger lives in this very process.
    let who = format!("{} (pid {})", std::fs::read_to_string("/proc/self/comm")?.trim(), std::process::id());
    let report = service.expect(7, &["cert", "test", "site"])?;
    let faults = faults(&report)?;
    let [[name, subject, words, remedy]] = &faults[..] else { anyhow::bail!("{report:#}") };
    ensure!(name == "challenge-port" && subject.contains(&stranger.port().to_string()), "{report:#}");
    ensure!(words.contains(&who) && remedy.contains(&who), "it does not name {who}: {report:#}");
    let preview = service.expect(1, &["cert", "preview", "site"])?;
    ensure!(preview["fingerprint"].is_null(), "{preview:#}");
    let refused = service.ask(&["cert", "request", "site", "--yes"])?;
    ensure!(refused.code == 1 && refused.err.contains(&who), "{refused:?}");

    ensure!(pebble.orders_opened() == 0, "an order was opened");
    ensure!(nginx.read("nginx.conf")? == configuration);
    ensure!(handshake(nginx.https_address(), "shop.example.test")? == served);
    Ok(())
}

#[test]
fn a_name_that_points_to_a_foreign_server_is_found() -> Result<()> {
    let nginx = two_sites()?;
    let elsewhere = Nginx::builder().file("nginx.conf", ELSEWHERE).http_port(nginx.http_port()).start()?;
    let pebble = Pebble::builder().gentle().http_port(nginx.http_port()).start()?;
    let service = Service::start(&pebble)?;
    service.join(&pebble)?;
    create(&service, &nginx, &["shop.example.test", "blog.example.test"])?;
    ensure!(service.done(&["cert", "test", "site"])?["passed"] == true);

    pebble.names().add_a("blog.example.test", "127.0.0.2")?;
    let report = service.expect(7, &["cert", "test", "site"])?;
    let found = faults(&report)?;
    let [[_, subject, words, remedy]] = &found[..] else { anyhow::bail!("{report:#}") };
    ensure!(subject == "blog.example.test", "{report:#}");
    let address = format!("127.0.0.2:{}", nginx.http_port());
    for word in [address.as_str(), "redirects", "https://elsewhere.example.net/", "nginx"] {
        ensure!(words.contains(word), "it does not say {word:?}: {report:#}");
    }
    ensure!(remedy.contains("without a redirect"), "{report:#}");

    // Without anybody there it is no better, and said differently.
    elsewhere.stop();
    let report = service.expect(7, &["cert", "test", "site"])?;
    let found = faults(&report)?;
    let [[_, subject, words, _]] = &found[..] else { anyhow::bail!("{report:#}") };
    ensure!(
        subject == "blog.example.test" && words.contains(&format!("no answer at {address}")),
        "{report:#}"
    );
    ensure!(pebble.orders_opened() == 0, "an order was opened");
    Ok(())
}

/// The line by which nginx on this machine names itself.
fn server_of(nginx: &Nginx) -> Result<String> {
    let answer = certwright_tests::get(nginx.http_port(), "shop.example.test", "/")?;
    let named = answer.head.lines().find(|line| line.starts_with("Server: nginx")).map(str::to_owned);
    named.with_context(|| format!("nginx does not say what it is: {answer:?}"))
}

/// Tests have an answer in the webroot only while they look.
fn check_left_alone(root: &Path, service: &Service) -> Result<()> {
    ensure!(!root.join(".well-known").exists(), "a test has left something in {}", root.display());
    ensure!(
        std::fs::read_dir(service.data().join("probes"))?.count() == 0,
        "a file of a test is still noted"
    );
    Ok(())
}

/// What a proxy, a neighbour or the machine before a move may be: an nginx of the same version that is not ours.
#[test]
fn another_nginx_does_not_pass_for_ours() -> Result<()> {
    let nginx = two_sites()?;
    let _neighbour = Nginx::builder().file("nginx.conf", NEIGHBOUR).http_port(nginx.http_port()).start()?;
    let pebble = Pebble::builder().gentle().http_port(nginx.http_port()).start()?;
    let service = Service::start(&pebble)?;
    service.join(&pebble)?;
    create(&service, &nginx, &["shop.example.test", "blog.example.test"])?;
    let root = nginx.path("blog");
    let report = service.done(&["cert", "test", "site"])?;
    ensure!(report["passed"] == true, "{report:#}");
    check_left_alone(&root, &service)?;

    let address = format!("127.0.0.2:{}", nginx.http_port());
    pebble.names().add_a("blog.example.test", "127.0.0.2")?;
    let report = service.expect(7, &["cert", "test", "site"])?;
    let found = faults(&report)?;
    let [[name, subject, words, remedy]] = &found[..] else { anyhow::bail!("{report:#}") };
    ensure!(name == "http-01" && subject == "blog.example.test", "{report:#}");
    let file = root.join(".well-known/acme-challenge/certwright-test-").display().to_string();
    for word in ["something else answers", &address, "nginx", "status 200", &file] {
        ensure!(words.contains(word), "it does not say {word:?}: {report:#}");
    }
    ensure!(remedy.contains("make the name point to this machine"), "{report:#}");
    check_left_alone(&root, &service)?;

    // The shop has no folder to put a file into: there the answers are compared.
    pebble.names().clear_a("blog.example.test")?;
    pebble.names().add_a("shop.example.test", "127.0.0.2")?;
    let report = service.expect(7, &["cert", "test", "site"])?;
    let found = faults(&report)?;
    let [[_, subject, words, _]] = &found[..] else { anyhow::bail!("{report:#}") };
    ensure!(subject == "shop.example.test" && words.contains("status 404"), "{report:#}");
    ensure!(words.contains("nginx on this machine answers differently: nginx"), "{report:#}");
    ensure!(pebble.orders_opened() == 0, "an order was opened");
    Ok(())
}

/// A folder that the user named is proved in the same way, whoever shows it.
#[test]
fn a_webroot_that_nobody_shows_or_that_leads_elsewhere_is_found() -> Result<()> {
    let nginx = two_sites()?;
    let pebble = Pebble::builder().gentle().http_port(nginx.http_port()).start()?;
    let service = Service::start(&pebble)?;
    service.join(&pebble)?;
    let (right, wrong) = (nginx.path("blog"), nginx.path("old"));
    for (name, root) in [("right", &right), ("wrong", &wrong)] {
        let webroot = format!("--webroot={}", root.display());
        let name = format!("--name={name}");
        service.done(&[
            "cert",
            "create",
            &name,
            "--ca=pebble",
            "--deploy=none",
            &webroot,
            "blog.example.test",
        ])?;
    }
    let report = service.done(&["cert", "test", "right"])?;
    ensure!(report["passed"] == true, "{report:#}");
    check_left_alone(&right, &service)?;

    let report = service.expect(7, &["cert", "test", "wrong"])?;
    let found = faults(&report)?;
    let [[_, _, words, remedy]] = &found[..] else { anyhow::bail!("{report:#}") };
    ensure!(words.contains("does not show the file") && words.contains("status 404"), "{report:#}");
    ensure!(remedy.contains("the certificate's webroot"), "{report:#}");
    check_left_alone(&wrong, &service)?;

    // A server that names itself as ours does.
    let address = SocketAddr::from(([127, 0, 0, 2], nginx.http_port()));
    let other = OtherServer::start_as(address, &format!("{}\r\n", server_of(&nginx)?), "not yours")?;
    pebble.names().add_a("blog.example.test", "127.0.0.2")?;
    let report = service.expect(7, &["cert", "test", "right"])?;
    let found = faults(&report)?;
    let [[_, _, words, _]] = &found[..] else { anyhow::bail!("{report:#}") };
    for word in [&format!("something else answers at {address}: nginx"), "does not show the file"] {
        ensure!(words.contains(word), "it does not say {word:?}: {report:#}");
    }
    ensure!(other.requests() == 1, "it was asked {} times", other.requests());
    check_left_alone(&right, &service)?;
    pebble.names().clear_a("blog.example.test")?;

    // Whoever may write there leads us elsewhere: Test says so before anything is ordered, and so does a request.
    let elsewhere = tempfile::tempdir()?;
    std::os::unix::fs::symlink(elsewhere.path(), right.join(".well-known"))?;
    let link = format!(
        "{} is a symbolic link to {}",
        right.join(".well-known").display(),
        elsewhere.path().display()
    );
    let report = service.expect(7, &["cert", "test", "right"])?;
    let found = faults(&report)?;
    let [[_, _, words, remedy]] = &found[..] else { anyhow::bail!("{report:#}") };
    ensure!(words.contains(&link) && remedy.contains("make it a folder"), "{report:#}");
    ensure!(pebble.orders_opened() == 0, "an order was opened");
    let refused = service.ask(&["cert", "request", "right", "--yes"])?;
    ensure!(refused.code == 1 && refused.all().contains(&link), "{refused:?}");
    ensure!(std::fs::read_dir(elsewhere.path())?.count() == 0, "the link was followed");
    ensure!(pebble.issued_serials().is_empty());

    // Repaired, it goes on, and the user's own empty folder stays.
    std::fs::remove_file(right.join(".well-known"))?;
    std::fs::create_dir(right.join(".well-known"))?;
    service.done(&["cert", "request", "right", "--yes"])?;
    ensure!(std::fs::read_dir(right.join(".well-known"))?.count() == 0, "something is left in the webroot");
    Ok(())
}
