//! A server started by the testbed: in a process group of its own, logging to a file, dead on drop.

mod group;

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

pub use group::Ended;
use group::Group;

use crate::program::find_program;
use crate::waiting::wait_for;

/// How often a start is tried when a port was taken.
const ATTEMPTS: usize = 5;

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
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
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
            .stdout(log.try_clone().context("sharing the log between output and error")?)
            .stderr(log)
            .process_group(0);
        let child = spawn_from_lasting_thread(command).with_context(|| format!("starting {}", self.name))?;
        Ok(Running {
            process: child.id(),
            child: Mutex::new(Some(child)),
            ended: Mutex::new(None),
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
                wrapped.args(["--pdeathsig", self.death_signal, "--"]).arg(&self.program);
                wrapped
            },
        );
        command.args(&self.arguments);
        command
    }
}

/// A running server.
pub struct Running {
    /// Taken out once collected.
    child: Mutex<Option<Child>>,
    /// How it ended, kept for after it was collected.
    ended: Mutex<Option<Ended>>,
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
        self.ended().is_none()
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<Ended> {
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.is_none() && child.is_some() {
            *ended = Group::of(self.process).and_then(Group::leader_ended);
        }
        *ended
    }

    /// An error with the end of its log, if it has ended.
    pub fn expect_running(&self) -> Result<()> {
        if let Some(ended) = self.ended() {
            bail!("{} ended by {ended}; its log ends with:\n{}", self.name, self.log_tail());
        }
        Ok(())
    }

    /// Waits until it ends by itself: after a crash that was asked for, say.
    pub fn wait_for_end(&self, limit: Duration) -> Result<Ended> {
        wait_for(&format!("the end of {}", self.name), limit, || Ok(self.ended()))
            .with_context(|| format!("its log ends with:\n{}", self.log_tail()))
    }

    /// Asks it to end (SIGTERM to it alone) and waits until it has.
    pub fn terminate(&self, limit: Duration) -> Result<Ended> {
        self.signal(Group::signal_leader, Signal::TERM);
        self.wait_for_end(limit)
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

    /// Kills it (SIGKILL) and all it has started, and waits until all are gone. Doing so twice is fine.
    pub fn stop(&self) {
        // Even when it has ended by itself: what it started may live on, and its group's id is still its own.
        self.signal(Group::signal, Signal::KILL);
        let collected = self.child.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut child) = collected {
            let status = child.wait();
            let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
            ended.get_or_insert_with(|| {
                status.ok().and_then(|status| status.code()).map_or(Ended::Signal(9), Ended::Code)
            });
            if let Some(group) = Group::of(self.process) {
                group.wait_until_gone();
            }
        }
    }

    /// Holds it in mid-air (SIGSTOP): it accepts connections and never answers.
    pub fn freeze(&self) {
        self.signal(Group::signal, Signal::STOP);
    }

    /// Lets it go on after [`Self::freeze`].
    pub fn thaw(&self) {
        self.signal(Group::signal, Signal::CONT);
    }

    /// Does nothing once the child is collected: its id may be somebody else's by then.
    fn signal(&self, send: fn(Group, Signal), signal: Signal) {
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(group) = Group::of(self.process).filter(|_| child.is_some()) {
            send(group, signal);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The text of a log a server may be writing to right now; empty when there is none.
pub(crate) fn read_lossy(path: &Path) -> String {
    std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// Starts a server, with other ports where someone else had taken one between looking and binding.
pub(crate) fn start_where_free<T>(start: impl Fn() -> Result<T>) -> Result<T> {
    let mut attempt = 1;
    loop {
        match start() {
            Err(error) if attempt < ATTEMPTS && is_address_taken(&error) => attempt += 1,
            outcome => return outcome,
        }
    }
}

/// Whether a start failed because someone else had taken the port in the meantime.
pub(crate) fn is_address_taken(error: &anyhow::Error) -> bool {
    format!("{error:#}").to_lowercase().contains("address already in use")
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
    starter.send((command, sender)).context("the starting thread is gone")?;
    Ok(answer.recv().context("the starting thread is gone")??)
}

#[cfg(test)]
mod tests;
