//! A built-in authority as a person makes one: by the command line alone, trusted, ordered from by this very service,
//! changed, kept over a restart and deleted; and its secrets stay where they belong.

use crate::canary::Canaries;
use crate::process::{Process, openssl};
use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use certwright::ports::Transports;
use certwright_acme::{Client, Settings};
use certwright_engine::TransportFactory as _;
use certwright_tests::free_port;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::time::Instant;

const TRACE: (&str, &str) = ("CERTWRIGHT_LOG", "trace");

/// A service with TLS that answers http-01 where its authority looks.
struct Scene {
    service: Process,
    challenge_port: u16,
}

impl Scene {
    fn start() -> Result<Self> {
        let challenge_port = free_port()?;
        let mut service = Process::with(&[
            "--tls".to_owned(),
            format!("--challenge-port={challenge_port}"),
            "--challenge-addresses=127.0.0.1".to_owned(),
        ])?;
        service.start(&[TRACE])?;
        Ok(Self { service, challenge_port })
    }

    fn file(&self, name: &str) -> String {
        self.service.folder().join(name).display().to_string()
    }

    /// The status of the directory, as any client sees it; 200 when it can be read.
    async fn directory(&self) -> Result<u16> {
        let roots = std::fs::read_to_string(self.service.data().join("self-signed/fullchain.pem"))?;
        let transport = Transports.transport(Some(&roots)).map_err(anyhow::Error::msg)?;
        let directory = format!("https://localhost:{}/acme/home/directory", self.service.port());
        let client = Client::new(transport, directory, Settings::default())?;
        match client.refresh_directory().await {
            Ok(_) => Ok(200),
            Err(error) => error.status().context(error),
        }
    }

