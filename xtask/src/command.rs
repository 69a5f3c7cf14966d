//! Running other programs from a chore.

use std::process::Command;

use anyhow::{Context, Result, ensure};

/// A command to be run in the workspace's root.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let (program, rest) = arguments.split_first().unwrap_or((&"true", &[]));
    let mut command = Command::new(program);
    command.args(rest).current_dir(crate::workspace::root());
    command
}

/// The same cargo that runs this chore.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = command(&["cargo"]);
    if let Some(cargo) = std::env::var_os("CARGO") {
        command = Command::new(cargo);
        command.current_dir(crate::workspace::root());
    }
    command.args(arguments);
    command
}

/// Runs it with this terminal as its own; an error unless it succeeds.
pub(crate) fn run(mut command: Command) -> Result<()> {
    let line = line(&command);
    let status = command.status().with_context(|| format!("starting `{line}`"))?;
    ensure!(status.success(), "`{line}` ended with {status}");
    Ok(())
}

/// Runs it silently and returns what it printed; the error holds what it complained about.
pub(crate) fn output(mut command: Command) -> Result<String> {
    let line = line(&command);
    let output = command.output().with_context(|| format!("starting `{line}`"))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`{line}` ended with {}: {}", output.status, complaint.trim());
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` printed something that is not text"))
}

/// The command as a person would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_name().unwrap_or_default();
    std::iter::once(program)
        .chain(command.get_args())
        .map(|word| {
            let word = word.to_string_lossy();
            if word.is_empty()
                || word.contains(|letter: char| letter.is_whitespace() || "'\"$*;".contains(letter))
            {
                format!("'{word}'")
            } else {
                word.into_owned()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}
