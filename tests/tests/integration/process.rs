//! The real program where a test needs its environment, its death or every word it said: otherwise see `service.rs`.

use crate::service::Said;
use anyhow::{Context, Result, ensure};
use certwright_tests::{Ended, Launch, Nginx, Pebble, Running, certwright_binary, free_port, wait_for};
use serde_json::Value;
use std::ffi::OsString;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::time::Duration;

/// How long a start or an end may take.
const LIMIT: Duration = Duration::from_secs(30);

/// A data directory, and the service on it as long as it runs.
pub(crate) struct Process {
    // Fields drop in order: the process ends before its folder goes.
    running: Option<Running>,
    port: u16,
    arguments: Vec<OsString>,
    /// Everything the command line said so far.
    said: Mutex<Vec<String>>,
    folder: tempfile::TempDir,
}

impl Process {
    /// A new data directory for these servers; nothing runs yet.
    pub(crate) fn new(pebble: &Pebble, nginx: &Nginx) -> Result<Self> {
        Self::with(&[
            format!("--challenge-port={}", nginx.http_port()),
            "--challenge-addresses=127.0.0.1".to_owned(),
            format!("--resolvers={}", pebble.names().address()),
        ])
    }

    /// A new data directory, and more options; nothing runs yet.
    pub(crate) fn with(options: &[String]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("certwright-service-").tempdir()?;
        let port = free_port()?;
        let mut arguments: Vec<OsString> = vec!["--data-dir".into(), folder.path().join("data").into()];
        arguments.push(format!("--listen=127.0.0.1:{port}").into());
        arguments.extend(options.iter().map(OsString::from));
        Ok(Self { running: None, port, arguments, said: Mutex::default(), folder })
    }

    /// Starts it with these variables in its environment, and waits until it answers.
    pub(crate) fn start(&mut self, environment: &[(&str, &str)]) -> Result<()> {
        self.running = None;
        let running = self.launch(environment)?.start()?;
        wait_for("the service to answer", LIMIT, || {
            running.expect_running()?;
            Ok(UnixStream::connect(self.socket()).is_ok().then_some(()))
        })?;
        self.running = Some(running);
        Ok(())
    }

    /// From now on no file of the running service can grow beyond this many bytes: a full disk to it, whoever it runs as. The soft
    /// limit alone, so that anybody may lift it again.
    pub(crate) fn limit_files(&self, bytes: &str) -> Result<()> {
        let process = self.process_id().context("the service does not run")?;
        let mut command = Command::new("prlimit");
        command.args(["--pid", &process.to_string(), &format!("--fsize={bytes}:")]);
        let output = with_input(command, "")?;
        ensure!(output.status.success(), "prlimit: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// How it is started: for a test that wants a second one on the same data directory.
    pub(crate) fn launch(&self, environment: &[(&str, &str)]) -> Result<Launch> {
        let launch = Launch::new(certwright_binary()?, self.log_path())
            .arguments(["serve"])
            .arguments(self.arguments.iter().cloned());
        Ok(environment.iter().fold(launch, |launch, (name, value)| launch.environment(name, value)))
    }

    /// Asks it to end, and sees that it does so without complaint.
    pub(crate) fn stop(&mut self) -> Result<()> {
        let running = self.running.take().context("the service does not run")?;
        let ended = running.terminate(LIMIT)?;
        ensure!(ended == Ended::Code(0), "asked to end, it ended by {ended}:\n{}", running.log_tail());
        Ok(())
    }

    /// SIGKILL from outside, to it and all it has started.
    pub(crate) fn kill(&mut self) {
        self.running = None;
    }

    /// Waits until it has ended by itself.
    pub(crate) fn wait_for_end(&self, limit: Duration) -> Result<Ended> {
        self.running.as_ref().context("the service does not run")?.wait_for_end(limit)
    }

    pub(crate) fn process_id(&self) -> Option<u32> {
        self.running.as_ref().map(Running::process_id)
    }

    /// The port of its HTTP API.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder of the test's own, beside the data directory.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn log_path(&self) -> PathBuf {
        self.folder.path().join("service.log")
    }

    fn socket(&self) -> PathBuf {
        self.data().join("certwright.sock")
    }

    /// Runs the command line, with this on its standard input.
    pub(crate) fn call(&self, arguments: &[&str], input: &str) -> Result<Said> {
        let mut command = Command::new(certwright_binary()?);
        command.args(arguments).env("CERTWRIGHT_DATA_DIR", self.data());
        for name in ["CERTWRIGHT_URL", "CERTWRIGHT_SOCKET", "CERTWRIGHT_TOKEN_FILE", "CERTWRIGHT_LOG"] {
            command.env_remove(name);
        }
        let output = with_input(command, input)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Said {
            code: output.status.code().context("certwright was ended by a signal")?,
            out: text(&output.stdout),
            err: text(&output.stderr),
        })
    }

    /// The same, remembered among what was [`said`](Self::said).
    pub(crate) fn tell(&self, arguments: &[&str], input: &str) -> Result<Said> {
        let said = self.call(arguments, input)?;
        self.remember(said.all());
        Ok(said)
    }

    /// Runs a command that must succeed, and gives what it printed.
    pub(crate) fn command(&self, arguments: &[&str]) -> Result<String> {
        let said = self.tell(arguments, "")?;
        ensure!(
            said.code == 0,
            "certwright {} ended with {}:\n{}",
            arguments.join(" "),
            said.code,
            said.all()
        );
        Ok(said.out)
    }

    /// Runs a command that must succeed, with `--json`.
    pub(crate) fn json(&self, arguments: &[&str]) -> Result<Value> {
        let arguments = [arguments, &["--json"]].concat();
        let output = self.command(&arguments)?;
        serde_json::from_str(&output).with_context(|| format!("{} printed {output}", arguments.join(" ")))
    }

    /// Adds to what was said: an answer that came another way.
    pub(crate) fn remember(&self, text: String) {
        self.said.lock().unwrap().push(text);
    }

    pub(crate) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }
}

/// Runs `openssl`, which must succeed.
pub(crate) fn openssl(arguments: &[&str], input: &str) -> Result<String> {
    let mut command = Command::new("openssl");
    command.args(arguments);
    let output = with_input(command, input)?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "openssl {}: {}", arguments.join(" "), complaint.trim());
    Ok(String::from_utf8(output.stdout)?)
}

fn with_input(mut command: Command, input: &str) -> Result<Output> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("starting {command:?}"))?;
    // Whoever does not read its input has ended, and says so by its code.
    let _ = child.stdin.take().context("no standard input")?.write_all(input.as_bytes());
    child.wait_with_output().with_context(|| format!("waiting for {command:?}"))
}
