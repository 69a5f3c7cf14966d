//! A hundred names in one certificate, and a hundred and one.

use crate::service::{Service, deploy_to};
use anyhow::{Context, Result, ensure};
use certwright_tests::{KeyAndCertificate, Nginx, Pebble, trusted_handshake};
use std::time::Instant;

/// Two server blocks: one with fifty names that has a certificate, one with fifty names and http only.
const SITES: &str = "{{preamble}}
http {
    {{http_settings}}
    server {
        listen 127.0.0.1:{{http}};
        listen 127.0.0.1:{{https}} ssl;
        server_name FIRST;
        ssl_certificate {{dir}}/old.pem;
        ssl_certificate_key {{dir}}/old.key;
    }
    server {
        listen 127.0.0.1:{{http}};
        server_name SECOND;
        root {{dir}}/site;
    }
}
";

#[test]
fn a_hundred_names_are_served_and_one_more_is_refused() -> Result<()> {
    let names: Vec<String> = (1..=101).map(|number| format!("n{number:03}.hundred.example.test")).collect();
    let old = KeyAndCertificate::self_signed(&[&names[0]])?;
    let sites = SITES.replace("FIRST", &names[..50].join(" ")).replace("SECOND", &names[50..].join(" "));
    let nginx = Nginx::builder()
        .file("nginx.conf", &sites)
        .file("old.pem", &old.certificate_pem)
        .file("old.key", &old.key_pem)
        .file("site/index.html", "a site")
        .start()?;
    let pebble = Pebble::builder().http_port(nginx.http_port()).validation_sleep(1).start()?;
    let service = Service::start(&pebble)?;
    service.join(&pebble)?;
    let deploy = deploy_to(&nginx);
    let create = |name: &str, count: usize, code: i32| {
        let mut arguments = vec!["cert", "create", name, "--ca=pebble"];
        arguments.extend(deploy.iter().map(String::as_str));
        arguments.extend(names[..count].iter().map(String::as_str));
        service.expect(code, &arguments)
    };

    let refused = create("--name=many", 101, 2)?;
    let refusals = refused["refusals"].as_array().context("no refusals")?;
    ensure!(refusals.len() == 1 && refusals[0]["field"] == "identifiers", "{refused:#}");
    let reason = refusals[0]["reason"].as_str().unwrap_or_default();
    ensure!(reason.contains("101") && reason.contains("permits 100"), "{refused:#}");
    ensure!(refusals[0]["remedy"].as_str().is_some_and(|remedy| remedy.contains("divide")), "{refused:#}");

    create("--name=hundred", 100, 0)?;
    // Nor can it grow beyond by an edit.
    let more = format!("--add-name={}", names[100]);
    let refused = service.expect(2, &["cert", "edit", "hundred", &more])?;
    ensure!(refused["refusals"][0]["field"] == "identifiers", "{refused:#}");
    ensure!(pebble.orders_opened() == 0, "an order was opened");

    let looked = Instant::now();
    let report = service.done(&["cert", "test", "hundred"])?;
    ensure!(report["passed"] == true, "{report:#}");
    println!("a hundred names: tested in {:.1} s", looked.elapsed().as_secs_f32());
    let asked = Instant::now();
    let certificate = service.done(&["cert", "request", "hundred", "--yes"])?;
    println!("a hundred names: obtained and verified in {:.1} s", asked.elapsed().as_secs_f32());
    ensure!(certificate["health_reason"] == "served", "{certificate:#}");
    ensure!(pebble.orders_opened() == 1, "{} orders", pebble.orders_opened());
    let roots = pebble.issuing_root_pem()?;
    for name in [&names[0], &names[49], &names[50], &names[99]] {
        let mut served = trusted_handshake(nginx.https_address(), name, &roots)?;
        served.names.sort();
        ensure!(served.names == names[..100], "{name} is served for {:?}", served.names);
    }
    ensure!(!nginx.read("nginx.conf")?.contains("acme-challenge"), "a challenge is left");
    ensure!(!nginx.path("site/.well-known").exists(), "a challenge is left");
    Ok(())
}
