//! Programs: never through a shell, in a group of their own, killed with all they started when time is up.

use async_trait::async_trait;
use certwright_contract::ports::{Command, Finished, Process};
use std::process::Stdio;
use tokio::io::AsyncReadExt;

const MOST_OUTPUT: u64 = 4 * 1024 * 1024;

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
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let work = async {
            let (stdout, stderr, status) = tokio::join!(read(stdout), read(stderr), child.wait());
            status.map(|status| Finished { code: status.code(), stdout, stderr })
        };
        match tokio::time::timeout(command.timeout, work).await {
            Ok(finished) => {
                finished.map_err(|error| format!("could not wait for {}: {error}", command.program))
            }
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

async fn read(pipe: Option<impl tokio::io::AsyncRead + Unpin>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        let _ = (&mut pipe).take(MOST_OUTPUT).read_to_end(&mut bytes).await;
        // What is more is read and dropped, so that the program does not hang on a full pipe.
        let _ = tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

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
}
