//! Programs: never through a shell, in a group of their own, killed with all they started when time is up. What a
//! program that has ended left running is left alone: it may have started a service on purpose.

use async_trait::async_trait;
use certwright_contract::ports::{Command, Finished, Process};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::task::JoinHandle;

const MOST_OUTPUT: usize = 4 * 1024 * 1024;

/// How long the output may go on after the program has ended. Its own is in the pipes by then; what comes later is
/// from programs that it left running, and they may never close them.
const GRACE: Duration = Duration::from_millis(500);

#[derive(Clone, Copy, Debug)]
pub(super) struct Programs;

#[async_trait]
impl Process for Programs {
    async fn run(&self, command: &Command) -> Result<Finished, String> {
        let mut program = tokio::process::Command::new(&command.program);
        program.args(&command.arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        program.process_group(0).kill_on_drop(true);
        // Our own variables may name tokens; no program needs them.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CERTWRIGHT_") {
                program.env_remove(name);
            }
        }
        let mut child =
            program.spawn().map_err(|error| format!("could not start {}: {error}", command.program))?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        let (stdout, stderr) = (Output::of(child.stdout.take()), Output::of(child.stderr.take()));
        match tokio::time::timeout(command.timeout, child.wait()).await {
            Ok(Ok(status)) => {
                let until = tokio::time::Instant::now() + GRACE;
                let (stdout, stderr) = tokio::join!(stdout.until(until), stderr.until(until));
                Ok(Finished { code: status.code(), stdout, stderr })
            }
            Ok(Err(error)) => Err(format!("could not wait for {}: {error}", command.program)),
            Err(_) => {
                if let Some(group) = group {
                    let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
                }
                Err(format!(
                    "{} was killed after {} s without an end",
                    command.words(),
                    command.timeout.as_secs()
                ))
            }
        }
    }
}

/// What comes out of a pipe. It is read to its end even when nobody waits for that: a program that was left running
/// would die by writing into a pipe that is closed, and hang on one that is full.
struct Output {
    bytes: Arc<Mutex<Vec<u8>>>,
    reading: JoinHandle<()>,
}

impl Output {
    fn of(pipe: Option<impl AsyncRead + Send + Unpin + 'static>) -> Self {
        let bytes = Arc::default();
        let reading = tokio::spawn(read(pipe, Arc::clone(&bytes)));
        Self { bytes, reading }
    }

    /// What was read by this moment, or by the end if that is sooner.
    async fn until(self, moment: tokio::time::Instant) -> String {
        let _ = tokio::time::timeout_at(moment, self.reading).await;
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

async fn read(pipe: Option<impl AsyncRead + Unpin>, into: Arc<Mutex<Vec<u8>>>) {
    let Some(mut pipe) = pipe else { return };
    let mut piece = [0; 8192];
    while let Ok(count @ 1..) = pipe.read(&mut piece).await {
        // What is more is read and dropped.
        let mut bytes = into.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MOST_OUTPUT - bytes.len();
        bytes.extend_from_slice(&piece[..count.min(room)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[tokio::test]
    async fn a_program_that_hangs_is_killed_and_a_missing_one_is_named() {
        let hangs = Command { timeout: Duration::from_millis(100), ..Command::new("sleep", &["60"]) };
        assert!(Programs.run(&hangs).await.unwrap_err().contains("sleep 60 was killed"));
        let missing = Command::new("/nonexistent/program", &[]);
        assert!(Programs.run(&missing).await.unwrap_err().contains("/nonexistent/program"));
        let both =
            Programs.run(&Command::new("sh", &["-c", "echo out; echo err >&2; exit 3"])).await.unwrap();
        assert_eq!((both.code, both.stdout.as_str(), both.stderr.as_str()), (Some(3), "out\n", "err\n"));
    }

    #[tokio::test]
    async fn what_a_program_left_running_is_not_waited_for_and_lives_on() {
        let folder = std::env::temp_dir().join(format!("certwright-left-running-{}", std::process::id()));
        let script = format!(
            "echo done; (sleep 2; echo late; echo late >&2; echo lives >'{0}.new'; mv '{0}.new' '{0}'; sleep 1) & exit 3",
            folder.display()
        );
        let began = Instant::now();
        let finished = Programs.run(&Command::new("sh", &["-c", &script])).await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(2), "it was waited for {:?}", began.elapsed());
        assert_eq!(
            (finished.code, finished.stdout.as_str(), finished.stderr.as_str()),
            (Some(3), "done\n", "")
        );
        // It writes to its output afterwards, which must not end it.
        let until = Instant::now() + Duration::from_secs(20);
        while !folder.exists() {
            assert!(Instant::now() < until, "it was killed, or died of a closed pipe");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(std::fs::read_to_string(&folder).unwrap(), "lives\n");
        std::fs::remove_file(&folder).unwrap();
    }

    #[tokio::test]
    async fn all_that_a_program_said_is_read_up_to_the_cap() {
        let finished = Programs.run(&Command::new("head", &["-c", "5000000", "/dev/zero"])).await.unwrap();
        assert_eq!((finished.code, finished.stdout.len()), (Some(0), MOST_OUTPUT));
    }
}
