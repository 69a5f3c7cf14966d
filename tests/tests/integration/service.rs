//! The real program: `certwright serve` as a process of its own, and the command line that talks to it.

use anyhow::{Context, Result, ensure};
use certwright_tests::{Ended, Launch, Nginx, Pebble, Running, certwright_binary, free_port, wait_for};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// How long a busy machine may take for anything that should take a moment.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Both outputs, for looking for words.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

/// A service with a data directory of its own.
pub(crate) struct Service {
    running: Option<Running>,
    binary: PathBuf,
    arguments: Vec<String>,
    folder: TempDir,
}

impl Service {
    /// Starts it so that challenges are looked for where this Pebble looks, by names as this Pebble sees them.
    pub(crate) fn start(pebble: &Pebble) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("certwright-service-").tempdir()?;
        let arguments = vec![
            "serve".to_owned(),
            format!("--data-dir={}", folder.path().join("data").display()),
            format!("--listen=127.0.0.1:{}", free_port()?),
            format!("--challenge-port={}", pebble.http_port()),
            "--challenge-addresses=127.0.0.1".to_owned(),
            format!("--resolvers={}", pebble.names().address()),
        ];
        let mut service = Self { running: None, binary: certwright_binary()?, arguments, folder };
        service.start_again()?;
        Ok(service)
    }

    /// Starts it on the same data directory, and returns when it answers.
    pub(crate) fn start_again(&mut self) -> Result<()> {
        let log = self.folder.path().join("service.log");
        let running = Launch::new(&self.binary, log).arguments(self.arguments.clone()).start()?;
        self.running = Some(running);
        wait_for("the service to answer", PATIENCE, || {
            self.running().expect_running()?;
            Ok((self.ask(&["status"])?.code == 0).then_some(()))
        })
    }

    /// Asks it to end, as a service manager does.
    pub(crate) fn terminate(&self) -> Result<Ended> {
        self.running().terminate(PATIENCE)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Everything the service has logged, over restarts.
    pub(crate) fn log(&self) -> String {
        self.running().log_text()
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("a service that was started")
    }

    /// Runs a command and says what came of it, whatever that is.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Result<Said> {
        let output = Command::new(&self.binary)
            .arg("--socket")
            .arg(self.data().join("certwright.sock"))
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .context("running certwright")?;
        Ok(Said {
            code: output.status.code().context("certwright was ended by a signal")?,
            out: String::from_utf8(output.stdout)?,
            err: String::from_utf8(output.stderr)?,
        })
    }

    /// Runs a command with `--json` that must end with this code, and reads its answer: from the standard
    /// output, or from the standard error where it was refused.
    pub(crate) fn expect(&self, code: i32, arguments: &[&str]) -> Result<Value> {
        let said = self.ask(&[&["--json"], arguments].concat())?;
        ensure!(
            said.code == code,
            "certwright {} ended with {}, not {code}:\n{}\nthe service's log:\n{}",
            arguments.join(" "),
            said.code,
            said.all(),
            self.running().log_tail()
        );
        let text = if said.out.trim().is_empty() { &said.err } else { &said.out };
        serde_json::from_str(text).with_context(|| format!("reading {text:?}"))
    }

    /// Runs a command that must succeed.
    pub(crate) fn done(&self, arguments: &[&str]) -> Result<Value> {
        self.expect(0, arguments)
    }

    /// Adds this Pebble as the authority `pebble`, and makes an account there.
    pub(crate) fn join(&self, pebble: &Pebble) -> Result<()> {
        let (tls, issuing) = (self.folder.path().join("tls.pem"), self.folder.path().join("issuing.pem"));
        write(&tls, pebble.directory_roots_pem())?;
        write(&issuing, &pebble.issuing_root_pem()?)?;
        let directory = format!("--directory={}", pebble.directory_url());
        let tls = format!("--directory-tls-roots={}", tls.display());
        let issuing = format!("--issuing-roots={}", issuing.display());
        let more = ["--title=Pebble", "--internal-names", "--ip-addresses"];
        self.done(&[&["ca", "add", "pebble"], &more[..], &[&directory, &tls, &issuing]].concat())?;
        self.done(&["account", "create", "--ca=pebble", "--contact=ada@example.com", "--agree-terms"])?;
        Ok(())
    }
}

/// Writes a file.
#[expect(clippy::disallowed_methods, reason = "a test's files need not survive a power cut")]
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

/// The options that deploy to this nginx.
pub(crate) fn deploy_to(nginx: &Nginx) -> Vec<String> {
    vec![
        "--deploy=nginx".to_owned(),
        format!("--set=nginx.binary={}", nginx.program().display()),
        format!("--set=nginx.configuration={}", nginx.configuration_path().display()),
        format!("--set=nginx.prefix={}", nginx.dir().display()),
        format!("--set=nginx.tls_port={}", nginx.https_port()),
    ]
}
