//! The servers of the browser tests: Pebble, an nginx with hand-written sites, and the service. Says in one line of
//! JSON where they are, and ends with its standard input.
#![expect(clippy::print_stdout, reason = "the browser tests read where everything is")]
#![expect(clippy::disallowed_methods, reason = "files of a test need not survive a power cut")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use certwright_tests::{
    KeyAndCertificate, Launch, Nginx, Pebble, Running, certwright_binary, free_port, wait_for,
};
use serde_json::json;
use tempfile::TempDir;

const NGINX: &str = "{{preamble}}
http {
{{http_settings}}
    include {{dir}}/sites-enabled/*;
}
";

/// A site with an old certificate.
const SHOP: &str = "\
server {
    listen      127.0.0.1:{{http}};
    listen      127.0.0.1:{{https}} ssl;
    server_name shop.example.test www.shop.example.test;
    root        {{dir}}/www/shop;

    ssl_certificate     {{dir}}/ssl/shop.pem;  # self-signed, to be replaced some day
    ssl_certificate_key {{dir}}/ssl/shop.key;
}
";

/// A site without TLS that shows no files.
const WIKI: &str = "\
server {
    listen 127.0.0.1:{{http}};
    server_name wiki.example.test;
    location / { return 200 'a wiki'; }
}
";

/// Every other name: files of one folder.
const OTHERS: &str = "\
server {
    listen 127.0.0.1:{{http}} default_server;
    root {{dir}}/www/others;
}
";

fn main() -> Result<()> {
    let shown = KeyAndCertificate::self_signed(&["shop.example.test", "www.shop.example.test"])?;
    let nginx = Nginx::builder()
        .file("nginx.conf", NGINX)
        .file("sites-enabled/shop.conf", SHOP)
        .file("sites-enabled/wiki.conf", WIKI)
        .file("sites-enabled/others.conf", OTHERS)
        .file("ssl/shop.pem", &shown.certificate_pem)
        .file("ssl/shop.key", &shown.key_pem)
        .file("www/shop/index.html", "the shop\n")
        .file("www/others/index.html", "nothing here\n")
        .start()?;
    let pebble = Pebble::builder()
        .http_port(nginx.http_port())
        .gentle()
        .retry_after(0, 0)
        .block_domain("blocked.example.test")
        .start()?;
    let folder = tempfile::Builder::new().prefix("certwright-gui-").tempdir().context("making a folder")?;
    let port = free_port()?;
    let service = start(&pebble, &nginx, &folder, port)?;
    // It is told of the authority as an administrator would by a script: what the browser tests are about comes after.
    let entry = pebble.as_entry(folder.path())?;
    let added = Command::new(certwright_binary()?)
        .args(&entry)
        .env("CERTWRIGHT_DATA_DIR", folder.path().join("data"))
        .output()
        .context("adding the authority")?;
    ensure!(added.status.success(), "adding the authority: {}", String::from_utf8_lossy(&added.stderr));
    let stage = json!({
        "url": format!("http://127.0.0.1:{port}"),
        "binary": certwright_binary()?,
        "data": folder.path().join("data"),
        "folder": folder.path(),
        "nginx": { "folder": nginx.dir(), "http": nginx.http_port(), "https": nginx.https_port() },
        "log": folder.path().join("service.log"),
    });
    println!("{stage}");
    std::io::stdout().flush()?;
    let mut nothing = Vec::new();
    std::io::stdin().read_to_end(&mut nothing)?;
    drop(service);
    Ok(())
}

/// Starts the service as it would find this nginx on a real machine: as the `nginx` of its PATH.
fn start(pebble: &Pebble, nginx: &Nginx, folder: &TempDir, port: u16) -> Result<Running> {
    let programs = folder.path().join("bin");
    std::fs::create_dir(&programs).context("making a folder for programs")?;
    let wrapper = programs.join("nginx");
    let script = format!(
        "#!/bin/sh\nexec {} -c {} -p {} \"$@\"\n",
        nginx.program().display(),
        nginx.configuration_path().display(),
        nginx.dir().display()
    );
    std::fs::write(&wrapper, script).context("writing the program's wrapper")?;
    std::fs::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o755))?;
    let path = std::env::join_paths(
        std::iter::once(programs).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )?;
    let data: &Path = &folder.path().join("data");
    let service = Launch::new(certwright_binary()?, folder.path().join("service.log"))
        .arguments(["serve", "--data-dir"])
        .arguments([data])
        .arguments([
            format!("--listen=127.0.0.1:{port}"),
            format!("--challenge-port={}", nginx.http_port()),
            "--challenge-addresses=127.0.0.1".to_owned(),
            format!("--resolvers={}", pebble.names().address()),
        ])
        .environment("PATH", path)
        .start()?;
    wait_for("the service to answer", Duration::from_secs(30), || {
        service.expect_running()?;
        Ok(TcpStream::connect(("127.0.0.1", port)).ok())
    })
    .with_context(|| format!("its log ends with:\n{}", service.log_tail()))?;
    Ok(service)
}
