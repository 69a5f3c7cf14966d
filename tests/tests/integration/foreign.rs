//! Somebody else on the challenge port: Test and Preview find it and name it, and nothing is ordered.

use crate::lane::two_sites;
use crate::service::{Service, deploy_to};
use anyhow::{Context, Result, ensure};
use certwright_tests::{KeyAndCertificate, Nginx, OtherServer, Pebble, handshake};
use serde_json::Value;

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