    /// A change by hand, for this revision; the whole answer.
    fn patch(&self, revision: i64, body: &str) -> Result<String> {
        let mut stream = UnixStream::connect(self.service.data().join("certwright.sock"))?;
        write!(
            stream,
            "PATCH /api/v1/issuers/home HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Type: application/json\r\nIf-Match: \"{revision}\"\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// A command that must be refused with this code; what it said.
    fn refused(&self, code: i32, arguments: &[&str]) -> Result<String> {
        let said = self.service.tell(arguments, "")?;
        ensure!(
            said.code == code,
            "certwright {} ended with {}: {}",
            arguments.join(" "),
            said.code,
            said.all()
        );
        Ok(said.all())
    }

    /// Makes an external key whose secret goes into a file, and one whose secret is printed; their secrets.
    fn keys(&self) -> Result<Vec<String>> {
        let create = ["authority", "key", "create", "home", "--name=localhost", "--json"];
        let path = self.file("eab.key");
        let made = self.service.json(&[&create[..5], &["--out", &path]].concat())?;
        ensure!(made.get("secret").is_none() && made["id"].is_string(), "{made}");
        ensure!(
            std::fs::metadata(&path)?.permissions().mode() & 0o777 == 0o600,
            "others can read the secret"
        );
        self.refused(2, &[&create[..5], &["--out", &path]].concat())?;
        // The one answer that holds a secret is not searched.
        let shown = self.service.call(&create, "")?;
        let shown: serde_json::Value = serde_json::from_str(&shown.out)?;
        let listed = self.service.json(&["authority", "key", "list", "home"])?;
        ensure!(listed["total"] == 2, "a key was made for a file that was there: {listed}");
        Ok(vec![
            std::fs::read_to_string(&path)?.trim().to_owned(),
            shown["secret"].as_str().context("no secret")?.to_owned(),
        ])
    }

    /// The service's own entry and account, and a certificate that is obtained with them.
    fn obtain(&self) -> Result<()> {
        let service = &self.service;
        service.command(&["authority", "use", "home"])?;
        ensure!(self.refused(2, &["authority", "use", "home"])?.contains("--replace"));
        let keys = service.json(&["authority", "key", "list", "home"])?;
        let id = keys["items"][1]["id"].as_str().context("no key")?.to_owned();
        ensure!(self.refused(2, &["account", "create", "--ca=home"])?.contains("xternal"));
        service.command(&[
            "account",
            "create",
            "--ca=home",
            &format!("--eab-key-id={id}"),
            &format!("--eab-key-file={}", self.file("eab.key")),
        ])?;
        service.command(&[
            "cert",
            "create",
            "shop.localhost",
            "--name=shop",
            "--ca=home",
            "--deploy=files",
            &format!("--set=files.fullchain={}", self.file("fullchain.pem")),
            &format!("--set=files.key={}", self.file("key.pem")),
        ])?;
        service.command(&["cert", "request", "shop", "--yes"])?;
        let (root, chain) = (self.file("root.pem"), self.file("fullchain.pem"));
        openssl(
            &["verify", "-verify_hostname", "shop.localhost", "-CAfile", &root, "-untrusted", &chain, &chain],
            "",
        )?;
        let issued = service.json(&["authority", "issued", "home"])?;
        ensure!(issued["total"] == 1 && issued["items"][0]["identifiers"][0] == "shop.localhost", "{issued}");
        let keys = service.json(&["authority", "key", "list", "home"])?;
        ensure!(keys["items"][1]["account"] == issued["items"][0]["account"], "{keys} {issued}");
        Ok(())
    }

    /// Writes the root, and sees that openssl reads there what the service says.
    fn root(&self) -> Result<()> {
        let path = self.file("root.pem");
        self.service.command(&["authority", "root", "home", "--out", &path])?;
        ensure!(std::fs::metadata(&path)?.permissions().mode() & 0o777 == 0o644, "it is for everybody");
        let shown = self.service.command(&["authority", "root", "home"])?;
        for digest in ["-sha256", "-sha1"] {
            let said = openssl(&["x509", "-noout", "-fingerprint", digest, "-in", &path], "")?;
            let (_, fingerprint) = said.trim().split_once('=').context("no fingerprint")?;
            ensure!(shown.contains(fingerprint), "{said} is not in {shown}");
        }
        let text = openssl(&["x509", "-noout", "-text", "-in", &path], "")?;
        ensure!(text.contains("Name Constraints: critical") && text.contains("DNS:localhost"), "{text}");
        std::fs::copy(self.service.data().join("self-signed/fullchain.pem"), &path)?;
        ensure!(self.refused(2, &["authority", "root", "home", "--out", &path])?.contains("--replace"));
        self.service.command(&["authority", "root", "home", "--out", &path, "--replace"])?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_makes_an_authority_orders_from_it_and_deletes_it() -> Result<()> {
    let began = Instant::now();
    let mut scene = Scene::start()?;
    let said = scene.refused(2, &["authority", "create", "home", "--title=Home CA", "--name=*.localhost"])?;
    ensure!(said.contains("settings.policy.names[0]") && said.contains("What to do"), "{said}");
    let far = ["authority", "create", "far", "--title=Far", "--name=home.arpa", "--reach=network"];
    ensure!(scene.refused(2, &[&far[..], &["--enable"]].concat())?.contains("--service-url"));
    scene.refused(2, &["authority", "create", "any", "--title=Any", "--anything"])?;
    let port = format!("--challenge-port={}", scene.challenge_port);
    let create =
        ["authority", "create", "home", "--title=Home CA", "--name=localhost", "--lifetime=7d", &port];
    scene.service.command(&[&create[..], &["--require-external-account", "--enable"]].concat())?;
    ensure!(scene.directory().await? == 200);
    let secrets = scene.keys()?;
    scene.root()?;
    scene.obtain()?;

    let edit = ["authority", "edit", "home", "--add-name=internal", "--lifetime=36h"];
    ensure!(scene.service.tell(&edit, "")?.err.contains("internal is beyond"), "no warning");
    let stale = scene.patch(2, r#"{"settings":{"lifetime_seconds":60}}"#)?;
    ensure!(stale.starts_with("HTTP/1.1 412") && stale.contains("129600"), "{stale}");
    scene.service.remember(stale);

    scene.service.stop()?;
    scene.service.start(&[TRACE])?;
    ensure!(scene.directory().await? == 200, "it is not there after a restart");
    scene.service.command(&["cert", "request", "shop", "--yes"])?;
    let shown = scene.service.json(&["authority", "show", "home"])?;
    ensure!(shown["settings"]["lifetime_seconds"] == 129_600 && shown["mounted"] == true, "{shown}");

    scene.refused(2, &["authority", "delete", "home", "--yes"])?;
    scene.service.command(&["authority", "disable", "home"])?;
    ensure!(scene.directory().await? == 404);
    for words in ["authority list", "authority issued home", "audit list", "events --after 0 --limit 200"] {
        let words: Vec<_> = words.split(' ').collect();
        scene.service.command(&words)?;
        scene.service.json(&words)?;
    }
    scene.service.command(&["authority", "delete", "home", "--yes"])?;
    scene.refused(4, &["authority", "show", "home"])?;
    scene.service.stop()?;

    let mut canaries = Canaries::default();
    for secret in &secrets {
        canaries.add("external key", &URL_SAFE_NO_PAD.decode(secret)?);
    }
    let mut leaks = Vec::new();
    for folder in [scene.service.data(), scene.service.data().join("logs")] {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_file() {
                leaks.extend(canaries.find(&std::fs::read(&path)?));
            }
        }
    }
    leaks.extend(canaries.find(&std::fs::read(scene.service.log_path())?));
    leaks.extend(scene.service.said().iter().flat_map(|said| canaries.find(said.as_bytes())));
    ensure!(leaks.is_empty(), "secrets were found: {leaks:?}");
    println!("an authority made, used and deleted in {:.1} s", began.elapsed().as_secs_f32());
    Ok(())
}
