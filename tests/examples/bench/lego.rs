//! lego on the same machine against the same authority: one process for each certificate, as its users run it.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use certwright_tests::{Pebble, find_program, free_port};

use crate::process::cpu_of_children;

/// What lego took.
#[derive(Clone, Copy)]
pub(super) struct Lego {
    pub(super) certificates: usize,
    pub(super) at_once: usize,
    pub(super) wall: Duration,
    pub(super) cpu: Duration,
}

pub(super) fn order(certificates: usize, at_once: usize) -> Result<Lego> {
    let lego = find_program("lego")?;
    // lego listens for http-01 itself, so that only as many run at once as there are ports that Pebble asks: one. Its
    // tls-alpn-01 has the same limit; a webroot that one small server shows has none.
    let folder = tempfile::Builder::new().prefix("certwright-bench-lego-").tempdir()?;
    let port = free_port()?;
    let nginx =
        certwright_tests::Nginx::builder().file("nginx.conf", &webroot(folder.path(), port)).start()?;
    let pebble = Pebble::builder().http_port(port).gentle().retry_after(1, 1).start()?;
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, pebble.directory_roots_pem())?;
    let start = |number: usize| -> Result<Child> {
        Command::new(&lego)
            .args(["--server", &pebble.directory_url(), "--email", "bench@example.test", "--accept-tos"])
            .args(["--domains", &format!("l{number:05}.bench.test"), "--http", "--http.webroot"])
            .arg(folder.path())
            .arg("--path")
            .arg(folder.path().join(format!("state-{number}")))
            .args(["--key-type", "ec256", "run"])
            .env("LEGO_CA_CERTIFICATES", &roots)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting lego")
    };
    let (before, begun) = (cpu_of_children()?, Instant::now());
    let (mut running, mut next) = (Vec::new(), 0);
    while next < certificates || !running.is_empty() {
        while running.len() < at_once && next < certificates {
            running.push(start(next)?);
            next += 1;
        }
        let mut still = Vec::new();
        for mut child in running {
            match child.try_wait()? {
                Some(status) => ensure!(status.success(), "lego failed: {status}"),
                None => still.push(child),
            }
        }
        running = still;
        std::thread::sleep(Duration::from_millis(10));
    }
    let measured =
        Lego { certificates, at_once, wall: begun.elapsed(), cpu: cpu_of_children()?.saturating_sub(before) };
    ensure!(pebble.issued_serials().len() >= certificates, "fewer were issued than lego says");
    drop(nginx);
    Ok(measured)
}

fn webroot(folder: &std::path::Path, port: u16) -> String {
    format!(
        "{{{{preamble}}}}\nhttp {{\n{{{{http_settings}}}}\n    server {{\n        listen 127.0.0.1:{port};\n        \
         root {};\n    }}\n}}\n",
        folder.display()
    )
}
