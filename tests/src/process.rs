//! A server started by the testbed: in a process group of its own, logging to a file, dead on drop.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::program::find_program;

/// How many lines of a log an error message carries.
const TAIL_LINES: usize = 25;

/// What to start, and how.
pub struct Launch {
    name: String,
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    log: PathBuf,
    death_signal: &'static str,
}

impl Launch {
    /// `program`, whose standard output and error go to the file `log`.
    pub fn new(program: impl Into<PathBuf>, log: impl Into<PathBuf>) -> Self {
        let program = program.into();
        let name = program
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Self {
            name,
            program,
            arguments: Vec::new(),
            environment: Vec::new(),
            log: log.into(),
            death_signal: "KILL",
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn arguments<I>(mut self, arguments: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<OsString>,
    {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets one environment variable.
    #[must_use]
    pub fn environment(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Asks for SIGTERM instead of SIGKILL should this process die first: for servers with workers, which
    /// would outlive a killed parent.
    #[must_use]
    pub const fn ends_by_terminate(mut self) -> Self {
        self.death_signal = "TERM";
        self
    }

    /// Starts the program.
    pub fn start(self) -> Result<Running> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(&self.log)
            .with_context(|| format!("opening the log {}", self.log.display()))?;
        let mut command = self.command();
        command
            .envs(self.environment)
            .stdin(Stdio::null())
            .stdout(
                log.try_clone()
                    .context("sharing the log between output and error")?,
            )
            .stderr(log)
            .process_group(0);
        let child = spawn_from_lasting_thread(command).with_context(|| format!("starting {}", self.name))?;
        Ok(Running {
            process: child.id(),
            child: Mutex::new(child),
            name: self.name,
            log: self.log,
        })
    }

    /// The command, wrapped so that the kernel ends it when this process ends without a drop (a crash, Ctrl-C).
    fn command(&self) -> Command {
        let mut command = find_program("setpriv").map_or_else(
            |_| Command::new(&self.program),
            |setpriv| {
                let mut wrapped = Command::new(setpriv);
                wrapped
                    .args(["--pdeathsig", self.death_signal, "--"])
                    .arg(&self.program);
                wrapped
            },
        );
        command.args(&self.arguments);
        command
    }
}

/// A running server.
pub struct Running {
    child: Mutex<Child>,
    process: u32,
    name: String,
    log: PathBuf,
}

impl Running {
    /// Its process id, which is also the id of its process group.
    pub const fn process_id(&self) -> u32 {
        self.process
    }

    /// Whether it has not ended.
    pub fn is_running(&self) -> bool {
        matches!(self.child().try_wait(), Ok(None))
    }

    /// An error with the end of its log, if it has ended.
    pub fn expect_running(&self) -> Result<()> {
        if let Some(status) = self.child().try_wait().context("asking for the child's state")? {
            bail!(
                "{} ended with {status}; its log ends with:\n{}",
                self.name,
                self.log_tail()
            );
        }
        Ok(())
    }

    /// Everything it has written to its output so far.
    pub fn log_text(&self) -> String {
        read_lossy(&self.log)
    }

    /// The last lines of its log.
    pub fn log_tail(&self) -> String {
        let text = self.log_text();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
    }

    /// Kills it and all it has started, and waits until it is gone. Doing so twice is fine.
    pub fn stop(&self) {
        let mut child = self.child();
        // Once reaped, its id may belong to someone else: only a child not yet waited for is signalled.
        if matches!(child.try_wait(), Ok(None)) {
            self.signal_group(Signal::KILL);
            // It was sent SIGKILL, so waiting ends; there is nothing to do about an error here.
            let _ = child.wait();
        }
    }

    /// Holds it in mid-air (SIGSTOP): it accepts connections and never answers.
    pub fn freeze(&self) {
        self.signal_group(Signal::STOP);
    }

    /// Lets it go on after [`Self::freeze`].
    pub fn thaw(&self) {
        self.signal_group(Signal::CONT);
    }

    fn signal_group(&self, signal: Signal) {
        if let Some(group) = i32::try_from(self.process).ok().and_then(Pid::from_raw) {
            // The group may be gone already, which is what was wanted.
            let _ = kill_process_group(group, signal);
        }
    }

    fn child(&self) -> std::sync::MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The text of a log a server may be writing to right now; empty when there is none.
pub(crate) fn read_lossy(path: &Path) -> String {
    std::fs::read(path)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}

/// Whether a start failed because someone else had taken the port in the meantime.
pub(crate) fn is_address_taken(error: &anyhow::Error) -> bool {
    format!("{error:#}")
        .to_lowercase()
        .contains("address already in use")
}

type Request = (Command, Sender<io::Result<Child>>);

/// Spawns from one thread that lives as long as the process: the kernel's parent-death signal follows the
/// *thread* that forked, and a test's thread ends before a server shared between tests is done.
fn spawn_from_lasting_thread(command: Command) -> Result<Child> {
    static STARTER: OnceLock<Sender<Request>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (sender, requests) = channel::<Request>();
        std::thread::spawn(move || {
            for (mut command, answer) in requests {
                // The asker waits for the answer, so it is there to take it.
                let _ = answer.send(command.spawn());
            }
        });
        sender
    });
    let (sender, answer) = channel();
    starter
        .send((command, sender))
        .context("the starting thread is gone")?;
    Ok(answer.recv().context("the starting thread is gone")??)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::wait_for;

    fn shell(folder: &tempfile::TempDir, script: &str) -> Running {
        Launch::new(find_program("sh").unwrap(), folder.path().join("log"))
            .arguments(["-c", script])
            .start()
            .unwrap()
    }

    fn exists(process: &str) -> bool {
        Path::new("/proc").join(process.trim()).join("exe").exists()
    }

    #[test]
    fn stopping_takes_the_whole_group_along() {
        let folder = tempfile::tempdir().unwrap();
        let running = shell(&folder, "sleep 300 & echo $!; wait");
        let grandchild = wait_for("the grandchild's id", Duration::from_secs(10), || {
            Ok(running.log_text().strip_suffix('\n').map(str::to_owned))
        })
        .unwrap();
        assert!(running.is_running() && exists(&grandchild));
        running.stop();
        assert!(!running.is_running());
        wait_for("the grandchild's end", Duration::from_secs(10), || {
            Ok((!exists(&grandchild)).then_some(()))
        })
        .unwrap();
    }

    #[test]
    fn outlives_the_thread_that_asked_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let running = std::thread::scope(|scope| scope.spawn(|| shell(&folder, "sleep 300")).join().unwrap());
        std::thread::sleep(Duration::from_millis(200));
        assert!(running.is_running());
    }

    #[test]
    fn an_early_end_is_reported_with_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let running = shell(&folder, "echo the reason; exit 3");
        let error = wait_for("its end", Duration::from_secs(10), || {
            Ok(running.expect_running().err())
        })
        .unwrap()
        .to_string();
        assert!(error.contains("the reason") && error.contains('3'), "{error}");
    }
}
